import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SourceRecord, STREAMS, type Stream } from '../../core/domain/records.ts';
import { stableJson } from '../../core/domain/stable-json.ts';
import type { Cursor } from '../../core/ports/connector.ts';
import { generateWorld } from '../../sandbox/seed/generate.ts';
import { type Org, pull, SEEDED, startOrg } from './salesforce-org.ts';

const CRM = STREAMS.filter((stream) => stream !== 'inbox');
const HOUR_MS = 3_600_000;
const keysOf = (records: readonly SourceRecord[]) => records.map((record) => stableJson(record)).sort();
const now = new Date();
const clock = { now: () => now };
/** An hour on: what was there before is not in the overlap. */
const later = { now: () => new Date(now.getTime() + HOUR_MS) };

describe('a book of usual size', () => {
  let org: Org;
  const cursors = new Map<Stream, Cursor>();
  const first = new Map<Stream, readonly SourceRecord[]>();
  beforeAll(async () => {
    org = await startOrg(generateWorld({ seed: 5, customers: 4_000, asOf: '2026-05-01' }));
    await org.forget();
  });
  afterAll(() => org.close());

  it('takes at most a tenth more calls than the fewest for the first load', async () => {
    const connector = org.connect({ settings: SEEDED, clock });
    for (const stream of CRM) {
      const pulled = await pull(connector, stream);
      cursors.set(stream, pulled.cursor);
      first.set(stream, pulled.records);
      expect(pulled.pages.flatMap((page) => page.rejected)).toEqual([]);
    }
    const bill = await org.bill();
    expect(first.get('transactions')?.length).toBeGreaterThan(2_000);
    expect(bill.actual).toBeLessThanOrEqual(bill.minimum * 1.1);
  });

  it('takes one call for each object when there is no news', async () => {
    await org.forget();
    const connector = org.connect({ settings: SEEDED, clock: later });
    for (const stream of CRM) {
      const pulled = await pull(connector, stream, cursors.get(stream) ?? null);
      expect([stream, pulled.records, pulled.pages.length]).toEqual([stream, [], 1]);
    }
    expect((await org.bill()).byOperation).toEqual(
      Object.fromEntries(
        ['Account', 'Contact', 'Opportunity', 'OpportunityContactRole', 'Task', 'Event', 'Case'].map((object) => [
          `salesforce soql ${object}`,
          { minimum: 1, actual: 1 },
        ]),
      ),
    );
  });

  it('takes the fewest calls for a thousand changed sales', async () => {
    const sales = await org.soql('SELECT Id FROM Opportunity WHERE IsWon = true LIMIT 900');
    for (const sale of sales) await org.change('Opportunity', String(sale['Id']), { Amount: 77 });
    await org.forget();
    const { records } = await pull(
      org.connect({ settings: SEEDED, clock }),
      'transactions',
      cursors.get('transactions'),
    );
    expect(records.filter((record) => record.kind === 'transaction' && record.amount === '77')).toHaveLength(900);
    const bill = await org.bill();
    expect(bill.actual).toBe(bill.minimum);
  });

  it('reads the same records by Bulk, with the same hash, as by query', async () => {
    await org.settings({ bulkPageRows: 700 });
    const connector = org.connect({ settings: { ...SEEDED, bulkReadRows: 1_000 }, clock });
    await org.forget();
    const contacts = await pull(connector, 'contacts');
    expect(keysOf(contacts.records)).toEqual(keysOf(first.get('contacts') ?? []));
    const events = await pull(connector, 'engagement');
    expect(keysOf(events.records)).toEqual(keysOf(first.get('engagement') ?? []));
    const paths = (await org.requests()).map((request) => request.path);
    expect(paths.filter((path) => path.endsWith('/jobs/query')).length).toBeGreaterThanOrEqual(2);
    expect(paths.filter((path) => path.endsWith('/results')).length).toBeGreaterThanOrEqual(6);
    await org.settings({ bulkPageRows: null });
  });
});
