import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bookOf } from '../../core/backtest/book.ts';
import { calendarDay } from '../../core/domain/calendar-day.ts';
import { seededRandom } from '../../core/math/random.ts';
import { bgNbd, mbgNbd } from '../../core/models/clv/beta-geometric.ts';
import { betaGeometricLikelihood } from '../../core/models/clv/beta-geometric-likelihood.ts';
import { likelihoodIntervals } from '../../core/models/clv/maximum-likelihood.ts';
import { paretoNbd } from '../../core/models/clv/pareto-nbd.ts';
import { paretoLikelihood } from '../../core/models/clv/pareto-nbd-likelihood.ts';
import type { FittedTransactionModel } from '../../core/models/clv/transaction-model.ts';
import { coarseTable, transactionTable, transactionTableOfDays } from '../../core/models/clv/transaction-table.ts';

/** A model with these parameters, as if it had been fitted. */
function withParameters(parameters: Record<string, number>): FittedTransactionModel {
  const family = 'beta' in parameters ? paretoNbd : bgNbd;
  const diagnostics = { converged: true, iterations: 0, logLikelihood: 0, rows: 1, warnings: [] };
  return family.load({ model: family.name, formatVersion: 1, parameters, diagnostics });
}

/** Maximum likelihood on the CDNOW sample (SciPy with hyp2f1, see reference.json). */
const CDNOW = withParameters({ r: 0.553277003, alpha: 10.577682831, s: 0.606240004, beta: 11.668736421 });

describe('Pareto/NBD', () => {
  // x, t_x, T; P(alive), purchases in 13 and 39 weeks, DERT at 15 % a year: SciPy 1.11, mpmath-checked closed forms.
  it.each([
    [2, 30.43, 38.86, 0.8691156611873486, 0.5434003669135141, 1.4550987484447933, 6.499981426505518],
    [0, 0, 38.86, 0.29509581934298246, 0.03998067239493185, 0.10705886470832236, 0.4782360186142822],
    [1, 1.71, 38.86, 0.16787129138147935, 0.06385130260387831, 0.1709788144479857, 0.7637688640895748],
    [7, 29.43, 38.86, 0.7494115854602529, 1.3861180935247832, 3.7116991925138034, 16.580301397345686],
  ])(
    'says of x %d, t_x %d, T %d what the closed forms say',
    (frequency, recencyWeeks, ageWeeks, alive, ce13, ce39, dert) => {
      const row = { frequency, recencyWeeks, ageWeeks };
      expect(CDNOW.predict([row])[0]?.probabilityAlive).toBeCloseTo(alive, 10);
      expect(CDNOW.expectedPurchases(row, 13)).toBeCloseTo(ce13, 10);
      expect(CDNOW.expectedPurchases(row, 39)).toBeCloseTo(ce39, 10);
      expect(CDNOW.discountedPurchases(row, Number.POSITIVE_INFINITY, 1.15 ** (-1 / 52))).toBeCloseTo(dert, 8);
    },
  );

  it('agrees with the walkthrough of the BTYD package', () => {
    const model = withParameters({ r: 0.5534, alpha: 10.5802, s: 0.6061, beta: 11.6562 });
    const row = { frequency: 26, recencyWeeks: 30.86, ageWeeks: 31 };
    expect(model.predict([row])[0]?.probabilityAlive).toBeCloseTo(0.9979, 4);
    // 25.46 with the unrounded times of customer 1516.
    expect(model.expectedPurchases(row, 52)).toBeCloseTo(25.46, 1);
    for (const [weeks, wanted] of [0, 0.05077821, 0.09916088, 0.14542507, 0.1897993].entries())
      expect(model.expectedPurchasesOfNewcomer(weeks)).toBeCloseTo(wanted, 2);
  });

  it('neither overflows nor underflows at hundreds of purchases (lifetimes issues of old)', () => {
    const steep = withParameters({ r: 10.465, alpha: 0.00798565181, s: 3.0516, beta: 2.82 });
    for (const [frequency, recencyWeeks, ageWeeks] of [
      [400, 5, 6],
      [500, 1, 37],
      [500, 4, 37],
    ] as const) {
      const alive = steep.predict([{ frequency, recencyWeeks, ageWeeks }])[0]?.probabilityAlive;
      expect(alive).toBeGreaterThanOrEqual(0);
      expect(alive).toBeLessThanOrEqual(1);
    }
    const model = withParameters({ r: 0.55, alpha: 10.58, s: 0.61, beta: 11.67 });
    for (const [frequency, wanted] of [
      [132, 6.206051788963242],
      [133, 6.252872247574811],
    ] as const)
      expect(model.expectedPurchases({ frequency, recencyWeeks: 200, ageWeeks: 200 }, 10)).toBeCloseTo(wanted, 9);
  });
});

describe('any transaction model', () => {
  const models: readonly (readonly [string, Record<string, number>])[] = [
    ['Pareto/NBD, alpha below beta', { r: 0.55, alpha: 10.6, s: 0.6, beta: 11.7 }],
    ['Pareto/NBD, alpha far above beta', { r: 0.55, alpha: 900, s: 0.6, beta: 0.5 }],
    ['Pareto/NBD, nobody leaving', { r: 0.74, alpha: 8.7, s: 1e-6, beta: 1e5 }],
    ['Pareto/NBD, everything tiny', { r: 1e-3, alpha: 1e-3, s: 1e-3, beta: 1e-3 }],
    ['Pareto/NBD, s = 1', { r: 1, alpha: 5, s: 1, beta: 5 }],
    ['BG/NBD', { r: 0.24, alpha: 4.4, a: 0.8, b: 2.4 }],
    ['BG/NBD, nobody leaving', { r: 0.74, alpha: 8.7, a: 1e-6, b: 1e5 }],
    ['BG/NBD, everybody alike', { r: 1.2, alpha: 32, a: 1.6e6, b: 7e6 }],
    ['BG/NBD, a = 1', { r: 1, alpha: 5, a: 1, b: 2 }],
    ['BG/NBD, everything tiny', { r: 1e-3, alpha: 1e-3, a: 1e-3, b: 1e-3 }],
  ];
  const rows = [
    { frequency: 0, recencyWeeks: 0, ageWeeks: 0 },
    { frequency: 0, recencyWeeks: 0, ageWeeks: 500 },
    { frequency: 1, recencyWeeks: 1 / 7, ageWeeks: 1 / 7 },
    { frequency: 3, recencyWeeks: 20, ageWeeks: 20 },
    { frequency: 500, recencyWeeks: 100, ageWeeks: 100 },
    { frequency: 500, recencyWeeks: 10, ageWeeks: 400 },
  ];

  it.each(models)('%s gives finite and consistent numbers at its extremes', (_, parameters) => {
    const model = withParameters(parameters);
    for (const row of rows) {
      const alive = model.predict([row])[0]?.probabilityAlive ?? Number.NaN;
      expect(alive).toBeGreaterThanOrEqual(0);
      expect(alive).toBeLessThanOrEqual(1);
      const expected = model.expectedPurchases(row, 26);
      expect(expected).toBeGreaterThanOrEqual(0);
      expect(expected).toBeLessThanOrEqual(26 * model.purchaseRateWhileActive(row) * (1 + 1e-9));
      const none = model.probabilityOfNoPurchase(row, 26);
      const distribution = model.distributionOfPurchases(row, 26, 1_500);
      expect(Math.min(...distribution)).toBeGreaterThanOrEqual(0);
      expect(distribution[0]).toBeCloseTo(none, 8);
      // A prior as wide as the tiny one has mass beyond any count.
      if ((parameters['alpha'] ?? 0) < 1) continue;
      expect(distribution.reduce((sum, each) => sum + each, 0)).toBeCloseTo(1, 8);
      const mean = distribution.reduce((sum, each, n) => sum + n * each, 0);
      expect(Math.abs(mean - expected)).toBeLessThan(1e-6 * Math.max(1, expected));
      const discounted = model.discountedPurchases(row, 26, 1 - 1e-13);
      expect(Math.abs(discounted - expected)).toBeLessThan(1e-6 * Math.max(1, expected));
    }
  });

  it('draws futures that agree with its expectations', () => {
    const row = { frequency: 4, recencyWeeks: 20, ageWeeks: 26 };
    for (const [, parameters] of models.slice(0, 1).concat(models.slice(5, 6))) {
      const model = withParameters(parameters);
      const random = seededRandom(5);
      let [purchases, silent] = [0, 0];
      for (let i = 0; i < 20_000; i += 1) {
        const before = purchases;
        model.drawPurchases(row, 26, random, () => {
          purchases += 1;
        });
        if (purchases === before) silent += 1;
      }
      expect(purchases / 20_000).toBeCloseTo(model.expectedPurchases(row, 26), 1);
      expect(silent / 20_000).toBeCloseTo(model.probabilityOfNoPurchase(row, 26), 1);
    }
  });

  it('refuses an endless horizon without discount', () => {
    const row = { frequency: 1, recencyWeeks: 1, ageWeeks: 2 };
    expect(() => CDNOW.discountedPurchases(row, Number.POSITIVE_INFINITY, 1)).toThrow(/between 0 and 1/);
  });
});

describe('tables of grouped rows', () => {
  it('are the same from rows as from columns of days, and refuse what is no history', () => {
    const days = { frequency: [2, 0, 2, 1], recencyDays: [14, 0, 14, 7], ageDays: [28, 35, 28, 35] };
    const table = transactionTableOfDays(days);
    const rows = days.frequency.map((frequency, i) => ({
      frequency,
      recencyWeeks: (days.recencyDays[i] ?? 0) / 7,
      ageWeeks: (days.ageDays[i] ?? 0) / 7,
    }));
    expect([...table.weight]).toEqual([1, 1, 2]);
    const at = Float64Array.of(0.5, 5, 0.6, 9);
    expect(paretoLikelihood(table)(at, new Float64Array(4))).toBe(
      paretoLikelihood(transactionTable(rows))(at, new Float64Array(4)),
    );
    expect([...coarseTable(table, 2).weight].reduce((a, b) => a + b)).toBe(4);
    expect(() => transactionTableOfDays({ frequency: [0], recencyDays: [1], ageDays: [2] })).toThrow(/row 0/);
    expect(() => transactionTableOfDays({ frequency: [1], recencyDays: [3], ageDays: [2] })).toThrow(/row 0/);
  });
});

describe('books of 5,000 simulated customers', () => {
  const simulate = (model: FittedTransactionModel, seed: number) => {
    const random = seededRandom(seed);
    return Array.from({ length: 5_000 }, () => {
      const ageWeeks = 27 + 12 * random.next();
      let [frequency, recencyWeeks] = [0, 0];
      model.drawPurchases({ frequency: 0, recencyWeeks: 0, ageWeeks: 0 }, ageWeeks, random, (week) => {
        frequency += 1;
        recencyWeeks = week;
      });
      return { frequency, recencyWeeks, ageWeeks };
    });
  };

  it.each([
    ['BG/NBD', { r: 0.243, alpha: 4.414, a: 0.793, b: 2.426 }],
    ['Pareto/NBD', { r: 0.553, alpha: 10.578, s: 0.606, beta: 11.669 }],
  ] as const)('give %s its parameters back: 95 %% intervals hold them, and predictions are theirs', (_, truth) => {
    const model = withParameters(truth);
    const family = 'beta' in truth ? paretoNbd : bgNbd;
    const values = Object.values(truth);
    const held = values.map(() => 0);
    const books = 40;
    const totals = { mine: 0, theirs: 0, error: 0, square: 0 };
    const sum = (list: readonly number[] = []) => list.reduce((all, each) => all + each, 0);
    for (let seed = 0; seed < books; seed += 1) {
      const rows = simulate(model, seed + 1);
      const table = transactionTable(rows);
      const fitted = family.fitTable(table, {});
      const likelihood = 'beta' in truth ? paretoLikelihood(table) : betaGeometricLikelihood(table, 0);
      const intervals = likelihoodIntervals(likelihood, Float64Array.from(Object.values(fitted.parameters)));
      for (const [i, value] of values.entries()) {
        const { low, high } = intervals?.[i] ?? { low: Number.NaN, high: Number.NaN };
        if (low <= value && value <= high) held[i] = (held[i] ?? 0) + 1;
      }
      const [mine, theirs] = [fitted, model].map((each) => rows.map((row) => each.expectedPurchases(row, 39)));
      totals.mine += sum(mine);
      totals.theirs += sum(theirs);
      totals.error += sum(mine?.map((each, i) => (each - (theirs?.[i] ?? 0)) ** 2));
      totals.square += sum(theirs?.map((each) => each * each));
    }
    expect(Math.abs(totals.mine / totals.theirs - 1)).toBeLessThan(0.03);
    expect(Math.sqrt(totals.error / totals.square)).toBeLessThan(0.05);
    for (const count of held) expect(count / books).toBeGreaterThanOrEqual(0.875);
  });
});

const folder = process.env['STAYPOWER_DATA_DIR'] ?? resolve(import.meta.dirname, '../../../shared/data');
const missing = !existsSync(join(folder, 'cdnow_sample.csv'));
const reason = `no ${join(folder, 'cdnow_sample.csv')}; set STAYPOWER_DATA_DIR`;

describe('the CDNOW sample', () => {
  it('gives all models the published parameters within 1e-3, and the likelihood within 0.01', ({ skip }) => {
    if (missing) skip(reason);
    const rows = bookOf(
      readFileSync(join(folder, 'cdnow_sample.csv'), 'utf8')
        .trim()
        .split('\n')
        .slice(1)
        .map((line) => {
          const [customerId = '', day = '', amount = ''] = line.split(',');
          return { customerId, day: calendarDay(day), amount: Number(amount) };
        }),
    ).customersAt(calendarDay('1997-09-30'));
    for (const [family, parameters, logLikelihood] of [
      [bgNbd, [0.242594514, 4.413601713, 0.792921862, 2.42590637], -9582.429206673929],
      [mbgNbd, [0.524843166, 6.183085721, 0.891359293, 1.614002172], -9582.135715553748],
      [paretoNbd, [0.553277003, 10.577682831, 0.606240004, 11.668736421], -9594.976178939542],
    ] as const) {
      const fitted = family.fit(rows, {});
      expect(fitted.diagnostics.converged).toBe(true);
      expect(fitted.diagnostics.logLikelihood).toBeCloseTo(logLikelihood, 2);
      for (const [i, value] of Object.values(fitted.parameters).entries())
        expect(Math.abs(value / (parameters[i] ?? 0) - 1)).toBeLessThan(1e-3);
    }
  });
});
