import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { resolveConfig } from '../../config/load.ts';
import { createWebhookConnections, type OpenWorkspace, openWorkspace } from '../../config/wiring.ts';
import type { CalendarDay } from '../../core/domain/calendar-day.ts';
import { cycle } from '../../core/pipeline/cycle.ts';
import { type LiveThread, startLive } from '../../core/pipeline/live.ts';
import { PROVISIONED_FIELDS, SCORE_FIELDS } from '../../core/scores/fields.ts';
import { listErasures, receiptOf } from '../../core/store/erasures.ts';
import { findCustomer } from '../../core/store/find-customer.ts';
import { CREDENTIALS, startSandbox } from '../../sandbox/index.ts';
import type { LoggedRequest, Sandbox } from '../../sandbox/kernel/types.ts';
import { generateWorld } from '../../sandbox/seed/generate.ts';
import { createWebhookRouter } from '../../webhooks/inbound/router.ts';
import { type Server, startServer } from '../../webhooks/server.ts';
import { sandboxEnvironment } from '../support/sandbox-environment.ts';
import { WITHOUT_API } from '../support/without-api.ts';

const AS_OF = '2026-10-31' as CalendarDay;
const world = generateWorld({ seed: 11, customers: 120, asOf: AS_OF });
const clock = { now: () => new Date() };
const logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: console.error };
const SECRETS = { SEGMENT_WEBHOOK_SECRET: 'live-segment-secret', HUBSPOT_CLIENT_SECRET: 'live-hubspot-secret' };

let sandbox: Sandbox;
let home: string;
let open: OpenWorkspace;
let server: Server;
let live: LiveThread;

const post = (url: string, body: unknown) => fetch(url, { method: 'POST', body: JSON.stringify(body) });

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'staypower-live-'));
  sandbox = await startSandbox({ stateDir: null, seed: 11 }, world);
  const env = { ...SECRETS, ...sandboxEnvironment(sandbox) };
  const config = resolveConfig(
    {
      workspace: 'live',
      connections: [
        { vendor: 'segment' },
        { vendor: 'salesforce' },
        { vendor: 'hubspot', settings: { appId: CREDENTIALS.hubspot.appId } },
      ],
    },
    env,
  );
  open = await openWorkspace(config, { env, home, clock, logger }, { withConnectors: true });
  for (const { fields } of open.workspace.connectors) await fields?.provision(PROVISIONED_FIELDS, { dryRun: false });
  const webhooks = createWebhookRouter(createWebhookConnections(config, { env }), open.inbox, {
    clock,
    logger,
    publicBaseUrl: null,
  });
  server = await startServer({ queries: open.queries, webhooks, ...WITHOUT_API, logger }, 0);
  await post(`${sandbox.urls.segment}/_sandbox/segment/webhook`, {
    targetUrl: `${server.url}/webhooks/segment/segment`,
    sharedSecret: SECRETS.SEGMENT_WEBHOOK_SECRET,
  });
  await until(async () => {
    const state = await (await fetch(`${sandbox.urls.segment}/_sandbox/segment/webhook`)).json();
    const { pending, inFlight } = state as { pending: number; inFlight: number };
    return pending + inFlight === 0;
  });
  await cycle(open.workspace, { asOf: AS_OF });
  await post(`${sandbox.urls.hubspot}/_sandbox/hubspot/webhooks`, {
    targetUrl: `${server.url}/webhooks/hubspot/hubspot`,
    clientSecret: SECRETS.HUBSPOT_CLIENT_SECRET,
    appId: Number(CREDENTIALS.hubspot.appId),
  });
  live = await startLive(open.workspace, { today: () => AS_OF, logger });
  await live.settled();
}, 120_000);

afterAll(async () => {
  await live.stop();
  await server.close();
  await open.close();
  await sandbox.close();
  rmSync(home, { recursive: true, force: true });
});

async function until(done: () => Promise<boolean>, timeoutMs = 25_000): Promise<void> {
  for (const end = Date.now() + timeoutMs; !(await done()); ) {
    if (Date.now() > end) throw new Error(`It did not happen within ${timeoutMs} ms.`);
    // HubSpot answers a hundred requests in ten seconds, the product's own among them.
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** A buyer of the world who is on record in the given systems. */
function buyer(...systems: readonly ('segment' | 'hubspot' | 'salesforce')[]) {
  const person = world.people.find(
    (each) =>
      systems.every((system) => each.systems.includes(system)) &&
      !each.doNotContact &&
      world.orders.filter((order) => order.personId === each.id).length > 2,
  );
  if (!person) throw new Error('The world has no such buyer.');
  return person;
}

/** Read by its address, not by search: of that HubSpot allows five a second, which the product may need itself. */
async function hubspotContact(email: string): Promise<{ id: string; properties: Record<string, string | null> }> {
  const properties = ['email', ...SCORE_FIELDS.map(({ name }) => `staypower_${name}`)].join();
  const response = await fetch(
    `${sandbox.urls.hubspot}/crm/v3/objects/contacts/${encodeURIComponent(email)}?idProperty=email&properties=${properties}`,
    { headers: { authorization: `Bearer ${CREDENTIALS.hubspot.accessToken}` } },
  );
  if (!response.ok) throw new Error(`HubSpot answered ${response.status}.`);
  return (await response.json()) as { id: string; properties: Record<string, string | null> };
}

/** What a batch run over everything, from nothing but the histories, gives this customer. */
async function batchScores(email: string) {
  await open.workspace.database.query('update customers set dirty = true');
  await cycle(open.workspace, { asOf: AS_OF, steps: ['features', 'score'] });
  return open.queries.explain(email);
}

describe('the live thread', () => {
  test('an order by Segment webhook changes the field on the HubSpot record, and the scores equal those of a batch run', async () => {
    const person = buyer('segment', 'hubspot');
    const before = await hubspotContact(person.email);
    await post(`${sandbox.urls.segment}/_sandbox/segment/emit`, {
      messages: [
        {
          type: 'track',
          event: 'Order Completed',
          userId: `user-${person.id}`,
          timestamp: `${AS_OF}T10:00:00.000Z`,
          properties: { order_id: 'LIVE-1', subtotal: 4_321, currency: 'USD' },
        },
      ],
    });
    let after = before;
    await until(async () => {
      after = await hubspotContact(person.email);
      return after.properties['staypower_clv_12m'] !== before.properties['staypower_clv_12m'];
    });
    expect(Number(after.properties['staypower_clv_12m'])).toBeGreaterThan(
      Number(before.properties['staypower_clv_12m']),
    );
    expect(Number(after.properties['staypower_churn_probability'])).toBeLessThan(
      Number(before.properties['staypower_churn_probability']),
    );
    expect(after.properties['staypower_change']).toMatch(/new facts/);

    await live.settled();
    const byLive = await open.queries.explain(person.email);
    const byBatch = await batchScores(person.email);
    expect({ ...byBatch, scoredAt: '', change: '' }).toEqual({ ...byLive, scoredAt: '', change: '' });
    expect(Number(after.properties['staypower_clv_12m'])).toBe(Number(byBatch?.clv12m));
  });

  test('a deal won in HubSpot reaches the scores by its webhook', async () => {
    const person = buyer('hubspot');
    const contact = await hubspotContact(person.email);
    const before = await open.queries.explain(person.email);
    await post(`${sandbox.urls.hubspot}/_sandbox/hubspot/change`, {
      objectType: 'deals',
      contactId: contact.id,
      properties: {
        dealname: 'Won live',
        amount: '987.65',
        deal_currency_code: 'USD',
        dealstage: 'closedwon',
        closedate: `${AS_OF}T09:00:00.000Z`,
        hs_is_closed_won: 'true',
      },
    });
    await until(async () => (await open.queries.explain(person.email))?.scoredAt !== before?.scoredAt);
    await live.settled();
    const after = await open.queries.explain(person.email);
    expect(Number(after?.clv12m)).not.toBe(Number(before?.clv12m));
    expect(Number((await hubspotContact(person.email)).properties['staypower_clv_12m'])).toBe(Number(after?.clv12m));
  });

  test('a live pass leaves to a batch under way what that has scored, and writes its own customer', async () => {
    const { database } = open.workspace;
    const person = buyer('hubspot');
    const customer = (await open.queries.explain(person.email))?.customerId ?? '';
    const waiting = `update customer_records set desired = $2::jsonb where connection_id = 'hubspot' and customer_id <> $1::uuid
      and external_id = (select max(external_id) from customer_records where connection_id = 'hubspot' and customer_id <> $1::uuid)
      returning external_id`;
    const [other] = await database.query<{ external_id: string }>(waiting, [customer, '{"engagement":1}']);
    await post(`${sandbox.urls.hubspot}/_sandbox/hubspot/change`, {
      objectType: 'deals',
      contactId: (await hubspotContact(person.email)).id,
      properties: {
        dealname: 'Won again',
        amount: '2955.50',
        deal_currency_code: 'USD',
        dealstage: 'closedwon',
        closedate: `${AS_OF}T10:00:00.000Z`,
        hs_is_closed_won: 'true',
      },
    });
    const before = await open.queries.explain(person.email);
    await until(async () => (await open.queries.explain(person.email))?.scoredAt !== before?.scoredAt);
    await live.settled();
    const after = await open.queries.explain(person.email);
    expect(Number((await hubspotContact(person.email)).properties['staypower_clv_12m'])).toBe(Number(after?.clv12m));
    const [still] = await database.query<{ desired: unknown }>(
      `select desired from customer_records where connection_id = 'hubspot' and external_id = $1`,
      [other?.external_id],
    );
    expect(still).toEqual({ desired: { engagement: 1 } });
    await database.query(
      `update customer_records set desired = null where connection_id = 'hubspot' and external_id = $1`,
      [other?.external_id],
    );
  });

  test('a burst of fifty events on one customer is written once or twice, not fifty times, and none is lost', async () => {
    const person = buyer('segment', 'hubspot', 'salesforce');
    const [last] = ((await (await fetch(`${sandbox.urls.hubspot}/_sandbox/requests`)).json()) as LoggedRequest[]).slice(
      -1,
    );
    await post(`${sandbox.urls.segment}/_sandbox/segment/emit`, {
      messages: Array.from({ length: 50 }, (_, index) => ({
        type: 'track',
        event: 'Order Completed',
        userId: `user-${person.id}`,
        timestamp: `${AS_OF}T11:00:00.000Z`,
        properties: { order_id: `BURST-${index}`, subtotal: 10 + index, currency: 'USD' },
      })),
    });
    const count = async () => {
      const [row] = await open.workspace.database.query<{ count: number }>(
        `select count(*)::int as count from transactions where external_id like 'BURST-%'`,
      );
      return row?.count ?? 0;
    };
    await until(async () => (await count()) === 50);
    await live.settled();
    const log = (await (
      await fetch(`${sandbox.urls.hubspot}/_sandbox/requests?vendor=hubspot&since=${last?.seq ?? 0}`)
    ).json()) as LoggedRequest[];
    const writes = log.filter((entry) => entry.note.operation === 'write');
    expect(writes.length).toBeGreaterThanOrEqual(1);
    expect(writes.length).toBeLessThanOrEqual(6);
  });

  test('our own writes come back as webhooks and move nothing', async () => {
    await live.settled();
    // Whatever echoes are under way arrive within the sender's 20 ms window.
    await new Promise((resolve) => setTimeout(resolve, 200));
    await live.settled();
    const [before] = (
      (await (await fetch(`${sandbox.urls.hubspot}/_sandbox/requests`)).json()) as LoggedRequest[]
    ).slice(-1);
    await new Promise((resolve) => setTimeout(resolve, 300));
    await live.settled();
    const log = (await (
      await fetch(`${sandbox.urls.hubspot}/_sandbox/requests?since=${before?.seq ?? 0}`)
    ).json()) as LoggedRequest[];
    expect(log).toEqual([]);
  });

  test('whom HubSpot was told to forget is erased once, though it tells so twice, and Salesforce shows nothing of ours', async () => {
    const { database } = open.workspace;
    const person = world.people.findLast(
      (each) => each.systems.includes('hubspot') && each.systems.includes('salesforce'),
    );
    if (!person) throw new Error('The world has no such person.');
    const contact = await hubspotContact(person.email);
    expect(await findCustomer(database, person.email)).not.toBeNull();
    await fetch(`${sandbox.urls.hubspot}/crm/v3/objects/contacts/gdpr-delete`, {
      method: 'POST',
      headers: { authorization: `Bearer ${CREDENTIALS.hubspot.accessToken}`, 'content-type': 'application/json' },
      body: JSON.stringify({ objectId: contact.id }),
    });
    await until(async () => (await listErasures(database)).some(({ waiting }) => waiting === 0));
    await live.settled();
    const erasures = await listErasures(database);
    expect(erasures.map(({ requestedBy }) => requestedBy)).toEqual(['hubspot']);
    const receipt = await receiptOf(database, erasures[0]?.erasureId ?? '');
    expect(receipt?.vendors.find(({ connectionId }) => connectionId === 'salesforce')).toMatchObject({
      cleared: 1,
      refused: [],
    });
    expect(await findCustomer(database, person.email)).toBeNull();
  });
});
