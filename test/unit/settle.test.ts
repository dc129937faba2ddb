import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addDays, calendarDay } from '../../core/domain/calendar-day.ts';
import { type SourceRank, settle, type Transaction } from '../../core/features/settle.ts';

const START = calendarDay('2026-01-01');
const LATER = calendarDay('2027-01-01');
const rank: SourceRank = (connectionId) => ['a', 'b', 'c'].indexOf(connectionId);

function sale(given: Partial<Transaction> & { externalId: string }): Transaction {
  return {
    connectionId: 'a',
    kind: 'order',
    day: START,
    amountMinor: 1000n,
    orderReference: null,
    refersTo: null,
    ...given,
  };
}
const settled = (transactions: readonly Transaction[], asOf = LATER) => settle(transactions, asOf, rank);
const total = (transactions: readonly Transaction[], asOf = LATER) =>
  settled(transactions, asOf).days.reduce((sum, day) => sum + day.amountMinor, 0n);

/** Any history of a customer: few days, amounts and references, so that doubles, refunds and ties are frequent. */
const histories = fc
  .array(
    fc.record({
      connectionId: fc.constantFrom('a', 'b', 'c'),
      kind: fc.constantFrom('order', 'order', 'order', 'refund', 'void') as fc.Arbitrary<Transaction['kind']>,
      day: fc.nat(12).map((days) => addDays(START, days)),
      amountMinor: fc.constantFrom(0n, 500n, 1000n, 2500n),
      whole: fc.boolean(),
      orderReference: fc.constantFrom(null, null, 'R1', 'R2', 'R3'),
      refersTo: fc.constantFrom(null, 'R1', 'R2', 't0', 't1', 't2', 't3'),
    }),
    { maxLength: 14 },
  )
  .map((list) =>
    list.map(
      ({ whole, ...each }, index): Transaction => ({
        ...each,
        externalId: `t${index}`,
        amountMinor: each.kind === 'order' || !whole ? each.amountMinor : null,
        refersTo: each.kind === 'order' ? null : each.refersTo,
      }),
    ),
  );

describe('settling transactions into purchase days', () => {
  it('does not depend on the order of the transactions, nor change them', () => {
    fc.assert(
      fc.property(
        histories.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }))),
        ([list, shuffled]) => {
          const before = structuredClone(list);
          expect(settled(shuffled)).toEqual(settled(list));
          expect(list).toEqual(before);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('never goes below zero, never above what was ordered, and counts each order at most once', () => {
    fc.assert(
      fc.property(histories, (list) => {
        const orders = list.filter((each) => each.kind === 'order');
        const result = settled(list);
        expect(result.days.every((day) => day.amountMinor >= 0n && day.orders > 0)).toBe(true);
        expect(total(list) <= orders.reduce((sum, each) => sum + (each.amountMinor ?? 0n), 0n)).toBe(true);
        const counted = result.days.reduce((sum, day) => sum + day.orders, 0);
        expect(counted + result.doubles).toBeLessThanOrEqual(orders.length);
        const days = result.days.map((day) => day.day);
        expect(days).toEqual([...new Set(days)].sort());
      }),
      { numRuns: 300 },
    );
  });

  it('does not know what happens after the as-of day', () => {
    fc.assert(
      fc.property(histories, fc.nat(12), (list, days) => {
        const asOf = addDays(START, days);
        expect(settled(list, asOf)).toEqual(
          settled(
            list.filter((each) => each.day <= asOf),
            LATER,
          ),
        );
      }),
      { numRuns: 300 },
    );
  });

  it('nets a refund from its order, clamps it there, and takes none that is later than asOf', () => {
    const order = sale({ externalId: 'o', orderReference: 'R' });
    const refund = sale({ externalId: 'r', kind: 'refund', day: addDays(START, 5), amountMinor: 300n, refersTo: 'R' });
    expect(total([order, refund])).toBe(700n);
    expect(total([order, refund], addDays(START, 4))).toBe(1000n);
    expect(settled([order, { ...refund, amountMinor: 5000n }]).days).toEqual([]);
    expect(settled([order, { ...refund, amountMinor: null }]).days).toEqual([]);
    const two = [order, refund, { ...refund, externalId: 'r2', amountMinor: 699n }];
    expect(total(two)).toBe(1n);
  });

  it('keeps other orders of the day when one of them is taken back', () => {
    const day = [
      sale({ externalId: 'o1' }),
      sale({ externalId: 'o2', amountMinor: 200n }),
      sale({ externalId: 'v', kind: 'void', amountMinor: null, refersTo: 'o1' }),
    ];
    expect(settled(day).days).toEqual([{ day: START, amountMinor: 200n, orders: 1 }]);
  });

  it('counts one sale in several systems once, by the most trusted one', () => {
    const reference = [
      sale({ connectionId: 'c', externalId: 'c1', orderReference: 'R', amountMinor: 1100n }),
      sale({ connectionId: 'b', externalId: 'b1', orderReference: 'R', day: addDays(START, 1) }),
    ];
    expect(settled(reference)).toMatchObject({ days: [{ day: addDays(START, 1), amountMinor: 1000n }], doubles: 1 });
    const alike = [sale({ externalId: 'a1' }), sale({ connectionId: 'b', externalId: 'b1', orderReference: 'R' })];
    expect(settled(alike)).toMatchObject({ days: [{ orders: 1 }], doubles: 1 });
    const named = alike.map((each, index) => ({ ...each, orderReference: `R${index}` }));
    expect(settled(named)).toMatchObject({ days: [{ orders: 2 }], doubles: 0 });
    const twice = [
      sale({ externalId: 'a1' }),
      sale({ externalId: 'a2' }),
      sale({ connectionId: 'b', externalId: 'b1' }),
    ];
    expect(settled(twice)).toMatchObject({ days: [{ orders: 2, amountMinor: 2000n }], doubles: 1 });
  });

  it('takes one refund that two systems tell of once', () => {
    const both = [
      sale({ externalId: 'a1', orderReference: 'R' }),
      sale({ connectionId: 'b', externalId: 'b1', orderReference: 'R' }),
      sale({ externalId: 'ar', kind: 'refund', amountMinor: 300n, refersTo: 'R' }),
      sale({ connectionId: 'b', externalId: 'br', kind: 'refund', amountMinor: 300n, refersTo: 'b1' }),
    ];
    expect(total(both)).toBe(700n);
  });

  it('counts a zero order as a purchase without spend, and refunds without an order as unmatched', () => {
    expect(settled([sale({ externalId: 'o', amountMinor: 0n })]).days).toEqual([
      { day: START, amountMinor: 0n, orders: 1 },
    ]);
    const paidBack = sale({ externalId: 'r', kind: 'refund', amountMinor: 500n, refersTo: 'o' });
    expect(total([sale({ externalId: 'o', amountMinor: 0n }), paidBack])).toBe(0n);
    expect(settled([sale({ externalId: 'r', kind: 'refund', refersTo: 'nowhere' })])).toMatchObject({
      days: [],
      unmatched: 1,
    });
  });

  it('takes a full refund in the order’s currency as full, whatever the rate of its own day', () => {
    const order = sale({ externalId: 'o', amountMinor: 1195n, original: { amountMinor: 1000n, currency: 'GBP' } });
    const back = (externalId: string, original: bigint, amountMinor: bigint) =>
      sale({
        externalId,
        kind: 'refund',
        refersTo: 'o',
        amountMinor,
        original: { amountMinor: original, currency: 'GBP' },
      });
    expect(settled([order, back('r', 1000n, 1100n)]).days).toEqual([]);
    // Thirds in pounds leave nothing either; a third of the pounds is a third of the euros.
    expect(settled([order, back('r1', 333n, 1n), back('r2', 333n, 1n), back('r3', 334n, 1n)]).days).toEqual([]);
    expect(total([order, back('r1', 250n, 9n)])).toBe(896n);
  });

  it('takes a refund in another currency by what it was worth', () => {
    const order = sale({ externalId: 'o', amountMinor: 1200n, original: { amountMinor: 1000n, currency: 'GBP' } });
    expect(total([order, sale({ externalId: 'r', kind: 'refund', refersTo: 'o', amountMinor: 300n })])).toBe(900n);
    expect(settled([order, sale({ externalId: 'r', kind: 'refund', refersTo: 'o', amountMinor: 1200n })]).days).toEqual(
      [],
    );
  });

  it('knows one sale in two systems by what was paid, not by what it was worth', () => {
    const pounds = { original: { amountMinor: 1000n, currency: 'GBP' } };
    expect(
      settled([sale({ externalId: '1', ...pounds }), sale({ externalId: '2', connectionId: 'b', ...pounds })]),
    ).toMatchObject({ doubles: 1 });
    expect(settled([sale({ externalId: '1', ...pounds }), sale({ externalId: '2', connectionId: 'b' })])).toMatchObject(
      { doubles: 0 },
    );
  });
});
