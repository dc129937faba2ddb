import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readTransactionsFile } from '../../connectors/csv/index.ts';
import type { DatedAmount } from '../../core/backtest/book.ts';
import { calendarDay } from '../../core/domain/calendar-day.ts';
import { evaluateClv } from '../../core/evaluation/clv.ts';
import type { HoldoutMetrics } from '../../core/evaluation/evaluated-model.ts';
import type { IntervalCoverage } from '../../core/evaluation/intervals.ts';

const folder = process.env['STAYPOWER_DATA_DIR'] ?? resolve(import.meta.dirname, '../../../shared/data');
const reason = `no ${join(folder, 'cdnow_sample.csv')}; set STAYPOWER_DATA_DIR`;
const missing = !existsSync(join(folder, 'cdnow_sample.csv')) || !existsSync(join(folder, 'reference.json'));

interface Reference {
  clv: {
    cdnow_sample: {
      params: Record<string, Record<string, number>>;
      gg: Record<string, number>;
      purchases: Record<string, Record<string, number>>;
    };
  };
}

describe('the CDNOW sample', () => {
  const evaluation = missing
    ? null
    : evaluateClv(
        readFileSync(join(folder, 'cdnow_sample.csv'), 'utf8')
          .trim()
          .split('\n')
          .slice(1)
          .map((line) => {
            const [customerId = '', day = '', amount = ''] = line.split(',');
            return { customerId, day: calendarDay(day), amount: Number(amount) };
          }),
        {
          calibrationEnd: calendarDay('1997-09-30'),
          holdoutEnd: calendarDay('1998-06-30'),
          clock: () => performance.now() / 1_000,
        },
      );
  const reference = missing
    ? null
    : (JSON.parse(readFileSync(join(folder, 'reference.json'), 'utf8')) as Reference).clv.cdnow_sample;
  const fitOf = (name: string) => evaluation?.models.find((model) => model.name === name);
  const within = (found: number | undefined, wanted: number | undefined, tolerance: number) =>
    expect(Math.abs((found ?? Number.NaN) / (wanted ?? Number.NaN) - 1)).toBeLessThan(tolerance);

  for (const [name, key] of [
    ['bg-nbd', 'bgnbd'],
    ['mbg-nbd', 'mbgnbd'],
  ] as const) {
    it(`gives ${name} the papers’ parameters to 0.1 %, and their likelihood`, ({ skip }) => {
      if (missing) skip(reason);
      for (const parameter of ['r', 'alpha', 'a', 'b'])
        within(fitOf(name)?.parameters[parameter], reference?.params[key]?.[parameter], 0.001);
      expect(Math.abs((fitOf(name)?.logLikelihood ?? 0) - (reference?.params[key]?.['ll'] ?? 1))).toBeLessThan(0.01);
    });
  }

  it('gives Gamma-Gamma the parameters of note 025 to 0.1 %', ({ skip }) => {
    if (missing) skip(reason);
    within(fitOf('gamma-gamma')?.parameters['p'], reference?.gg['p'], 0.001);
    within(fitOf('gamma-gamma')?.parameters['q'], reference?.gg['q'], 0.001);
    within(fitOf('gamma-gamma')?.parameters['v'], reference?.gg['gamma'], 0.001);
  });

  it('forecasts the holdout as well as the reference, and better than the naive rows', ({ skip }) => {
    if (missing) skip(reason);
    for (const [name, key] of [
      ['bg-nbd', 'bgnbd'],
      ['mbg-nbd', 'mbgnbd'],
    ] as const) {
      const count = (fitOf(name)?.metrics as { count?: { r2: number; mae: number } } | undefined)?.count;
      expect(count?.r2).toBeGreaterThan(0.385);
      within(count?.r2, reference?.purchases[key]?.['r2'], 0.01);
      within(count?.mae, reference?.purchases[key]?.['mae'], 0.01);
      for (const naive of evaluation?.naive ?? []) expect(count?.r2).toBeGreaterThan(naive.metrics.count.r2);
    }
  });

  it('has an ensemble above the best single peer at counts, and intervals that hold what they say', ({ skip }) => {
    if (missing) skip(reason);
    const ensemble = fitOf('ensemble');
    const { count, spend } = ensemble?.metrics as HoldoutMetrics;
    expect(count.r2).toBeGreaterThan(0.393);
    expect(spend.r2).toBeGreaterThan(0.304);
    expect(count.decileR2).toBeGreaterThan(0.97);
    expect(spend.decileR2).toBeGreaterThan(0.97);
    for (const { metrics } of evaluation?.naive ?? []) {
      expect(count.r2).toBeGreaterThan(metrics.count.r2);
      expect(spend.r2).toBeGreaterThan(metrics.spend.r2);
    }
    holds(ensemble?.intervals);
  });
});

describe('Online Retail, cancellations netted as they are known', () => {
  const file = join(folder, 'online_retail_customer_day_with_cancel.csv.gz');

  it('is told to be cut off on the left, and its ensemble forecasts better than the published fits', async ({
    skip,
  }) => {
    if (!existsSync(file)) skip(`no ${file}; set STAYPOWER_DATA_DIR`);
    const orders: DatedAmount[] = [];
    for await (const order of readTransactionsFile(file)) orders.push(order);
    const { models, warnings } = evaluateClv(orders, {
      calibrationEnd: calendarDay('2011-06-09'),
      holdoutEnd: calendarDay('2011-09-09'),
      clock: () => 0,
    });
    expect(warnings.join()).toMatch(/cut off on the left/);
    expect(warnings.join()).toMatch(/pareto-nbd: Hardly any customer seems to drop out/);
    const ensemble = models.find(({ name }) => name === 'ensemble');
    const { count, spend } = ensemble?.metrics as HoldoutMetrics;
    expect(count.r2).toBeGreaterThan(0.605);
    expect(spend.r2DropTop10).toBeGreaterThan(0.59);
    expect(count.decileR2).toBeGreaterThan(0.97);
    expect(spend.decileR2).toBeGreaterThan(0.97);
    holds(ensemble?.intervals);
  });
});

function holds(intervals: IntervalCoverage | undefined): void {
  const { countPitInside = 0, countAboveHigh = 0, buyersSpendInside = 0 } = intervals ?? {};
  expect(countPitInside).toBeGreaterThan(0.75);
  expect(countPitInside).toBeLessThan(0.85);
  expect(countAboveHigh).toBeGreaterThan(0.05);
  expect(countAboveHigh).toBeLessThan(0.13);
  expect(buyersSpendInside).toBeGreaterThan(0.75);
  expect(buyersSpendInside).toBeLessThan(0.85);
}
