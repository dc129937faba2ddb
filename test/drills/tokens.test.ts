import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { seededRandom } from '../../core/math/random.ts';
import type { Database } from '../../core/ports/database.ts';
import { grantStatuses } from '../../core/store/grants.ts';
import { openStore } from '../../core/store/open.ts';
import type { LoggedRequest, Sandbox } from '../../sandbox/kernel/types.ts';
import { type GrantHouse, grantHouse, type OAuthVendor, readOnce, startVendors, TEST_KEY } from '../support/grants.ts';
import { type PostgresServer, startPostgres } from '../support/postgres.ts';
import { emptyTables } from '../support/store.ts';

/**
 * Processes that share rotating tokens by the store, on PostgreSQL; what the vendor saw is the witness. DRILL_EXPIRIES shortens the
 * long one.
 */
const EXPIRIES = Number(process.env['DRILL_EXPIRIES'] ?? 1_000);
const WORKSPACE = `tokens_${process.pid}`;
const EXPIRE = { hubspot: 'hubspot/expire-tokens', salesforce: 'salesforce/expire-sessions' } as const;

let server: PostgresServer;
let database: Database;
let sandbox: Sandbox;
let house: GrantHouse;
let children: ChildProcess[] = [];
beforeAll(async () => {
  [server, sandbox] = await Promise.all([startPostgres(), startVendors()]);
  if ('url' in server) database = await openStore({ databaseUrl: server.url, folder: '', workspace: WORKSPACE });
});
afterAll(async () => {
  await sandbox.close();
  if (!('url' in server)) return;
  await database.query(`drop schema ws_${WORKSPACE} cascade`);
  await database.close();
  await server.stop();
});
beforeEach(async ({ skip }) => {
  if ('missing' in server) return skip(server.missing);
  await emptyTables(database);
  house = grantHouse(sandbox, database);
  await fetch(`${sandbox.urls.hubspot}/_sandbox/requests`, { method: 'DELETE' });
  await fetch(`${sandbox.urls.hubspot}/_sandbox/faults`, { method: 'DELETE' });
  return () => {
    for (const child of children) child.kill('SIGKILL');
    children = [];
  };
});

/** Another process that uses the connection. */
async function start(vendor: OAuthVendor, dieAt?: string): Promise<ChildProcess> {
  const child = fork(join(import.meta.dirname, 'tokens-child.ts'), {
    execArgv: [],
    env: {
      ...process.env,
      DATABASE_URL: 'url' in server ? server.url : '',
      WORKSPACE,
      VENDOR: vendor,
      SANDBOX_URLS: JSON.stringify(sandbox.urls),
      STAYPOWER_KEY: TEST_KEY,
      ...(dieAt !== undefined && { DIE_AT: dieAt }),
    },
  });
  children.push(child);
  await once(child, 'message');
  return child;
}

/** Has it read once. Null when that went well, "killed" when it died of it, else the error. */
async function read(child: ChildProcess, delayMs = 0): Promise<string | null> {
  const answered = new AbortController();
  const { signal } = answered;
  const outcome = Promise.race([
    once(child, 'message', { signal }).then((said) => (said as [{ error: string | null }])[0].error),
    once(child, 'exit', { signal }).then(() => 'killed'),
  ]);
  child.send({ delayMs });
  return outcome.finally(() => answered.abort());
}

const dataCalls = async (vendor: OAuthVendor) =>
  ((await house.requests(vendor)) as readonly LoggedRequest[]).filter(
    ({ path }) => !path.endsWith('/token') && !path.endsWith('/authorize'),
  );

test(`two processes share a rotating token through ${EXPIRIES} expiries: one renewal each, never two at once, none lost`, async () => {
  await house.connect('salesforce');
  const pair = await Promise.all([start('salesforce'), start('salesforce')]);
  const random = seededRandom(11);
  const failures: string[] = [];
  for (let round = 0; round < EXPIRIES; round += 1) {
    if (round > 0) await house.control('salesforce', EXPIRE.salesforce);
    const outcomes = await Promise.all(pair.map((child) => read(child, Math.floor(random.next() * 40))));
    failures.push(...outcomes.flatMap((outcome) => outcome ?? []));
  }
  await house.control('salesforce', EXPIRE.salesforce);
  const last = await Promise.all(pair.map((child) => read(child)));
  expect([...failures, ...last.flatMap((outcome) => outcome ?? [])]).toEqual([]);

  const renewals = (await house.refreshes('salesforce')) as readonly LoggedRequest[];
  expect(renewals).toHaveLength(EXPIRIES);
  expect(renewals.filter(({ status }) => status !== 200)).toEqual([]);
  const overlapping = renewals.filter((renewal, index) => {
    const before = renewals[index - 1];
    // Starts are whole milliseconds, durations rounded: one of them is within the measurement.
    return before !== undefined && Date.parse(renewal.at) < Date.parse(before.at) + before.durationMs - 1;
  });
  expect(overlapping).toEqual([]);
  const calls = await dataCalls('salesforce');
  const queries = calls.filter(({ path }) => /\/query(All)?$/.test(path));
  expect(queries.filter(({ status }) => status === 200)).toHaveLength(2 * (EXPIRIES + 1));
  expect(calls.filter(({ status }) => status === 401).length).toBeLessThanOrEqual(2 * (EXPIRIES + 1));
  expect(await grantStatuses(database)).toMatchObject([{ connectionId: 'salesforce', lostReason: null }]);
  expect(await database.query('select generation from connection_grants')).toEqual([{ generation: EXPIRIES + 1 }]);
}, 900_000);

test.each(['hubspot', 'salesforce'] as const)(
  'a storm of refusals at %s: each of 40 calls goes out twice at most, and the connection is kept',
  async (vendor) => {
    await house.connect(vendor);
    const connector = house.connector(vendor);
    await readOnce(connector);
    const path = vendor === 'hubspot' ? '/crm/' : '/services/data/';
    await house.control(vendor, 'faults', { vendor, kind: 'expired-token', path, times: 10_000 });
    const before = (await dataCalls(vendor)).length;
    const outcomes = await Promise.allSettled(Array.from({ length: 40 }, () => readOnce(connector)));
    expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(40);
    const refused = (await dataCalls(vendor)).slice(before);
    expect(refused.every(({ status }) => status === 401)).toBe(true);
    expect(refused.length).toBeLessThanOrEqual(80);
    expect((await house.refreshes(vendor)).length).toBeLessThanOrEqual(40);
    await fetch(`${sandbox.urls.hubspot}/_sandbox/faults`, { method: 'DELETE' });
    await readOnce(connector);
  },
);

test.each([
  ['hubspot', 'asking'],
  ['hubspot', 'answered'],
  ['hubspot', 'stored'],
  ['salesforce', 'asking'],
  ['salesforce', 'stored'],
] as const)('%s, killed when %s: the next process goes on', async (vendor, dieAt) => {
  await house.connect(vendor);
  await house.control(vendor, EXPIRE[vendor]);
  expect(await read(await start(vendor, dieAt))).toBe('killed');
  expect(await read(await start(vendor))).toBeNull();
  expect(await grantStatuses(database)).toMatchObject([{ lostReason: null }]);
});

test('salesforce, killed between its answer and our commit: the rotated token is gone, and the notice says so', async () => {
  await house.connect('salesforce');
  await house.control('salesforce', EXPIRE.salesforce);
  expect(await read(await start('salesforce', 'answered'))).toBe('killed');
  expect(await read(await start('salesforce'))).toMatch(
    /salesforce must be connected again: .*renewal begun at .* never came/,
  );
  expect((await house.refreshes('salesforce')).map(({ status }) => status)).toEqual([200, 400]);
  await house.connect('salesforce');
  expect(await read(await start('salesforce'))).toBeNull();
});
