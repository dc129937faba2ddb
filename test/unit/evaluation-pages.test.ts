import { describe, expect, it } from 'vitest';
import { clvPage } from '../../cli/clv-page.ts';
import { survivalPage } from '../../cli/survival-page.ts';
import { calendarDay } from '../../core/domain/calendar-day.ts';
import { evaluateClv } from '../../core/evaluation/clv.ts';
import { evaluateSurvival } from '../../core/evaluation/survival.ts';
import { seededRandom } from '../../core/math/random.ts';
import { simulateBook } from '../support/book.ts';

/** Everything a browser would fetch, or run. */
const OUTSIDE = /<script|<link|<img|@import|url\((?!#)|\s(?:src|href)="(?!#)/i;

describe('the page of value models', () => {
  const asOf = calendarDay('2026-03-31');
  const orders = simulateBook({ seed: 4, customers: 300, asOf }).flatMap(({ id, orders: all }) =>
    all.map((each) => ({ customerId: id, day: each.day, amount: Number(each.amount) })),
  );
  const page = clvPage(
    evaluateClv(orders, { calibrationEnd: calendarDay('2025-09-30'), holdoutEnd: asOf, clock: () => 0, margin: 0.5 }),
  );

  it('has every plot of the field and needs nothing beside itself', () => {
    const headings = [...page.matchAll(/<h2>(.*?)<\/h2>/g)].map(([, text]) => text);
    expect(headings).toEqual([
      'Purchases in the holdout',
      'Money in the holdout',
      'Tracking',
      'Frequency of repeat purchases',
      'Conditional expectation',
      'Calibration by decile',
      'Cohorts',
      'Forecast by cohort',
      'Survival without a second purchase',
      'Worth of these customers',
      'Portfolio by month',
    ]);
    expect(page.match(/<svg/g)).toHaveLength(8);
    expect(page).not.toMatch(OUTSIDE);
    expect(page).not.toMatch(/NaN|undefined/);
  });
});

describe('the page of survival models', () => {
  it('has the curves, the coefficients, and no mark-up from the names of columns', () => {
    const random = seededRandom(3);
    const rows = Array.from({ length: 200 }, () => {
      const seats = random.next();
      const time = -Math.log(1 - random.next()) * (5 + 10 * seats);
      return { duration: Math.min(time, 12), event: time < 12, values: [seats] };
    });
    const covariates = [{ name: '<b>seats', kind: 'number' as const }];
    const page = survivalPage(evaluateSurvival(rows, { covariates, seed: 1, clock: () => 0 }));
    expect(page.match(/<svg/g)).toHaveLength(2);
    expect(page).toContain('&#60;b&#62;seats');
    expect(page).not.toMatch(/<b>/);
    expect(page).not.toMatch(OUTSIDE);
  });
});
