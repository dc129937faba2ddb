import { describe, expect, it } from 'vitest';
import { backtestWindows } from '../../core/backtest/backtest-windows.ts';
import { bookOf, type DatedAmount } from '../../core/backtest/book.ts';
import { explosionOf } from '../../core/backtest/explosion.ts';
import { simplexWeights } from '../../core/backtest/simplex-weights.ts';
import { addDays, type CalendarDay, calendarDay } from '../../core/domain/calendar-day.ts';
import { evaluateClv } from '../../core/evaluation/clv.ts';
import { cohortTriangle } from '../../core/evaluation/cohorts.ts';
import { readinessOf } from '../../core/evaluation/readiness.ts';
import { gammaGamma } from '../../core/models/clv/gamma-gamma.ts';
import { simulateBook } from '../support/book.ts';

const day = calendarDay;
const order = (customerId: string, on: string, amount: number): DatedAmount => ({ customerId, day: day(on), amount });
const back = (customerId: string, on: string, amount: number): DatedAmount => ({
  ...order(customerId, on, amount),
  kind: 'taken-back',
});

describe('a book of orders', () => {
  const book = bookOf([
    order('a', '2025-01-01', 10),
    order('a', '2025-01-01', 5),
    order('a', '2025-02-01', 40),
    order('a', '2025-03-01', 20),
    back('a', '2025-03-10', 40),
    back('a', '2025-03-20', 5),
    order('b', '2025-03-05', 7),
  ]);

  it('merges the orders of a day and knows nothing that came later', () => {
    expect(book.daysOf('a', day('2025-02-15')).map((each) => each.amount)).toEqual([15, 40]);
    expect(book.customersAt(day('2025-02-15')).map((each) => each.customerId)).toEqual(['a']);
  });

  it('takes a cancelled order out from the day it is known, and a partial refund from the latest order that covers it', () => {
    expect(book.daysOf('a', day('2025-03-09')).map((each) => each.amount)).toEqual([15, 40, 20]);
    expect(book.daysOf('a', day('2025-03-10')).map((each) => each.amount)).toEqual([15, 20]);
    expect(book.daysOf('a', day('2025-03-20')).map((each) => each.amount)).toEqual([15, 15]);
  });

  it('gives the numbers of the literature', () => {
    const [a] = book.customersAt(day('2025-03-15'));
    expect(a).toMatchObject({ frequency: 1, spendDays: 1, meanSpend: 20, meanPurchase: 17.5 });
    expect(a?.recencyWeeks).toBeCloseTo(59 / 7, 12);
    expect(a?.ageWeeks).toBeCloseTo(73 / 7, 12);
    expect(a?.logGaps).toBeCloseTo(Math.log(59 / 7), 12);
  });

  it('shows cohorts by the month of the first purchase', () => {
    expect(cohortTriangle(book, day('2025-03-31'))).toEqual([
      { period: '2025-01', customers: 1, active: [1, 0, 1], revenue: [15, 0, 15] },
      { period: '2025-03', customers: 1, active: [1], revenue: [7] },
    ]);
  });
});

describe('weights of an ensemble', () => {
  const actual = Float64Array.of(0, 1, 2, 3, 10);

  it('go to the member that is right, and stay with the models where nothing was learned', () => {
    const wrong = Float64Array.of(9, 0, 9, 0, 0);
    const weights = simplexWeights([{ predictions: [wrong, actual], actual }], Float64Array.of(1, 0));
    expect(weights[1]).toBeGreaterThan(0.75);
    expect((weights[0] ?? 0) + (weights[1] ?? 0)).toBeCloseTo(1, 10);
    expect([...simplexWeights([], Float64Array.of(0.5, 0.5, 0))]).toEqual([0.5, 0.5, 0]);
  });

  it('are learned on windows inside the past, none younger than it is long', () => {
    expect(backtestWindows(day('2025-01-01'), day('2025-07-01'), 10, 3)).toEqual([
      { from: '2025-04-22', to: '2025-07-01' },
      { from: '2025-03-18', to: '2025-05-27' },
    ]);
    expect(backtestWindows(day('2025-01-01'), day('2025-01-01'), 10, 3)).toEqual([]);
  });
});

describe('expectations that explode', () => {
  const rows = Array.from({ length: 50 }, (_, i) => ({ frequency: i % 5, recencyWeeks: (i % 5) * 4, ageWeeks: 30 }));

  it('are named with what the book has seen; those of customers who go on as so far are not', () => {
    const pace = rows.map(({ frequency }) => ((frequency + 1) / (30 + 4)) * 52);
    expect(explosionOf('bg-nbd', Float64Array.from(pace), rows, 52)).toEqual([]);
    const [warning] = explosionOf(
      'bg-nbd',
      Float64Array.from(pace, (count) => 2.1 * count),
      rows,
      52,
    );
    expect(warning).toBe(
      'bg-nbd: It expects 9.3 purchases a week of customers who would make 4.4 if all went on as so far: do not use it on this book.',
    );
  });
});

describe('spend that follows frequency', () => {
  it('is noticed, and the level then follows the number of purchases', () => {
    const rows = Array.from({ length: 400 }, (_, i) => {
      const spendDays = 1 + (i % 20);
      return { spendDays, meanSpend: 10 * spendDays ** 0.8 * (1 + 0.3 * Math.sin(i)) };
    });
    const model = gammaGamma.fit(rows, {});
    expect(model.spendFrequencyCorrelation).toBeGreaterThan(0.3);
    expect(model.parameters.trend).toBeCloseTo(0.8, 1);
    expect(model.diagnostics.warnings.join()).toMatch(/follows the number of purchases/);
    expect(
      gammaGamma.load(JSON.parse(JSON.stringify(model.save()))).expectedSpend({ spendDays: 5, meanSpend: 30 }),
    ).toBe(model.expectedSpend({ spendDays: 5, meanSpend: 30 }));
  });
});

describe('readiness', () => {
  const asOf = day('2026-03-31');
  const monthly = (customers: number): DatedAmount[] =>
    Array.from({ length: customers }, (_, c) =>
      Array.from({ length: 8 }, (_, month) => ({
        customerId: `c${c}`,
        day: addDays(day('2025-06-01'), c + month * 30),
        amount: 9.99,
      })),
    ).flat();

  it('sees contracts, and refuses the other family with the reason', () => {
    const readiness = readinessOf(bookOf(monthly(30)), asOf);
    expect(readiness.setting).toBe('contractual');
    expect(readiness.models.find((model) => model.model.startsWith('bg-nbd'))).toMatchObject({ ready: false });
    expect(readiness.models.find((model) => model.model.startsWith('bg-nbd'))?.reason).toMatch(/clockwork/);
  });

  it('says until when to wait where there is not enough', () => {
    const few = Array.from({ length: 40 }, (_, c) => order(`c${c}`, '2026-01-01', 5));
    const readiness = readinessOf(bookOf([...few, order('c0', '2026-02-01', 5), order('c1', '2026-02-02', 5)]), asOf);
    const [transactions] = readiness.models;
    expect(transactions?.ready).toBe(false);
    expect(transactions?.reason).toBe('only 2 customers have bought twice; 20 are needed');
    expect(transactions?.waitUntil && transactions.waitUntil > asOf).toBe(true);
  });

  it('names a book that is cut off on the left, and one customer with most of the money', () => {
    const days = (offset: number): CalendarDay => addDays(day('2025-04-01'), offset);
    const old = Array.from({ length: 300 }, (_, c) => ({ customerId: `o${c}`, day: days(c % 20), amount: 10 }));
    const recent = Array.from({ length: 120 }, (_, c) => ({ customerId: `n${c}`, day: days(30 + c * 2), amount: 10 }));
    const { warnings } = readinessOf(bookOf([...old, ...recent, order('whale', '2025-05-01', 90_000)]), asOf);
    expect(warnings.join('\n')).toMatch(/cut off on the left/);
    expect(warnings.join('\n')).toMatch(/One customer holds 96 % of the money/);
  });
});

describe('the comparison of value models', () => {
  const asOf = day('2026-03-31');
  const rows = simulateBook({ seed: 4, customers: 500, asOf }).flatMap(({ id, orders }) =>
    orders.map((each) => ({ customerId: id, day: each.day, amount: Number(each.amount) })),
  );
  const options = { calibrationEnd: day('2025-09-30'), holdoutEnd: asOf, clock: () => 0 };
  const evaluation = evaluateClv(rows, options);

  it('shows every model, the naive rows and who would have been chosen, and is the same for any order of the rows', () => {
    expect(evaluation.models.map((model) => model.name)).toEqual([
      'bg-nbd',
      'mbg-nbd',
      'pareto-nbd',
      'mbg-cnbd-k',
      'order-spend',
      'gradient-boosting',
      'neural',
      'gamma-gamma',
      'ensemble',
    ]);
    expect(evaluation.naive.map((row) => row.name)).toEqual(['rate-so-far', 'rate-with-first', 'last-13-weeks']);
    expect(evaluation.backtest.winner).not.toBeNull();
    expect(evaluateClv([...rows].reverse(), options)).toEqual(evaluation);
  });

  it('knows nothing of what comes after the calibration', () => {
    const blind = evaluateClv(
      rows.filter((row) => row.day <= options.calibrationEnd),
      options,
    );
    for (const [i, model] of evaluation.models.entries()) expect(blind.models[i]?.parameters).toEqual(model.parameters);
  });

  it('adds up: deciles, cohorts and the portfolio tell of the same customers', () => {
    const ensemble = evaluation.models.at(-1);
    const metrics = ensemble?.metrics as { count: { totalRatio: number; bias: number } };
    expect(metrics.count.totalRatio - 1).toBeCloseTo(metrics.count.bias, 12);
    const forecast = evaluation.cohortForecast.reduce((sum, each) => sum + each.expectedCount, 0);
    const actual = evaluation.cohortForecast.reduce((sum, each) => sum + each.actualCount, 0);
    expect(forecast / actual).toBeCloseTo(metrics.count.totalRatio, 10);
    for (const { low, expected, high } of evaluation.portfolio) {
      expect(low).toBeLessThan(expected);
      expect(high).toBeGreaterThan(expected);
    }
    const counted = evaluation.frequencies.expected['bg-nbd']?.reduce((sum, each) => sum + each, 0);
    expect(counted).toBeCloseTo(evaluation.customers, 6);
  });
});
