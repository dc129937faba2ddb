import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { resolveConfig } from '../../config/load.ts';
import { createWebhookConnections, openConnectors, openWorkspace } from '../../config/wiring.ts';
import { PROVISIONED_FIELDS, SCORE_FIELDS } from '../../core/scores/fields.ts';
import { CREDENTIALS, startSandbox } from '../../sandbox/index.ts';
import type { LoggedRequest, Sandbox } from '../../sandbox/kernel/types.ts';
import { generateWorld } from '../../sandbox/seed/generate.ts';
import { createWebhookRouter } from '../../webhooks/inbound/router.ts';
import { startServer } from '../../webhooks/server.ts';
import { sandboxEnvironment } from '../support/sandbox-environment.ts';
import { WITHOUT_API } from '../support/without-api.ts';

/**
 * kill -9 at every commit boundary and at seeded moments, then a rerun: the end state must be that of an undisturbed run, with one
 * task per customer as the sandbox's own log has it. Every sixth boundary by default; all of them with DRILL_EVERY=1.
 */
const EVERY = Number(process.env['DRILL_EVERY'] ?? 6);
const MOMENTS = 10;
const AS_OF = '2026-10-31';
const SECRET = 'drill-webhook-secret';
const world = generateWorld({ seed: 5, customers: 60, asOf: AS_OF });
const clock = { now: () => new Date() };
const logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: console.error };

const folders: string[] = [];
const folder = () => {
  const path = mkdtempSync(join(tmpdir(), 'staypower-drill-'));
  folders.push(path);
  return path;
};
afterAll(() => {
  for (const path of folders) rmSync(path, { recursive: true, force: true });
});

interface Arena {
  sandbox: Sandbox;
  home: string;
  env: Record<string, string>;
}

const config = (env: Record<string, string>) =>
  resolveConfig(
    { workspace: 'drill', connections: [{ vendor: 'segment' }, { vendor: 'salesforce' }, { vendor: 'hubspot' }] },
    env,
  );

/** A store whose inbox holds what Segment delivered: the state before the first cycle, copied for each round. */
async function template(): Promise<string> {
  const home = folder();
  const sandbox = await startSandbox({ stateDir: null, seed: 5 }, world);
  const env = { ...sandboxEnvironment(sandbox), SEGMENT_WEBHOOK_SECRET: SECRET };
  const open = await openWorkspace(config(env), { env, home, clock, logger }, { withConnectors: false });
  const webhooks = createWebhookRouter(createWebhookConnections(config(env), { env }), open.inbox, {
    clock,
    logger,
    publicBaseUrl: null,
  });
  const server = await startServer({ queries: open.queries, webhooks, ...WITHOUT_API, logger }, 0);
  const address = `${sandbox.urls.segment}/_sandbox/segment/webhook`;
  await fetch(address, {
    method: 'POST',
    body: JSON.stringify({ targetUrl: `${server.url}/webhooks/segment/segment`, sharedSecret: SECRET }),
  });
  for (;;) {
    const { pending, inFlight } = (await (await fetch(address)).json()) as { pending: number; inFlight: number };
    if (pending + inFlight === 0) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await server.close();
  await open.close();
  await sandbox.close();
  return home;
}

async function arena(from: string): Promise<Arena> {
  const home = folder();
  cpSync(from, home, { recursive: true });
  const sandbox = await startSandbox({ stateDir: null, seed: 5 }, world);
  const env = { ...sandboxEnvironment(sandbox), SEGMENT_WEBHOOK_SECRET: SECRET };
  const { connectors, close } = await openConnectors(config(env), { env, home, clock, logger });
  for (const { fields } of connectors) await fields?.provision(PROVISIONED_FIELDS, { dryRun: false });
  await close();
  return { sandbox, home, env };
}

interface Ended {
  signal: string | null;
  code: number | null;
  report: { writes: number; tasksOpened: number } | null;
  durationMs: number;
}

/** Runs one cycle in a process of its own; it may be told to die, or be killed after so many milliseconds. */
function run({ home, env }: Arena, die: Record<string, string> = {}, killAfterMs?: number): Promise<Ended> {
  const started = performance.now();
  const child = spawn(process.execPath, [join(import.meta.dirname, 'crash-child.ts')], {
    env: { ...process.env, ...env, ...die, STAYPOWER_HOME: home, AS_OF },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let out = '';
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
  });
  const timer = killAfterMs === undefined ? null : setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  return new Promise((resolve) => {
    child.on('close', (code, signal) => {
      if (timer) clearTimeout(timer);
      resolve({
        code,
        signal,
        report: out ? (JSON.parse(out) as Ended['report']) : null,
        durationMs: performance.now() - started,
      });
    });
  });
}

/** What a person would find in the three systems: our fields by record, and the tasks by contact. */
async function endState(sandbox: Sandbox): Promise<unknown> {
  const hubspot = { authorization: `Bearer ${CREDENTIALS.hubspot.accessToken}` };
  const names = SCORE_FIELDS.map(({ name }) => `staypower_${name}`).join(',');
  const contacts: unknown[] = [];
  for (let after = ''; ; ) {
    const page = (await (
      await fetch(
        `${sandbox.urls.hubspot}/crm/v3/objects/contacts?limit=100&properties=${names}${after && `&after=${after}`}`,
        {
          headers: hubspot,
        },
      )
    ).json()) as {
      results: { id: string; properties: Record<string, string> }[];
      paging?: { next: { after: string } };
    };
    for (const { id, properties } of page.results) {
      contacts.push([
        id,
        Object.entries(properties)
          .filter(([name]) => name.startsWith('staypower_'))
          .sort(),
      ]);
    }
    after = page.paging?.next.after ?? '';
    if (!after) break;
  }
  const token = (await (
    await fetch(`${sandbox.urls.salesforce}/services/oauth2/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: CREDENTIALS.salesforce.clientId,
        client_secret: CREDENTIALS.salesforce.clientSecret,
      }),
    })
  ).json()) as { access_token: string };
  const salesforce = async (soql: string) =>
    (
      (await (
        await fetch(`${sandbox.urls.salesforce}/services/data/v60.0/query?q=${encodeURIComponent(soql)}`, {
          headers: { authorization: `Bearer ${token.access_token}` },
        })
      ).json()) as { records: Record<string, unknown>[] }
    ).records.map(({ attributes: _, ...record }) => record);
  const columns = SCORE_FIELDS.map(({ name }) => `Staypower_${name.charAt(0).toUpperCase()}${name.slice(1)}__c`).join(
    ', ',
  );
  return {
    hubspot: contacts,
    salesforce: await salesforce(`SELECT Id, ${columns} FROM Contact ORDER BY Id`),
    tasks: (await tasksPosted(sandbox)).map(({ contact, subject }) => `${contact}: ${subject}`).sort(),
  };
}

/** The tasks that were opened, from the sandbox's log of requests that were carried out. */
async function tasksPosted(sandbox: Sandbox): Promise<{ contact: string; subject: string }[]> {
  const log = (await (await fetch(`${sandbox.urls.hubspot}/_sandbox/requests`)).json()) as LoggedRequest[];
  return log
    .filter((entry) => entry.method === 'POST' && entry.note.operation === 'action')
    .map((entry) => {
      const body = JSON.parse(entry.requestBody) as {
        properties?: { hs_task_subject: string };
        associations?: { to: { id: string } }[];
        Subject?: string;
        WhoId?: string;
      };
      return {
        contact: String(body.WhoId ?? body.associations?.[0]?.to.id),
        subject: body.Subject ?? body.properties?.hs_task_subject ?? '',
      };
    });
}

async function expectOneTaskPerCustomer(sandbox: Sandbox): Promise<void> {
  const contacts = (await tasksPosted(sandbox)).map(({ contact }) => contact);
  expect(contacts).toEqual([...new Set(contacts)]);
}

describe('kill -9', () => {
  let from = '';
  let undisturbed: unknown;
  let writes = 0;
  let durationMs = 0;

  beforeAll(async () => {
    from = await template();
    const calm = await arena(from);
    const ended = await run(calm);
    expect(ended.code).toBe(0);
    writes = ended.report?.writes ?? 0;
    durationMs = ended.durationMs;
    undisturbed = await endState(calm.sandbox);
    expect(ended.report?.tasksOpened).toBeGreaterThan(0);
    await calm.sandbox.close();
  });

  async function disturbed(die: Record<string, string>, killAfterMs?: number): Promise<void> {
    const round = await arena(from);
    const killed = await run(round, die, killAfterMs);
    if (killAfterMs === undefined) expect(killed.signal).toBe('SIGKILL');
    const rerun = await run(round);
    expect(rerun.code).toBe(0);
    expect(await endState(round.sandbox)).toEqual(undisturbed);
    await expectOneTaskPerCustomer(round.sandbox);
    await round.sandbox.close();
  }

  test('at the commit boundaries: the rerun ends where an undisturbed run does', async () => {
    for (let at = 1; at <= writes; at += EVERY) {
      for (const when of ['before', 'after']) {
        await disturbed({ CRASH_AT: String(at), CRASH_WHEN: when });
      }
    }
  }, 3_600_000);

  test('around each action: between the note, the call and the receipt', async () => {
    // The last writes of a cycle are those of `act`: three to an action.
    for (let at = Math.max(writes - 8, 1); at <= writes; at += 1) {
      await disturbed({ CRASH_AT: String(at), CRASH_WHEN: at % 2 === 0 ? 'before' : 'after' });
    }
  }, 600_000);

  test('at ten seeded moments', async () => {
    for (let moment = 1; moment <= MOMENTS; moment += 1) {
      await disturbed({}, Math.round(durationMs * ((moment * 0.618_034) % 1) * 0.9 + durationMs * 0.1));
    }
  }, 600_000);

  test('a lost reply of the task call: the rerun finds the task instead of opening a second one', async () => {
    for (const [vendor, path] of [
      ['hubspot', '/tasks$'],
      ['salesforce', '/sobjects/Task'],
    ] as const) {
      const round = await arena(from);
      await fetch(`${round.sandbox.urls[vendor]}/_sandbox/faults`, {
        method: 'POST',
        body: JSON.stringify({ vendor, method: 'POST', path, kind: 'lost-reply', times: 1 }),
      });
      expect((await run(round)).code).toBe(0);
      expect((await run(round)).code).toBe(0);
      expect(await endState(round.sandbox)).toEqual(undisturbed);
      await expectOneTaskPerCustomer(round.sandbox);
      await round.sandbox.close();
    }
  });
});
