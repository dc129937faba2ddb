import { expect, test } from 'vitest';
import type { LoggedRequest } from '../../sandbox/kernel/types.ts';
import { generateWorld } from '../../sandbox/seed/generate.ts';
import { clockAt, openPortal, type TestPortal } from '../integration/hubspot-portal.ts';
import { AS_OF, measured, startArena } from './arena.ts';

/**
 * How fast we go: as fast as the vendor permits and no faster, for each tenant by itself. The witness is the sandbox's log, which has
 * the moment at which each request arrived; the sandbox refuses with 429 what is over the limit of a rolling ten seconds.
 */
const TEN_SECONDS_MS = 10_000;

/** Calls that count against the burst limit, by the moment of their arrival. */
function arrivals(log: readonly LoggedRequest[]): readonly number[] {
  return log
    .filter(({ path }) => path.startsWith('/crm/') && !path.endsWith('/search'))
    .map(({ at }) => Date.parse(at))
    .sort((a, b) => a - b);
}

/** The most calls that arrived within any ten seconds. */
function busiestTenSeconds(times: readonly number[]): number {
  let most = 0;
  let first = 0;
  for (const [index, at] of times.entries()) {
    while ((times[first] ?? at) <= at - TEN_SECONDS_MS) first += 1;
    most = Math.max(most, index - first + 1);
  }
  return most;
}

/**
 * Calls per ten seconds in the long run: from the first call to the last that opened a window of its own, so that the burst with which
 * the first window begins does not flatter the rate.
 */
function sustainedRate(times: readonly number[], perWindow: number): number {
  const windows = Math.floor((times.length - 1) / perWindow);
  const [first] = times;
  const last = times[windows * perWindow];
  if (first === undefined || last === undefined || windows === 0) throw new Error('too few calls for a rate');
  return (windows * perWindow * TEN_SECONDS_MS) / (last - first);
}

async function backfill(account: TestPortal, callsPer10Seconds: number): Promise<number> {
  const connector = account.connect(clockAt(new Date().toISOString()), { callsPer10Seconds });
  let contacts = 0;
  for await (const page of connector.source?.pull('contacts', null) ?? []) contacts += page.records.length;
  return contacts;
}

test('two tenants that load at once keep to their own limits, use nine tenths of them, and are never refused', async () => {
  const tenants = await Promise.all(
    [190, 100].map(async (limit) => {
      const account = await openPortal({ hubspotBurstPer10s: limit });
      // Four windows of pages of a hundred.
      const contacts = limit * 4 * 100;
      for (let index = 0; index < contacts; index += 1) account.portal.create('contacts', {});
      account.kernel.log.clear();
      return { limit, account, contacts };
    }),
  );
  const loaded = await Promise.all(tenants.map(({ account, limit }) => backfill(account, limit)));
  for (const [index, { limit, account, contacts }] of tenants.entries()) {
    const log = account.kernel.log.since(0);
    const times = arrivals(log);
    expect(loaded[index]).toBe(contacts);
    expect(log.filter(({ status }) => status === 429)).toEqual([]);
    const busiest = busiestTenSeconds(times);
    const rate = sustainedRate(times, Math.floor(limit * 0.95));
    expect(busiest).toBeLessThanOrEqual(limit);
    expect(rate).toBeGreaterThanOrEqual(limit * 0.9);
    measured(`backfill at ${limit} calls in ten seconds`, {
      calls: times.length,
      'most in any ten seconds': busiest,
      'per ten seconds': rate.toFixed(1),
      'of the permitted': `${((100 * rate) / limit).toFixed(1)} %`,
      429: 0,
    });
    await account.close();
  }
});

test('two workspaces run whole cycles at once, each against its own portal, and neither is ever refused', async () => {
  const arenas = await Promise.all(
    [30, 40].map(async (limit) => {
      const world = generateWorld({ seed: limit, customers: 400, asOf: AS_OF });
      const arena = await startArena({
        world,
        connections: [{ vendor: 'hubspot', settings: { callsPer10Seconds: limit } }],
        sandbox: { hubspotBurstPer10s: limit },
      });
      return { limit, arena };
    }),
  );
  const reports = await Promise.all(arenas.map(({ arena }) => arena.cycle()));
  for (const [index, { limit, arena }] of arenas.entries()) {
    const log = await arena.requests('hubspot');
    const busiest = busiestTenSeconds(arrivals(log));
    expect(reports[index]).toMatchObject({ unavailable: [], rejected: 0 });
    expect(reports[index]?.recordsWritten).toBeGreaterThan(100);
    expect(log.filter(({ status }) => status === 429)).toEqual([]);
    expect(busiest).toBeLessThanOrEqual(limit);
    measured(`a cycle at ${limit} calls in ten seconds`, {
      calls: log.length,
      'most in any ten seconds': busiest,
      429: 0,
    });
    await arena.close();
  }
});

test('rows that somebody else holds locked are written by the same run, once the lock is gone', async () => {
  const arena = await startArena({
    world: generateWorld({ seed: 36, customers: 700, asOf: AS_OF }),
    connections: [{ vendor: 'salesforce', settings: { orderReferenceField: 'Order_Reference__c' } }],
  });
  const { cycle, open, plant, requests, shownInSalesforce } = arena;
  await cycle({ steps: ['pull', 'identify', 'features', 'train', 'score'] });
  const waiting = await open.workspace.database.query<{ external_id: string }>(
    `select external_id from customer_records where desired is not null order by external_id`,
  );
  const locked = waiting.slice(0, 40).map((row) => row.external_id);
  // A whole request that meets a lock, and then rows by rows, twice.
  await plant('salesforce', {
    kind: 'status',
    status: 400,
    method: 'PATCH',
    path: '/composite/sobjects',
    body: [{ errorCode: 'UNABLE_TO_LOCK_ROW', message: 'unable to obtain exclusive access to this record' }],
  });
  await plant('salesforce', { kind: 'row-lock', ids: locked, times: 2 });
  const report = await cycle({ steps: ['write-back'] });
  expect(report).toMatchObject({ rejected: 0, unavailable: [] });
  expect(await arena.count('select count(*) from customer_records where desired is not null')).toBe(0);
  const shown = await shownInSalesforce();
  for (const id of locked) expect(shown.get(id)).toHaveProperty('engagement');
  expect(await arena.faultsLeft()).toBe(0);
  measured('locked rows', {
    'rows locked': locked.length,
    'write calls': (await requests('salesforce')).filter(({ note }) => note.operation === 'write').length,
    rejected: report.rejected,
  });
  await arena.close();
});
