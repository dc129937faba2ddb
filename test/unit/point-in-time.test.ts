import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addDays, calendarDay } from '../../core/domain/calendar-day.ts';
import { CHANNELS } from '../../core/domain/records.ts';
import { inputsAt } from '../../core/features/inputs.ts';
import type { Transaction } from '../../core/features/settle.ts';
import { statsAt } from '../../core/pipeline/features.ts';
import type { CustomerHistory } from '../../core/store/history.ts';

const START = calendarDay('2026-01-01');
const days = (most: number) => fc.nat(most).map((count) => addDays(START, count));
const transactions = fc
  .array(
    fc.record({
      connectionId: fc.constantFrom('a', 'b'),
      kind: fc.constantFrom('order', 'order', 'refund', 'void') as fc.Arbitrary<Transaction['kind']>,
      day: days(60),
      amountMinor: fc.constantFrom(0n, 500n, 1000n),
      orderReference: fc.constantFrom(null, 'R1', 'R2'),
      refersTo: fc.constantFrom(null, 'R1', 't0'),
    }),
    { maxLength: 12 },
  )
  .map((list) => list.map((each, index): Transaction => ({ ...each, externalId: `t${index}` })));
const histories = fc
  .tuple(transactions, fc.array(fc.record({ channel: fc.constantFrom(...CHANNELS), day: days(60) }), { maxLength: 12 }))
  .map(([list, events]): CustomerHistory => ({ customerId: 'c', transactions: list, events }));
const rank = (connectionId: string) => (connectionId === 'a' ? 0 : 1);

describe('point in time', () => {
  it('no statistic of a day changes by what happens after it', () => {
    fc.assert(
      fc.property(histories, days(60), (history, asOf) => {
        const known: CustomerHistory = {
          ...history,
          transactions: history.transactions.filter(({ day }) => day <= asOf),
          events: history.events.filter(({ day }) => day <= asOf),
        };
        expect(statsAt(history, asOf, rank).stats).toEqual(statsAt(known, asOf, rank).stats);
      }),
      { numRuns: 400 },
    );
  });

  it('says the first later day on which a known fact will count', () => {
    fc.assert(
      fc.property(histories, days(60), (history, asOf) => {
        const later = [...history.transactions, ...history.events].map(({ day }) => day).filter((day) => day > asOf);
        expect(statsAt(history, asOf, rank).nextFactOn).toBe(later.sort()[0] ?? null);
      }),
    );
  });

  it('silence needs no new statistics: those of a day give the inputs of every later day without facts', () => {
    fc.assert(
      fc.property(histories, fc.nat(400), (history, silent) => {
        const last = addDays(START, 60);
        const later = addDays(last, silent);
        const kept = inputsAt(statsAt(history, last, rank).stats, later, 'USD');
        const anew = inputsAt(statsAt(history, later, rank).stats, later, 'USD');
        expect(kept).toEqual(anew);
      }),
    );
  });
});
