import { describe, expect, it } from 'vitest';
import { engagementEvents } from '../../cli/engagement-events.ts';
import { addDays, calendarDay } from '../../core/domain/calendar-day.ts';
import { evaluateEngagement } from '../../core/evaluation/engagement.ts';
import type { EventRow } from '../../core/evaluation/engagement-book.ts';
import { partialCorrelation } from '../../core/math/partial-correlation.ts';
import { gamma, seededRandom } from '../../core/math/random.ts';

const SCORE_AT = calendarDay('2026-03-31');
const OUTCOME_END = calendarDay('2026-05-26');
const options = { scoreAt: SCORE_AT, outcomeEnd: OUTCOME_END, seed: 3, clock: () => 0 };

/** Customers with a rate of their own: visits by it, purchases at a fifth of it. */
function simulated(customers: number): readonly EventRow[] {
  const random = seededRandom(8);
  return Array.from({ length: customers }, (_, customer) => {
    const perDay = gamma(random, 0.8) / 12;
    return Array.from({ length: 250 }, (_, day) => addDays(OUTCOME_END, -day))
      .filter(() => random.next() < perDay)
      .map((day): EventRow => {
        const channel = random.next() < 0.2 ? 'purchase' : 'web';
        return { customerId: `c${customer}`, day, channel, name: null };
      });
  }).flat();
}

describe('judging the engagement score', () => {
  it('refuses an outcome that overlaps the days the score was made from', () => {
    for (const outcomeEnd of [SCORE_AT, addDays(SCORE_AT, -1)]) {
      expect(() => evaluateEngagement(simulated(20), { ...options, outcomeEnd })).toThrow(/a day after --score-at/);
    }
  });

  it('refuses a day before the file, and an outcome in which nothing happened', () => {
    expect(() => evaluateEngagement(simulated(20), { ...options, scoreAt: calendarDay('2020-01-01') })).toThrow(
      /two customers at least/,
    );
    expect(() =>
      evaluateEngagement(simulated(20), {
        ...options,
        scoreAt: addDays(OUTCOME_END, 10),
        outcomeEnd: addDays(OUTCOME_END, 20),
      }),
    ).toThrow(/something that happened/);
  });

  it('sees nothing after the day of the score: other outcomes leave every score as it was', () => {
    const rows = simulated(300);
    const past = rows.filter(({ day }) => day <= SCORE_AT);
    const swapped = rows.map((row) => (row.day > SCORE_AT ? { ...row, customerId: 'c1' } : row));
    const [own, other] = [rows, swapped].map((each) => evaluateEngagement(each, options));
    expect(other?.customers).toBe(new Set(past.map(({ customerId }) => customerId)).size);
    expect(own?.models.find(({ name }) => name === 'engagement-learned')?.parameters).toEqual(
      other?.models.find(({ name }) => name === 'engagement-learned')?.parameters,
    );
  });

  it('finds a planted tie between now and next, above the naive rows, and none in shuffled outcomes', () => {
    const found = evaluateEngagement(simulated(800), options);
    const [own] = found.models;
    const [recency, persistence] = found.naive;
    expect(own?.metrics.activitySpearman).toBeGreaterThan(0.7);
    expect(own?.metrics.activitySpearman).toBeGreaterThan(recency?.metrics.activitySpearman ?? 1);
    expect(own?.metrics.activityPartialSpearman).toBeGreaterThan(0.1);
    expect(persistence?.metrics.activityPartialSpearman).toBeNull();
    expect(Math.abs(found.shuffledControl.meanSpearman)).toBeLessThan(0.01);
    expect(found.shuffledControl.largestSpearman).toBeLessThan(0.16);
    expect(found.forecast?.rmse).toBeLessThan(found.forecast?.persistenceRmse ?? 0);
    expect(evaluateEngagement([...simulated(800)].reverse(), options)).toEqual(found);
  });

  it('says when the file ends before the outcome does, and when it has purchases alone', () => {
    const rows = simulated(60).filter(({ channel }) => channel === 'purchase');
    const { warnings } = evaluateEngagement(rows, { ...options, outcomeEnd: addDays(OUTCOME_END, 20) });
    expect(warnings.join(' ')).toMatch(/file ends on .* purchases alone/);
  });
});

describe('partial correlation', () => {
  it('is that of what is left of two once a third is taken out', () => {
    const c = [1, 2, 3, 4, 5, 6];
    const left = [1, -1, 1, -1, 1, -1];
    const a = c.map((value, i) => value + (left[i] ?? 0));
    const b = c.map((value, i) => 2 * value + (left[i] ?? 0));
    expect(partialCorrelation(a, b, c)).toBeCloseTo(1, 12);
    expect(partialCorrelation(a, c, c)).toBeNull();
  });
});

describe('a file of events', () => {
  const table = (header: string[], ...rows: string[][]) => ({
    header,
    rows: rows.map((cells, index) => ({ line: index + 2, cells })),
  });

  it('is refused with line and column where a day, a customer or a channel cannot be read', () => {
    const columns = ['customer_id', 'date', 'channel'];
    expect(() => engagementEvents(table(['customer', 'date'], ['1', '2026-01-01']))).toThrow(/customer_id/);
    expect(() => engagementEvents(table(columns, ['1', '31.12.2025', 'web']))).toThrow(/row 2, field date/);
    expect(() => engagementEvents(table(columns, ['', '2026-01-01', 'web']))).toThrow(/row 2, field customer_id/);
    expect(() => engagementEvents(table(columns, ['1', '2026-01-01', 'fax']))).toThrow(/one of web, email/);
  });

  it('has purchases alone where there is no channel, and days from times', () => {
    expect(engagementEvents(table(['date', 'customer_id'], ['2026-01-01 12:30:00', 'a']))).toEqual([
      { customerId: 'a', day: '2026-01-01', channel: 'purchase', name: null },
    ]);
    expect(
      engagementEvents(table(['customer_id', 'date', 'channel', 'name'], ['a', '2026-01-01', 'Web', 'Viewed'])),
    ).toEqual([{ customerId: 'a', day: '2026-01-01', channel: 'web', name: 'Viewed' }]);
  });
});
