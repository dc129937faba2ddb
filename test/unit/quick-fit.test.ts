import { describe, expect, it } from 'vitest';
import { bookOf, type DatedAmount } from '../../core/backtest/book.ts';
import { explosionOf } from '../../core/backtest/explosion.ts';
import { addDays, calendarDay } from '../../core/domain/calendar-day.ts';
import { degenerateFits } from '../../core/evaluation/quick-fit.ts';
import { readinessOf } from '../../core/evaluation/readiness.ts';
import { gamma, seededRandom } from '../../core/math/random.ts';
import { simulateBook } from '../support/book.ts';

const AS_OF = calendarDay('2026-06-01');

/** Customers who buy at random at a pace of their own, and never leave. */
function neverLeaving(size: number): readonly DatedAmount[] {
  const random = seededRandom(12);
  return Array.from({ length: size }, (_, c) => {
    const perWeek = gamma(random, 1.5) / 8;
    const days: DatedAmount[] = [];
    for (
      let day = -Math.floor(random.next() * 500);
      day <= 0;
      day += Math.ceil((-7 * Math.log(1 - random.next())) / perWeek)
    )
      days.push({ customerId: `c${c}`, day: addDays(AS_OF, day), amount: 10 });
    return days;
  }).flat();
}

describe('a quick fit before a training', () => {
  it('names buyers who never leave, once for all models that say so in the same words', () => {
    const said = degenerateFits(bookOf(neverLeaving(1_000)), AS_OF);
    expect(said.filter((sentence) => sentence.includes('a is near 0'))).toEqual([
      expect.stringMatching(/^bg-nbd, mbg-nbd: Hardly any customer seems to drop out .*bring in older orders\.$/),
    ]);
    expect(said.join()).toMatch(/pareto-nbd: Hardly any customer seems to drop out/);
  });

  it('finds nothing in a book whose customers come and go, and which readiness has nothing against', () => {
    const rows = simulateBook({ seed: 3, customers: 900, asOf: AS_OF }).flatMap(({ id, orders }) =>
      orders.map(({ day, amount }) => ({ customerId: id, day, amount: Number(amount) })),
    );
    const book = bookOf(rows);
    expect(degenerateFits(book, AS_OF)).toEqual([]);
    expect(readinessOf(book, AS_OF).warnings).toEqual([]);
  });

  it('finds nothing to say where nobody has bought twice', () => {
    const once = Array.from({ length: 50 }, (_, c) => ({ customerId: `c${c}`, day: addDays(AS_OF, -c), amount: 5 }));
    expect(degenerateFits(bookOf(once), AS_OF)).toEqual([]);
  });

  it('says of a large book, from a sample of it, what a fit to the whole would', () => {
    const book = bookOf(neverLeaving(9_000));
    expect(degenerateFits(book, AS_OF).join()).toMatch(/bg-nbd, mbg-nbd: Hardly any customer/);
  });

  it('names expectations that are loose from what was seen so far', () => {
    const customers = bookOf(neverLeaving(300)).customersAt(AS_OF);
    const expecting = (times: number) =>
      Float64Array.from(customers, ({ frequency, ageWeeks }) => (times * 52 * (frequency + 1)) / Math.max(ageWeeks, 4));
    expect(explosionOf('bg-nbd', expecting(0.5), customers, 52)).toEqual([]);
    expect(explosionOf('bg-nbd', expecting(5), customers, 52).join()).toMatch(/^bg-nbd: It expects .* do not use it/);
  });
});
