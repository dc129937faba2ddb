import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addDays, type CalendarDay, calendarDay } from '../../core/domain/calendar-day.ts';
import { CHANNELS } from '../../core/domain/records.ts';
import type { ContractTerm } from '../../core/features/contract.ts';
import { inputsAt } from '../../core/features/inputs.ts';
import type { Transaction } from '../../core/features/settle.ts';
import { statsAt } from '../../core/pipeline/features.ts';
import { trainingCustomer } from '../../core/pipeline/train.ts';
import { followUpDays, type LeavingRule, leftOn, mayLeave } from '../../core/scores/leaving.ts';
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
const terms = fc.array(
  fc
    .record({ startsOn: days(60), lasts: fc.option(fc.nat(90)), seen: fc.nat(30), cancelled: fc.option(fc.nat(40)) })
    .map(
      ({ startsOn, lasts, seen, cancelled }): ContractTerm => ({
        startsOn,
        endsOn: lasts === null ? null : addDays(startsOn, lasts),
        endKnownOn: addDays(startsOn, seen),
        cancelledOn: cancelled === null ? null : addDays(startsOn, cancelled),
      }),
    ),
  { maxLength: 4 },
);
const histories = fc
  .tuple(
    transactions,
    fc.array(fc.record({ channel: fc.constantFrom(...CHANNELS), day: days(60) }), { maxLength: 12 }),
    terms,
  )
  .map(
    ([list, events, contract]): CustomerHistory => ({ customerId: 'c', transactions: list, events, terms: contract }),
  );
/** Terms without what came later: others, where one was seen, and notices. */
function asKnownOn(all: readonly ContractTerm[], day: CalendarDay): readonly ContractTerm[] {
  const begun = all.filter(({ startsOn }) => startsOn <= day);
  const seen = begun.filter(({ endKnownOn }) => endKnownOn <= day);
  const first = begun.map(({ endKnownOn }) => endKnownOn).sort()[0];
  return (seen.length > 0 ? seen : begun.filter(({ endKnownOn }) => endKnownOn === first)).map((term) => ({
    ...term,
    cancelledOn: term.cancelledOn !== null && term.cancelledOn > day ? null : term.cancelledOn,
  }));
}

const RULES: readonly LeavingRule[] = [
  { definition: 'no_purchase_within', horizonDays: 20 },
  { definition: 'contract_end', horizonDays: 14 },
  { definition: 'cancelled', horizonDays: 14 },
];
const rank = (connectionId: string) => (connectionId === 'a' ? 0 : 1);

describe('point in time', () => {
  it('no statistic of a day changes by what happens after it', () => {
    fc.assert(
      fc.property(histories, days(60), (history, asOf) => {
        const known: CustomerHistory = {
          ...history,
          transactions: history.transactions.filter(({ day }) => day <= asOf),
          events: history.events.filter(({ day }) => day <= asOf),
          terms: asKnownOn(history.terms, asOf),
        };
        expect(statsAt(history, asOf, rank).stats).toEqual(statsAt(known, asOf, rank).stats);
      }),
      { numRuns: 400 },
    );
  });

  it('says the first later day on which a known fact will count', () => {
    fc.assert(
      fc.property(histories, days(60), (history, asOf) => {
        const ofContracts = history.terms.flatMap((term) => [term.startsOn, term.endKnownOn, term.cancelledOn ?? []]);
        const facts = [...history.transactions, ...history.events].map(({ day }) => day);
        const later = [...facts, ...ofContracts.flat()].filter((day) => day > asOf);
        expect(statsAt(history, asOf, rank).nextFactOn).toBe(later.sort()[0] ?? null);
      }),
    );
  });

  it('silence needs no new statistics: those of a day give the inputs of every later day without facts', () => {
    fc.assert(
      fc.property(histories, fc.nat(400), (history, silent) => {
        const last = addDays(START, 100);
        const later = addDays(last, silent);
        const kept = inputsAt(statsAt(history, last, rank).stats, later, 'USD');
        const anew = inputsAt(statsAt(history, later, rank).stats, later, 'USD');
        expect(kept).toEqual(anew);
      }),
    );
  });

  it('no row to train on, and no label, changes by what happens after the day of training', () => {
    fc.assert(
      fc.property(histories, days(60), fc.constantFrom(...RULES), (history, asOf, rule) => {
        const known: CustomerHistory = {
          ...history,
          transactions: history.transactions.filter(({ day }) => day <= asOf),
          events: history.events.filter(({ day }) => day <= asOf),
          terms: asKnownOn(history.terms, asOf),
        };
        const cut = addDays(asOf, -followUpDays(rule));
        const [row, same] = [history, known].map((each) => {
          const customer = trainingCustomer(each, asOf, rank);
          const inputs = inputsAt(customer.statsAt(cut), cut, 'USD');
          return { inputs, asked: mayLeave(inputs, rule), left: leftOn(customer, cut, rule, asOf) };
        });
        expect(row).toEqual(same);
      }),
      { numRuns: 600 },
    );
  });
});
