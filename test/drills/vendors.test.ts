import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { replayQuarantine } from '../../core/store/replay.ts';
import type { LoggedRequest, VendorName } from '../../sandbox/kernel/types.ts';
import { generateWorld } from '../../sandbox/seed/generate.ts';
import type { World } from '../../sandbox/seed/world.ts';
import { crowd } from '../integration/salesforce-org.ts';
import { type Arena, AS_OF, measured, startArena } from './arena.ts';

/**
 * The vendors' caps and faults, through the whole cycle into the store and back onto the records: what a vendor can do to us, and
 * what may not be lost or doubled by it. Each drill prints what it measured.
 */
const BOTH: Parameters<typeof startArena>[0]['connections'] = [
  { vendor: 'salesforce', settings: { orderReferenceField: 'Order_Reference__c' } },
  { vendor: 'hubspot' },
];
const WIDE_OPEN = { hubspotBurstPer10s: 100_000, hubspotSearchPerSecond: 100_000 };
const CONTACTS = "select count(*) from source_records where kind = 'contact' and connection_id = $1";

let arena: Arena | null = null;
afterEach(async () => {
  await arena?.close();
  arena = null;
});
async function opened(options: Parameters<typeof startArena>[0]): Promise<Arena> {
  arena = await startArena(options);
  return arena;
}

const secondsSince = (started: number) => ((performance.now() - started) / 1_000).toFixed(1);
const answers = (log: readonly LoggedRequest[], status: number) => log.filter((entry) => entry.status === status);
const peopleIn = (world: World, vendor: VendorName) =>
  world.people.filter((person) => person.systems.includes(vendor)).length;

describe('caps on reading', () => {
  test('20,000 HubSpot contacts of one modification time come in completely on an incremental pull', async () => {
    // Search stops at 10,000 results: a window by time alone could never get past them. Five searches a second, as at HubSpot.
    const { hubspot, control, cycle, count, requests, forget } = await opened({
      world: null,
      connections: [{ vendor: 'hubspot' }],
      sandbox: { hubspotBurstPer10s: 100_000 },
    });
    await cycle();
    await control('hubspot', 'clock', { now: new Date().toISOString() });
    for (let batch = 0; batch < 200; batch += 1) {
      await hubspot('POST', '/crm/v3/objects/contacts/batch/create', {
        inputs: Array.from({ length: 100 }, (_, index) => ({
          properties: { email: `c${batch * 100 + index}@people.example`, lastname: `Contact ${batch * 100 + index}` },
        })),
      });
    }
    await control('hubspot', 'clock', { now: null });
    await forget();
    const started = performance.now();
    const first = await cycle();
    const seconds = secondsSince(started);
    const log = await requests();
    expect(first).toMatchObject({ pulled: 20_000, rejected: 0, unavailable: [] });
    expect(await count(CONTACTS, ['hubspot'])).toBe(20_000);
    expect(await count('select count(*) from customers')).toBe(20_000);
    expect(log.filter(({ status }) => status >= 400)).toEqual([]);
    // The overlap brings them all again: none counts twice.
    expect(await cycle({ steps: ['pull'] })).toMatchObject({ pulled: 0, rejected: 0, unavailable: [] });
    expect(await count(CONTACTS, ['hubspot'])).toBe(20_000);
    measured('same modification time, HubSpot', {
      contacts: first.pulled,
      searches: log.filter(({ note }) => note.operation === 'search' && note.object === 'contacts').length,
      refused: 0,
      seconds,
    });
  });

  test('25,001 SOQL rows, then 20,000 Salesforce contacts of one SystemModstamp, come in completely', async () => {
    const { salesforce, control, cycle, count, requests, forget } = await opened({
      world: crowd(25_001),
      connections: [{ vendor: 'salesforce' }],
    });
    const pagesOf = async () =>
      (await requests()).filter(({ note }) => note.operation === 'soql' && note.object === 'Contact').length;
    let started = performance.now();
    expect(await cycle()).toMatchObject({ pulled: 25_001, rejected: 0, unavailable: [] });
    expect(await count(CONTACTS, ['salesforce'])).toBe(25_001);
    expect(await pagesOf()).toBe(13);
    measured('SOQL rows', { rows: 25_001, pages: 13, seconds: secondsSince(started) });

    const rows = (await requests()).flatMap(({ note }) =>
      note.operation === 'soql' && note.object === 'Contact' ? (note.ids ?? []) : [],
    );
    const changed = [...new Set(rows)].slice(0, 20_000);
    await control('salesforce', 'clock', { now: new Date().toISOString() });
    for (let at = 0; at < changed.length; at += 200) {
      await salesforce('PATCH', '/services/data/v62.0/composite/sobjects', {
        allOrNone: true,
        records: changed
          .slice(at, at + 200)
          .map((id) => ({ attributes: { type: 'Contact' }, id, LastName: `Changed ${id}` })),
      });
    }
    await control('salesforce', 'clock', { now: null });
    await forget();
    started = performance.now();
    expect(await cycle()).toMatchObject({ pulled: 20_000, rejected: 0, unavailable: [] });
    expect(await count(CONTACTS, ['salesforce'])).toBe(25_001);
    expect(
      await count("select count(*) from source_records where kind = 'contact' and payload->>'name' like '%Changed %'"),
    ).toBe(20_000);
    measured('same SystemModstamp, Salesforce', {
      contacts: 20_000,
      pages: await pagesOf(),
      seconds: secondsSince(started),
    });
  });

  test('Bulk 2.0, three pages of a result and an ingest job, ends where reading and writing by page does', async () => {
    const world = generateWorld({ seed: 31, customers: 900, asOf: AS_OF });
    const byPage = await startArena({ world, connections: [{ vendor: 'salesforce' }] });
    await byPage.cycle();
    const expected = await byPage.shownInSalesforce();
    const records = await byPage.count('select count(*) from source_records');
    await byPage.close();

    const bulk = await opened({
      world,
      connections: [{ vendor: 'salesforce', settings: { bulkReadRows: 200, bulkWriteRows: 200 } }],
    });
    const rest = peopleIn(world, 'salesforce') - 200;
    await bulk.control('salesforce', 'salesforce/settings', { queryPageRows: 200, bulkPageRows: Math.ceil(rest / 3) });
    const report = await bulk.cycle();
    const log = await bulk.requests();
    const pages = log.filter(({ note, path }) => note.object === 'Contact' && /jobs\/query\/.*\/results$/.test(path));
    expect(report).toMatchObject({ rejected: 0, unavailable: [] });
    expect(pages.length).toBe(3);
    expect(log.filter(({ path, method }) => method === 'POST' && /jobs\/ingest$/.test(path)).length).toBe(1);
    expect(await bulk.count('select count(*) from source_records')).toBe(records);
    expect(await bulk.shownInSalesforce()).toEqual(expected);
    measured('Bulk 2.0', {
      contacts: rest,
      pages: pages.length,
      written: report.recordsWritten,
      differences: 0,
    });
  });
});

describe('access that ends amid a run', () => {
  const world = generateWorld({ seed: 32, customers: 300, asOf: AS_OF });

  test('a Salesforce session that expires amid reading and again before writing costs logins and nothing else', async () => {
    const { control, cycle, count, plant, requests } = await opened({
      world,
      connections: [{ vendor: 'salesforce' }],
      sandbox: { tokenLifetimeSeconds: 600 },
    });
    await plant('salesforce', { kind: 'expired-token', path: 'queryAll', after: 3, times: 1 });
    await cycle({ steps: ['pull', 'identify', 'features', 'train', 'score'] });
    await control('salesforce', 'clock', { now: new Date(Date.now() + 3_600_000).toISOString() });
    const report = await cycle();
    const log = await requests();
    expect(report).toMatchObject({ rejected: 0, unavailable: [] });
    expect(answers(log, 401).map(({ fault }) => fault)).toEqual(['expired-token', null]);
    expect(await count(CONTACTS, ['salesforce'])).toBe(peopleIn(world, 'salesforce'));
    expect(await count('select count(*) from customer_records where desired is not null')).toBe(0);
    measured('expired session, Salesforce', {
      refused: answers(log, 401).length,
      logins: log.filter(({ path }) => path.endsWith('/oauth2/token')).length,
      written: report.recordsWritten,
    });
  });

  test('a HubSpot token that expires stops HubSpot alone, says what to do, and the next run goes on where it stopped', async () => {
    const { cycle, count, requests, plant, clearFaults, forget } = await opened({
      world,
      connections: [{ vendor: 'hubspot' }],
      sandbox: WIDE_OPEN,
    });
    await plant('hubspot', { kind: 'expired-token', path: '/contacts', after: 1, times: 1_000 });
    const stopped = await cycle({ steps: ['pull'] });
    expect(stopped.unavailable).toEqual([
      { connectionId: 'hubspot', message: expect.stringMatching(/access token was refused\. Make a new one/) },
    ]);
    expect(await count(CONTACTS, ['hubspot'])).toBe(100);
    await clearFaults();
    await forget();
    expect(await cycle()).toMatchObject({ rejected: 0, unavailable: [] });
    expect(await count(CONTACTS, ['hubspot'])).toBe(peopleIn(world, 'hubspot'));
    const pages = (await requests()).filter(({ note }) => note.operation === 'list' && note.object === 'contacts');
    // The page that was read before is not read again.
    expect(new Set(pages.flatMap(({ note }) => note.ids ?? [])).size).toBe(peopleIn(world, 'hubspot') - 100);
    measured('expired token, HubSpot', { before: 100, after: peopleIn(world, 'hubspot') - 100, lost: 0 });
  });
});

describe('a scored book', () => {
  const world = generateWorld({ seed: 33, customers: 700, asOf: AS_OF });
  /** A contact of a system on which nobody but this system knows anything, with its e-mail address. */
  const loner = (vendor: VendorName) => {
    const buyers = new Set(world.orders.map(({ personId }) => personId));
    const doubled = new Set(world.people.filter(({ id }) => id.endsWith('b')).map(({ id }) => id.slice(0, -1)));
    const found = world.people.find(
      ({ id, systems }) => systems.length === 1 && systems[0] === vendor && buyers.has(id) && !doubled.has(id),
    );
    if (!found) throw new Error(`nobody is on record in ${vendor} alone`);
    return found;
  };

  test('one bad row takes none of its batch with it, waits in quarantine with what to do, and is written by a replay', async () => {
    const { open, cycle, count, plant, clearFaults, requests, shownInHubSpot, shownInSalesforce } = await opened({
      world,
      connections: BOTH,
      sandbox: WIDE_OPEN,
    });
    const { database } = open.workspace;
    await cycle({ steps: ['pull', 'identify', 'features', 'train', 'score'] });
    const bad = new Map<string, string>();
    for (const vendor of ['salesforce', 'hubspot'] as const) {
      const waiting = await database.query<{ external_id: string }>(
        `select external_id from customer_records where connection_id = $1 and desired is not null
         order by parent_external_id nulls last, external_id`,
        [vendor],
      );
      const id = waiting[60]?.external_id ?? '';
      bad.set(vendor, id);
      await plant(vendor, { kind: 'bad-row', ids: [id], times: 100 });
    }
    const report = await cycle({ steps: ['write-back'] });
    const waiting = await database.query<Record<string, string>>(
      'select connection_id, stage, kind, external_id, code, message, remedy from quarantine order by connection_id',
    );
    expect(waiting).toEqual([
      {
        connection_id: 'hubspot',
        stage: 'write',
        kind: 'contact',
        external_id: bad.get('hubspot'),
        code: 'CONDITIONAL_REQUIRED',
        message: expect.stringContaining('a rule of this account forbids it'),
        remedy: expect.stringMatching(/rule of the HubSpot account .* then replay/),
      },
      {
        connection_id: 'salesforce',
        stage: 'write',
        kind: 'contact',
        external_id: bad.get('salesforce'),
        code: 'FIELD_CUSTOM_VALIDATION_EXCEPTION',
        message: expect.stringContaining('validation rule'),
        remedy: expect.stringMatching(/replay/),
      },
    ]);
    expect(report).toMatchObject({ rejected: 2, unavailable: [] });
    expect(await count('select count(*) from customer_records where desired is not null')).toBe(0);
    const batches = (await requests()).filter(({ note }) => note.operation === 'write');
    const batchOf = (vendor: VendorName) =>
      batches.find(({ note, vendor: own }) => own === vendor && note.ids?.includes(bad.get(vendor) ?? ''))?.note.ids;
    expect([batchOf('salesforce')?.length, batchOf('hubspot')?.length]).toEqual([200, 100]);
    const shown = { hubspot: await shownInHubSpot(), salesforce: await shownInSalesforce() };
    for (const vendor of ['salesforce', 'hubspot'] as const) {
      const others = batchOf(vendor)?.filter((id) => id !== bad.get(vendor)) ?? [];
      for (const id of others) expect(shown[vendor].get(id)).toHaveProperty('engagement');
      expect(shown[vendor].get(bad.get(vendor) ?? '')).toEqual({});
    }

    await clearFaults();
    expect(await replayQuarantine(database)).toBe(2);
    expect(await cycle({ steps: ['write-back'] })).toMatchObject({ recordsWritten: 2, rejected: 0 });
    expect(await count('select count(*) from quarantine')).toBe(0);
    expect((await shownInHubSpot()).get(bad.get('hubspot') ?? '')).toHaveProperty('engagement');
    expect((await shownInSalesforce()).get(bad.get('salesforce') ?? '')).toHaveProperty('engagement');
    measured('one bad row', {
      'others of its batch written in Salesforce': 199,
      'in HubSpot': 99,
      'quarantined then replayed': 2,
    });
  });

  test('a score of 0 arrives as 0, and what a customer is no longer eligible for is emptied, in both CRMs', async () => {
    const { open, control, cycle, hubspot, salesforce, shownInHubSpot, shownInSalesforce } = await opened({
      world,
      connections: BOTH,
      sandbox: WIDE_OPEN,
    });
    await cycle();
    const kept = await open.workspace.database.query<{
      connection_id: string;
      external_id: string;
      written: Record<string, unknown>;
    }>('select connection_id, external_id, written from customer_records');
    const before = { hubspot: await shownInHubSpot(), salesforce: await shownInSalesforce() };
    const zeros = { hubspot: 0, salesforce: 0 };
    for (const { connection_id, external_id, written } of kept) {
      const vendor = connection_id === 'hubspot' ? 'hubspot' : 'salesforce';
      for (const [name, value] of Object.entries(written)) {
        if (value !== 0) continue;
        zeros[vendor] += 1;
        expect(before[vendor].get(external_id)?.[name]).toBe(vendor === 'hubspot' ? '0' : 0);
      }
    }
    expect(Math.min(zeros.hubspot, zeros.salesforce)).toBeGreaterThan(0);

    const contact = await hubspot('GET', `/crm/v3/objects/contacts/${loner('hubspot').email}?idProperty=email`);
    const contactId = String(contact['id']);
    const deals = (await hubspot('POST', '/crm/v4/associations/contacts/deals/batch/read', {
      inputs: [{ id: contactId }],
    })) as { results: { to: { toObjectId: number }[] }[] };
    for (const { toObjectId } of deals.results[0]?.to ?? []) {
      await hubspot('PATCH', `/crm/v3/objects/deals/${toObjectId}`, {
        properties: { dealstage: 'closedlost', hs_is_closed_won: 'false' },
      });
    }
    const soql = `SELECT Id, (SELECT OpportunityId FROM OpportunityContactRoles) FROM Contact WHERE Email = '${loner('salesforce').email}'`;
    const found = (await salesforce('GET', `/services/data/v62.0/query?q=${encodeURIComponent(soql)}`)) as {
      records: { Id: string; OpportunityContactRoles: { records: { OpportunityId: string }[] } }[];
    };
    const leadId = found.records[0]?.Id ?? '';
    for (const { OpportunityId } of found.records[0]?.OpportunityContactRoles.records ?? []) {
      await control('salesforce', 'salesforce/change', {
        object: 'Opportunity',
        id: OpportunityId,
        fields: { StageName: 'Closed Lost' },
      });
    }
    await cycle();
    const after = { hubspot: await shownInHubSpot(), salesforce: await shownInSalesforce() };
    const emptied = ['clv_12m', 'clv_12m_low', 'value_if_kept_12m', 'currency', 'churn_probability', 'churn_band'];
    for (const [vendor, id] of [
      ['hubspot', contactId],
      ['salesforce', leadId],
    ] as const) {
      for (const name of emptied) {
        expect(before[vendor].get(id)).toHaveProperty(name);
        expect(after[vendor].get(id)).not.toHaveProperty(name);
      }
      expect(after[vendor].get(id)).toHaveProperty('engagement');
    }
    measured('zero and empty', {
      'zeros in Salesforce': zeros.salesforce,
      'zeros in HubSpot': zeros.hubspot,
      'fields emptied on each': emptied.length,
    });
  });
});

describe('storms', () => {
  const world = generateWorld({ seed: 34, customers: 400, asOf: AS_OF });
  const setup: Parameters<typeof startArena>[0] = {
    world,
    connections: BOTH,
    // A wide cell, so that a small book opens tasks.
    playbooks: [
      {
        name: 'drill',
        when: { churnBand: ['high', 'medium'], valueBand: ['high', 'medium'] },
        task: { subject: 'Keep {name}', body: '{reasons}' },
      },
    ],
    sandbox: WIDE_OPEN,
  };
  let calm: { hubspot: unknown; salesforce: unknown; tasks: readonly string[]; records: number };

  const endState = async (from: Arena) => ({
    hubspot: await from.shownInHubSpot(),
    salesforce: await from.shownInSalesforce(),
    tasks: [...(await from.tasks())].sort(),
    records: await from.count('select count(*) from source_records'),
  });
  beforeAll(async () => {
    const undisturbed = await startArena(setup);
    await undisturbed.cycle();
    calm = await endState(undisturbed);
    await undisturbed.close();
    expect(calm.tasks.length).toBeGreaterThan(10);
  });

  const PULL = '/objects/|/search|/associations/|/query';
  const WRITE = 'batch/update|composite/sobjects';
  const ACT = 'objects/[^/]+/tasks$|sobjects/Task';

  test.each([
    ['429', [{ kind: 'status', status: 429 }]],
    ['500', [{ kind: 'status', status: 500 }]],
    ['cut connections', [{ kind: 'cut' }]],
    ['lost replies', [{ kind: 'lost-reply' }]],
    ['timeouts', [{ kind: 'timeout' }]],
  ] as const)('%s on the way in and out: complete, nothing lost, nothing twice', async (name, [fault]) => {
    const faster = impatient();
    const stormy = await opened(setup);
    // Each 429 of HubSpot's costs ten seconds, each call without an answer the length of its patience.
    const times = name === '429' ? 1 : name === 'timeouts' ? 2 : 3;
    for (const vendor of ['salesforce', 'hubspot'] as const) {
      await stormy.plant(
        vendor,
        { ...fault, path: PULL, method: 'GET', after: 2, times },
        { ...fault, path: PULL, method: 'GET', after: 4, times },
        { ...fault, path: WRITE, after: 1, times },
        { ...fault, path: ACT, method: 'POST', after: 3, times: 1 },
      );
    }
    const planted = await stormy.faultsLeft();
    const started = performance.now();
    let runs = 0;
    for (let quiet = false; !quiet && runs < 6; ) {
      runs += 1;
      // Everything is in before anything is trained on it.
      const steps = runs === 1 ? (['pull'] as const) : undefined;
      const report = await stormy.cycle({ ...(steps !== undefined && { steps }) });
      const waiting = await stormy.count("select count(*) from outbox where state in ('waiting', 'started')");
      quiet = steps === undefined && report.unavailable.length === 0 && waiting === 0;
    }
    const hit = planted - (await stormy.faultsLeft());
    expect(hit).toBeGreaterThanOrEqual(planted - 2);
    expect(await endState(stormy)).toEqual(calm);
    expect(await stormy.count('select count(*) from quarantine')).toBe(0);
    const contacts = await stormy.tasks();
    expect(contacts).toEqual([...new Set(contacts)]);
    measured(`storm of ${name}`, {
      'requests hit': hit,
      runs,
      tasks: contacts.length,
      doubled: 0,
      lost: 0,
      seconds: secondsSince(started),
    });
    faster.mockRestore();
  });

  /**
   * The waits before a repeat run twenty times as fast, those after which a call without an answer is given up a hundred times. What
   * the clock tells (a window of calls, a pause that the vendor asked for) takes its real time.
   */
  function impatient() {
    const real = globalThis.setTimeout;
    const signal = AbortSignal.timeout.bind(AbortSignal);
    const faster = (ms: number) => (ms >= 30_000 ? ms / 100 : ms >= 400 ? ms / 20 : ms);
    const timer = (work: (...given: unknown[]) => void, ms = 0, ...given: unknown[]) =>
      real(work, faster(ms), ...given);
    const spies = [
      vi.spyOn(globalThis, 'setTimeout').mockImplementation(timer as typeof setTimeout),
      vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => signal(faster(ms))),
    ];
    return {
      mockRestore: () => {
        for (const spy of spies) spy.mockRestore();
      },
    };
  }
});

describe('the bill of calls', () => {
  test('a first and an incremental run of 2,000 customers: no call refused, at most a tenth above the fewest', async () => {
    const world = generateWorld({ seed: 35, customers: 2_000, asOf: AS_OF });
    // HubSpot's real limits: 190 calls in ten seconds, five searches a second.
    const { control, cycle, count, requests, bill, forget, hubspot } = await opened({ world, connections: BOTH });
    const started = performance.now();
    const first = await cycle();
    const seconds = secondsSince(started);
    const firstBill = await bill();
    const log = await requests();
    expect(first).toMatchObject({ rejected: 0, unavailable: [] });
    expect(log.filter(({ status }) => status === 429)).toEqual([]);
    expect(await count(CONTACTS, ['hubspot'])).toBe(peopleIn(world, 'hubspot'));
    expect(await count(CONTACTS, ['salesforce'])).toBe(peopleIn(world, 'salesforce'));
    expect(firstBill.actual).toBeLessThanOrEqual(firstBill.minimum * 1.1);

    const contacts = (await hubspot('GET', '/crm/v3/objects/contacts?limit=40')) as { results: { id: string }[] };
    for (const { id } of contacts.results) {
      await control('hubspot', 'hubspot/change', {
        objectType: 'deals',
        properties: {
          dealname: 'New',
          amount: '250',
          closedate: `${AS_OF}T10:00:00Z`,
          dealstage: 'closedwon',
          pipeline: 'default',
          hs_is_closed_won: 'true',
          hs_is_closed: 'true',
          deal_currency_code: 'USD',
        },
        contactId: id,
      });
    }
    await forget();
    const second = await cycle();
    const secondBill = await bill();
    expect(second).toMatchObject({ rejected: 0, unavailable: [] });
    expect(second.pulled).toBeGreaterThanOrEqual(40);
    expect((await requests()).filter(({ status }) => status === 429)).toEqual([]);
    expect(secondBill.actual).toBeLessThanOrEqual(secondBill.minimum * 1.1);
    measured('bill of 2,000 customers', {
      'first run': `${firstBill.actual}/${firstBill.minimum}`,
      'incremental run': `${secondBill.actual}/${secondBill.minimum}`,
      'pulled at first': first.pulled,
      'pulled then': second.pulled,
      429: 0,
      seconds,
    });
  });
});
