import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { addDays, calendarDay } from '../../core/domain/calendar-day.ts';
import { exchangeRates } from '../../core/domain/exchange-rates.ts';
import type { SourceRecord, TransactionRecord } from '../../core/domain/records.ts';
import { openAlarms } from '../../core/store/alarms.ts';
import { attribute } from '../../core/store/attribution.ts';
import { identify } from '../../core/store/identity.ts';
import { land } from '../../core/store/landing.ts';
import { createQuality } from '../../core/store/quality.ts';
import { replayQuarantine } from '../../core/store/replay.ts';
import { watchSources } from '../../core/store/watch-sources.ts';
import { fakeClock } from '../support/clock.ts';
import { BOOK_FROM, cleanBook } from '../support/quality-books.ts';
import { contact, deletion, order } from '../support/records.ts';
import { emptyTables, openTempStore, type TempStore } from '../support/store.ts';

const clock = fakeClock('2026-06-01T20:00:00.000Z');
const BY = { by: 'admin' };

let store: TempStore;
beforeAll(async () => {
  store = await openTempStore();
});
afterAll(() => store.close());
beforeEach(() => emptyTables(store.database));

/** Lands records of a connection and takes them up. */
async function load(...records: readonly SourceRecord[]): Promise<void> {
  const now = clock.now();
  await land(store.database, { connectionId: 'crm', records, rejected: [], cursor: null, now });
  await takeUp();
}

async function takeUp(): Promise<void> {
  await identify(store.database, { workspace: 'test', now: () => clock.now() });
  await attribute(store.database, {
    timeZone: 'UTC',
    rates: exchangeRates('USD', []),
    now: () => clock.now(),
  });
}

/** The book: every sale in it, by id. */
const book = () =>
  store.database.query<{ id: string }>(
    'select external_id as id, customer_id as customer, occurred_at as at, amount_minor as minor, currency from transactions order by 1',
  );
const held = async () =>
  (
    await store.database.query<{ external_id: string; code: string }>(
      'select external_id, code from quarantine order by 1',
    )
  ).map(({ external_id: id, code }) => [id, code]);
const found = async () =>
  (await createQuality(store.database, clock).findings({ limit: 500 })).map(({ externalId, rule }) => [
    externalId,
    rule,
  ]);

/** Orders of customers a, b and c, in 2026, at what they usual pay, by the hundred. */
function usual(days = 120): readonly TransactionRecord[] {
  return Array.from({ length: days }, (_, index) => {
    const day = addDays(calendarDay('2026-01-01'), index);
    return order(
      `o${1000 + index}`,
      ['a', 'b', 'c'][index % 3] ?? 'a',
      `${day}T10:${10 + (index % 50)}:00.000Z`,
      `${40 + (index % 7) * 3}.50`,
    );
  });
}
const CONTACTS = [contact('a'), contact('b'), contact('c')];

describe('a sale that is kept out', () => {
  it('waits with the name of its rule, and comes in when it is corrected at its source', async () => {
    await load(
      ...CONTACTS,
      order('zero', 'a', '1970-01-01', '10'),
      order('year', 'a', '2062-05-01', '10'),
      order('below', 'a', '2026-05-01', '-10'),
      order('none', 'a', '2026-05-01', null),
      order('code', 'a', '2026-05-01', '10', { currency: 'XQX' }),
      order('rate', 'a', '2026-05-01', '10', { currency: 'GBP' }),
      order('day', 'a', '2026-02-30', '10'),
      order('sound', 'a', '2026-05-02', '10'),
    );
    expect(await held()).toEqual([
      ['below', 'negative-order'],
      ['code', 'currency-unknown'],
      ['day', 'schema'],
      ['none', 'amount-missing'],
      ['rate', 'no-rate'],
      ['year', 'future-date'],
      ['zero', 'placeholder-date'],
    ]);
    const [entry] = await createQuality(store.database, clock).findings({ limit: 1, rule: 'future-date' });
    expect(entry).toMatchObject({
      severity: 'hold',
      message: 'occurredAt: expected a day up to today (2026-06-01), found 2062-05-01',
      remedy: expect.stringMatching(/^Correct the day at its source/),
    });
    await load(order('year', 'a', '2026-05-01', '10'));
    expect(await held()).not.toContainEqual(['year', 'future-date']);
    expect((await book()).map((row) => row.id)).toEqual(['sound', 'year']);
  });

  it('is counted as it is once it is accepted, until it changes', async () => {
    await load(...CONTACTS, order('year', 'a', '2062-05-01', '10'), order('below', 'a', '2026-05-01', '-10'));
    const quality = createQuality(store.database, clock);
    expect(await quality.accept({ connectionId: 'crm', rule: 'future-date', externalId: 'year' }, BY)).toBe(1);
    // What cannot be counted is not accepted.
    expect(await quality.accept({ connectionId: 'crm', rule: 'negative-order' }, BY)).toBe(0);
    await takeUp();
    expect((await book()).map((row) => row.id)).toEqual(['year']);
    expect(await held()).toEqual([['below', 'negative-order']]);
    expect(await quality.findings({ limit: 9, accepted: true, rule: 'future-date' })).toMatchObject([
      { acceptedBy: 'admin' },
    ]);
    await load(order('year', 'a', '2063-05-01', '10'));
    expect(await held()).toContainEqual(['year', 'future-date']);
    await expect(quality.accept({ connectionId: 'crm', rule: 'nonsense' }, BY)).rejects.toThrow(/name of a rule/);
  });

  it('comes back when it is put on its way as it was', async () => {
    await load(...CONTACTS, order('zero', 'a', '1970-01-01', '10'));
    expect(await replayQuarantine(store.database)).toBe(1);
    await takeUp();
    expect(await held()).toEqual([['zero', 'placeholder-date']]);
    expect((await createQuality(store.database, clock).report()).days).toMatchObject([
      { rule: 'placeholder-date', found: 1 },
    ]);
  });

  it('leaves the sale in the book whose id it took', async () => {
    await load(...CONTACTS, order('1', 'a', '2026-03-01', '10'));
    const before = await book();
    await load(order('1', 'b', '2026-05-01', '99'));
    expect(await held()).toEqual([['1', 'id-reuse']]);
    expect(await book()).toEqual(before);
    // The customer alone is a correction.
    await load(order('1', 'b', '2026-03-01', '10'));
    expect(await held()).toEqual([]);
    expect(await book()).not.toEqual(before);
  });

  it('is the copy of an order in the same minute under its number; others of that minute are only told', async () => {
    await load(
      ...CONTACTS,
      order('1', 'a', '2026-05-01T10:00:10.000Z', '10', { orderReference: 'N' }),
      order('2', 'a', '2026-05-01T10:00:40.000Z', '10', { orderReference: 'N' }),
      order('3', 'b', '2026-05-01T10:00:40.000Z', '10'),
      order('6', 'b', '2026-05-01T10:00:50.000Z', '10'),
      order('4', 'c', '2026-05-01T10:00:00.000Z', '10', { orderReference: 'A' }),
      order('5', 'c', '2026-05-01T10:00:00.000Z', '10', { orderReference: 'B' }),
    );
    expect(await held()).toEqual([['2', 'duplicate-order']]);
    expect(await found()).toEqual([
      ['2', 'duplicate-order'],
      ['5', 'duplicate-order'],
      ['6', 'duplicate-order'],
    ]);
    // It is none once what it was a copy of is gone.
    await load(deletion('transaction', '1'));
    expect(await held()).toEqual([]);
    expect((await book()).map((row) => row.id)).toEqual(['2', '3', '4', '5', '6']);
  });
});

describe('a change of unit', () => {
  const cents = (record: TransactionRecord): TransactionRecord => ({
    ...record,
    amount: String(Math.round(Number(record.amount) * 100)),
  });
  const since = calendarDay('2026-04-11');

  it('is held from its first day on, also what was let through before it was known, and set right by a fix', async () => {
    const orders = usual();
    await load(...CONTACTS, ...orders);
    const right = await book();
    await emptyTables(store.database);
    const planted = orders.map((each) => (each.occurredAt >= since ? cents(each) : each));
    // One by one, as live events come.
    await load(...CONTACTS, ...planted.slice(0, 100));
    for (const each of planted.slice(100)) await load(each);
    const wrong = planted.filter((each, index) => each !== orders[index]).map(({ externalId }) => externalId);
    expect((await held()).map(([id]) => id)).toEqual(wrong);
    expect(new Set((await held()).map(([, code]) => code))).toEqual(new Set(['unit-change']));

    const quality = createQuality(store.database, clock);
    const given = { connectionId: 'crm', from: since, until: null, reason: 'the shop sends cents' } as const;
    const { fixId, sales } = await quality.fix({ ...given, transform: { do: 'scale', powerOfTen: -2 } }, BY);
    expect(sales).toBeGreaterThanOrEqual(wrong.length);
    await takeUp();
    expect(await held()).toEqual([]);
    expect(await book()).toEqual(right);

    expect(await quality.undoFix(fixId, BY)).toEqual({ sales });
    expect(await quality.undoFix(fixId, BY)).toBeNull();
    await takeUp();
    expect((await held()).map(([id]) => id)).toEqual(wrong);
    expect(
      (await store.database.query<{ action: string }>('select action from audit_log order by seq')).map(
        ({ action }) => action,
      ),
    ).toEqual(['quality.fix', 'quality.undo-fix']);
    await expect(
      quality.fix({ ...given, until: calendarDay('2026-04-01'), transform: { do: 'scale', powerOfTen: -2 } }, BY),
    ).rejects.toThrow(/a day from 2026-04-11 on/);
    await expect(quality.fix({ ...given, transform: { do: 'scale', powerOfTen: 0 } }, BY)).rejects.toThrow(
      /power of ten/,
    );
  }, 120_000);

  it('is what prices are now, once it is accepted', async () => {
    const orders = usual().map((each) => (each.occurredAt >= since ? cents(each) : each));
    await load(...CONTACTS, ...orders);
    const quality = createQuality(store.database, clock);
    expect(await quality.accept({ connectionId: 'crm', rule: 'unit-change' }, BY)).toBe(20);
    await takeUp();
    expect(await held()).toEqual([]);
    expect(await book()).toHaveLength(orders.length);
    await load(order('next', 'a', '2026-05-20T10:00:00.000Z', '4650'));
    expect(await held()).toEqual([]);
  });
});

describe('a connection as a whole', () => {
  it('has stopped when nothing comes any more, until something does', async () => {
    await load(...CONTACTS, ...usual(90));
    const watch = (asOf: string) =>
      watchSources(store.database, ['crm'], { asOf: calendarDay(asOf), now: clock.now() });
    await watch('2026-04-02');
    expect(await found()).toEqual([]);
    await watch('2026-05-20');
    expect(await found()).toEqual([['transaction', 'stale-source']]);
    expect(await openAlarms(store.database)).toMatchObject([
      {
        kind: 'data-quality',
        subject: 'crm stale-source transaction',
        message: expect.stringMatching(/since 2026-03-31/),
      },
    ]);
    await load(order('again', 'a', '2026-05-19', '40'));
    await watch('2026-05-20');
    expect(await found()).toEqual([]);
    expect(await openAlarms(store.database)).toEqual([]);
  });
});

it('a contact is kept and told of, without a word of what stands in it', async () => {
  await load(
    contact('1', { name: 'JÃ¼rgen Ã–zil', emails: ['juergen@people.example'] }),
    contact('2', { name: 'Test User', emails: ['someone@people.example'] }),
    contact('3', { name: 'Ada', emails: ['ada(at)people'] }),
    contact('4', { name: 'José Müller-Østergård', emails: ['jose@people.example'] }),
  );
  expect(await found()).toEqual([
    ['1', 'encoding-damage'],
    ['2', 'test-account'],
    ['3', 'email-invalid'],
  ]);
  const texts = JSON.stringify(await createQuality(store.database, clock).findings({ limit: 9 }));
  expect(texts).not.toMatch(/rgen|someone|ada\(at\)/i);
});

it('however faults are planted and mended, the book is that of a first load without them', async () => {
  const clean = cleanBook({ seed: 4, customers: 40, amounts: 'gamma-gamma', from: BOOK_FROM, days: 400 });
  const contacts = Array.from({ length: 40 }, (_, index) => contact(`c${index}`));
  await load(...contacts, ...clean);
  expect(await held()).toEqual([]);
  const right = await book();
  const faults = {
    date: (each: TransactionRecord) => ({ ...each, occurredAt: '1970-01-01' }),
    negative: (each: TransactionRecord) => ({ ...each, amount: `-${each.amount}` }),
    currency: (each: TransactionRecord) => ({ ...each, currency: 'EURO' }),
    nines: (each: TransactionRecord) => ({ ...each, amount: '99999999.99' }),
    future: (each: TransactionRecord) => ({
      ...each,
      occurredAt: `2${each.occurredAt.slice(1).replace('025', '225').replace('026', '226')}`,
    }),
  };
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.tuple(
          fc.nat({ max: clean.length - 1 }),
          fc.constantFrom(...(Object.keys(faults) as (keyof typeof faults)[])),
        ),
        {
          minLength: 1,
          maxLength: 25,
        },
      ),
      fc.integer({ min: 0, max: clean.length }),
      fc.boolean(),
      async (planted, cut, copies) => {
        await emptyTables(store.database);
        const at = new Map(planted);
        const spoilt = clean.map((each, index) => {
          const fault = at.get(index);
          return fault === undefined ? each : faults[fault](each);
        });
        const copy = copies ? [{ ...(clean[0] as TransactionRecord), externalId: 'copy' }] : [];
        await load(...contacts, ...spoilt.slice(0, cut));
        await load(...spoilt.slice(cut), ...copy);
        const waiting = new Set((await held()).map(([id]) => id));
        for (const index of at.keys()) expect(waiting).toContain(clean[index]?.externalId);
        // Mended at the source: sent again as it should have been, the copy deleted.
        await load(
          ...[...at.keys()].map((index) => clean[index] as TransactionRecord),
          ...copy.map(
            ({ externalId }) =>
              ({ kind: 'deletion', of: 'transaction', externalId, mergedIntoExternalId: null }) as const,
          ),
        );
        expect(await held()).toEqual([]);
        expect(await book()).toEqual(right);
      },
    ),
    { seed: 11, numRuns: 5 },
  );
}, 240_000);
