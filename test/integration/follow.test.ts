import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { resolveConfig } from '../../config/load.ts';
import { type OpenWorkspace, openWorkspace } from '../../config/wiring.ts';
import type { CalendarDay } from '../../core/domain/calendar-day.ts';
import { cycle } from '../../core/pipeline/cycle.ts';
import { type Following, startFollowing } from '../../core/pipeline/follow.ts';
import { type LiveThread, startLive } from '../../core/pipeline/live.ts';
import type { Inbox } from '../../core/ports/inbox.ts';
import type { Logger } from '../../core/ports/logger.ts';
import { PROVISIONED_FIELDS } from '../../core/scores/fields.ts';
import { createInbox } from '../../core/store/inbox.ts';
import { followedTopics } from '../../core/store/subscriptions.ts';
import { CREDENTIALS, startSandbox } from '../../sandbox/index.ts';
import type { Sandbox } from '../../sandbox/kernel/types.ts';
import { generateWorld } from '../../sandbox/seed/generate.ts';
import { sandboxEnvironment } from '../support/sandbox-environment.ts';

const AS_OF = '2026-10-31' as CalendarDay;
const world = generateWorld({ seed: 12, customers: 60, asOf: AS_OF });
const clock = { now: () => new Date() };
const warnings: string[] = [];
const logger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: (_what, text) => warnings.push(text),
  error: (_what, text) => warnings.push(text),
};

let sandbox: Sandbox;
let home: string;
let open: OpenWorkspace;
let live: LiveThread;
let contacts: readonly { Id: string; LastName: string }[];

const control = async (path: string, body: unknown): Promise<{ id?: string }> => {
  const response = await fetch(`${sandbox.urls.salesforce}/_sandbox/salesforce/${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
  return (await response.json()) as { id?: string };
};

const soql = async <Row>(query: string): Promise<readonly Row[]> => {
  const { clientId, clientSecret } = CREDENTIALS.salesforce;
  const login = await fetch(`${sandbox.urls.salesforce}/services/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret }),
  });
  const { access_token: token } = (await login.json()) as { access_token: string };
  const response = await fetch(`${sandbox.urls.salesforce}/services/data/v66.0/query?q=${encodeURIComponent(query)}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  return ((await response.json()) as { records: readonly Row[] }).records;
};

const SELECTED = { objects: ['Account', 'Contact', 'Opportunity', 'OpportunityContactRole', 'Task'] };

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'staypower-follow-'));
  sandbox = await startSandbox({ stateDir: null, seed: 12 }, world);
  const env = sandboxEnvironment(sandbox);
  const config = resolveConfig(
    { workspace: 'follow', connections: [{ vendor: 'salesforce', settings: { pubSub: {} } }] },
    env,
  );
  open = await openWorkspace(config, { env, home, clock, logger }, { withConnectors: true });
  for (const { fields } of open.workspace.connectors) await fields?.provision(PROVISIONED_FIELDS, { dryRun: false });
  await cycle(open.workspace, { asOf: AS_OF });
  await control('change-data-capture', SELECTED);
  live = await startLive(open.workspace, { today: () => AS_OF, logger });
  await live.settled();
  contacts = await soql('SELECT Id, LastName FROM Contact ORDER BY Id');
}, 60_000);

afterAll(async () => {
  await live.stop();
  await open.close();
  await sandbox.close();
  rmSync(home, { recursive: true, force: true });
});
beforeEach(() => {
  warnings.length = 0;
});

const begun: Following[] = [];
const follow = (inbox: Inbox = open.inbox): Following => {
  const { database, connectors } = open.workspace;
  const running = startFollowing({ database, connectors, inbox, clock, random: { next: () => 0 }, logger });
  begun.push(running);
  return running;
};
afterEach(async () => {
  await Promise.all(begun.splice(0).map((running) => running.stop()));
});

const contact = (index: number) => contacts[index]?.Id ?? '';
const rename = (index: number, LastName: string) =>
  control('change', { object: 'Contact', id: contact(index), fields: { LastName } });

const inbox = async () =>
  (
    await open.workspace.database.query<{ about: string }>(
      `select payload->>'recordId' as about from inbox where connection_id = 'salesforce' order by seq`,
    )
  ).map(({ about }) => about);

const position = async () =>
  (await open.workspace.database.query<{ position: string }>('select position from subscription_positions'))[0]
    ?.position ?? null;

const stored = async (index: number) =>
  (
    await open.workspace.database.query<{ name: string }>(
      `select payload->>'name' as name from source_records where connection_id = 'salesforce' and external_id = $1`,
      [contact(index)],
    )
  )[0]?.name ?? '';

async function until(done: () => Promise<boolean>, timeoutMs = 15_000): Promise<void> {
  for (const end = Date.now() + timeoutMs; !(await done()); ) {
    if (Date.now() > end) throw new Error(`It did not happen within ${timeoutMs} ms: ${warnings.join('; ')}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Follows, for certain: an event has come through. */
async function following(inboxOf?: Inbox): Promise<Following> {
  const running = follow(inboxOf);
  const before = await position();
  for (let attempt = 0; (await position()) === before; attempt++) {
    await rename(0, `Warm ${attempt}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return running;
}

describe('following Salesforce', () => {
  test('a deal won there changes the fields on its buyer within seconds', async () => {
    const running = await following();
    const [buyer] = await soql<{ ContactId: string }>(
      'SELECT ContactId FROM OpportunityContactRole WHERE IsPrimary = true ORDER BY Id LIMIT 1',
    );
    const id = buyer?.ContactId ?? '';
    const value = async () =>
      (await soql<{ Staypower_Clv_12m__c: number }>(`SELECT Staypower_Clv_12m__c FROM Contact WHERE Id = '${id}'`))[0]
        ?.Staypower_Clv_12m__c ?? 0;
    const before = await value();
    const wonAt = Date.now();
    const deal = await control('change', {
      object: 'Opportunity',
      fields: { Name: 'Won live', StageName: 'Closed Won', CloseDate: AS_OF, Amount: 4_321 },
    });
    await control('change', {
      object: 'OpportunityContactRole',
      fields: { OpportunityId: deal.id, ContactId: id, IsPrimary: true },
    });
    await until(async () => (await value()) > before);
    expect(Date.now() - wonAt).toBeLessThan(5_000);
    await live.settled();
    await running.stop();
    const [followed, ...others] = await followedTopics(open.workspace.database);
    expect(others).toEqual([]);
    expect(followed).toMatchObject({ connectionId: 'salesforce', topic: '/data/ChangeEvents' });
    expect(Date.parse(followed?.heardAt ?? '')).toBeGreaterThanOrEqual(wonAt);
  });

  test('what we wrote comes back as events and reaches nobody', async () => {
    const running = await following();
    await live.settled();
    const before = (await inbox()).length;
    const { database } = open.workspace;
    const writing = open.workspace.connectors[0]?.scores;
    const written = await writing?.write(
      [1, 2, 3].map((index) => ({
        recordKind: 'contact' as const,
        externalId: contact(index),
        parentExternalId: null,
        values: { engagement: 1 + index },
      })),
    );
    expect(written?.map(({ status }) => status)).toEqual(['written', 'written', 'written']);
    const at = await position();
    await rename(4, 'Behind');
    await until(async () => (await position()) !== at && (await inbox()).at(-1) === contact(4));
    expect((await inbox()).length).toBe(before + 1);
    expect(await database.query(`select 1 from quarantine where connection_id = 'salesforce'`)).toEqual([]);
    await live.settled();
    await running.stop();
  });

  test('what happened while nobody followed is brought in, each change once', async () => {
    const running = await following();
    await running.stop();
    await live.settled();
    const before = (await inbox()).length;
    for (let i = 0; i < 25; i++) await rename(5 + (i % 5), `Away ${i}`);
    const again = follow();
    await until(async () => (await inbox()).length >= before + 25);
    await live.settled();
    await again.stop();
    expect((await inbox()).slice(before)).toEqual(Array.from({ length: 25 }, (_, i) => contact(5 + (i % 5))));
    expect(await Promise.all([5, 6, 7, 8, 9].map(stored))).toEqual(
      [20, 21, 22, 23, 24].map((i) => expect.stringMatching(new RegExp(`Away ${i}$`))),
    );
  });

  test('killed after the events were stored and before the position was, nothing is doubled', async () => {
    const running = await following();
    const kept = await position();
    await rename(10, 'Once');
    await until(async () => (await inbox()).at(-1) === contact(10));
    await until(async () => (await position()) !== kept);
    await running.stop();
    await live.settled();
    const before = await inbox();
    await open.workspace.database.query('update subscription_positions set position = $1', [kept]);
    const again = follow();
    await until(async () => (await position()) !== kept);
    await again.stop();
    expect(await inbox()).toEqual(before);
  });

  test.each([
    ['an overflow', async () => control('gap', { object: 'Contact', ids: [], changeType: 'GAP_OVERFLOW' })],
    [
      'a gap with a wildcard',
      async () => control('gap', { object: 'Contact', ids: ['003*'], changeType: 'GAP_UPDATE' }),
    ],
  ])('what %s does not tell is pulled before the position moves', async (what, gap) => {
    const running = await following();
    await control('change-data-capture', { objects: [] });
    await rename(11, `Untold ${what}`);
    await control('change-data-capture', SELECTED);
    expect(await stored(11)).not.toContain(`Untold ${what}`);
    const at = await position();
    await gap();
    await until(async () => (await position()) !== at);
    expect(await stored(11)).toContain(`Untold ${what}`);
    await live.settled();
    await running.stop();
  });

  test('a gap that names its record has it read', async () => {
    const running = await following();
    await control('change-data-capture', { objects: [] });
    await rename(12, 'Named');
    await control('change-data-capture', SELECTED);
    await control('gap', { object: 'Contact', ids: [contact(12)], changeType: 'GAP_UPDATE' });
    await until(async () => (await stored(12)).endsWith('Named'));
    await live.settled();
    await running.stop();
  });

  test('with a position that Salesforce no longer knows the time since the last pull is read again', async () => {
    const running = await following();
    await running.stop();
    await rename(13, 'Long ago');
    await open.workspace.database.query('update subscription_positions set position = $1', [
      Buffer.from('of another age').toString('base64'),
    ]);
    const again = follow();
    await until(async () => (await stored(13)).endsWith('Long ago'));
    const lost = await position();
    for (let attempt = 0; (await position()) === lost; attempt++) {
      await rename(0, `Found ${attempt}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await live.settled();
    await again.stop();
    expect(warnings).toEqual([]);
  });

  test('while the vendor cannot be pulled the position of lost events stays', async () => {
    const running = await following();
    // Else what is still to be read of the last event meets the fault.
    await live.settled();
    const at = await position();
    const faults = `${sandbox.urls.salesforce}/_sandbox/faults`;
    await fetch(faults, {
      method: 'POST',
      body: JSON.stringify({ vendor: 'salesforce', path: 'query', kind: 'status', status: 403, times: 1, after: 0 }),
    });
    await control('gap', { object: 'Contact', ids: [], changeType: 'GAP_OVERFLOW' });
    await until(async () => warnings.includes('a subscription rests'));
    expect(await position()).toBe(at);
    await fetch(faults, { method: 'DELETE' });
    await until(async () => (await position()) !== at);
    await live.settled();
    await running.stop();
  });

  test('a full inbox stops the asking; when there is room again nothing is missing', async () => {
    const running = await following();
    await running.stop();
    await live.settled();
    await live.stop();
    const before = (await inbox()).length;
    for (let i = 0; i < 40; i++) await rename(14 + (i % 4), `Flood ${i}`);
    const small = follow(createInbox(open.workspace.database, () => clock.now(), { messages: 20 }));
    await until(async () => warnings.includes('a subscription rests'));
    const stuck = (await inbox()).length - before;
    expect(stuck).toBeLessThan(40);
    live = await startLive(open.workspace, { today: () => AS_OF, logger });
    await until(async () => (await inbox()).length === before + 40);
    await live.settled();
    await small.stop();
    expect((await inbox()).slice(before)).toEqual(Array.from({ length: 40 }, (_, i) => contact(14 + (i % 4))));
  });

  test('a subscription that is cut goes on, and one at a time has a topic', async () => {
    const running = await following();
    const second = follow();
    await control('cut-subscriptions', {});
    const before = (await inbox()).length;
    for (let i = 0; i < 5; i++) await rename(18, `Cut ${i}`);
    await until(async () => (await inbox()).length === before + 5);
    await live.settled();
    await Promise.all([running.stop(), second.stop()]);
    expect(warnings).toContain('a subscription rests');
    expect((await stored(18)).endsWith('Cut 4')).toBe(true);
  });
});
