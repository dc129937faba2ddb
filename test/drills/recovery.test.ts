import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../core/math/random.ts';
import { bgNbd, mbgNbd } from '../../core/models/clv/beta-geometric.ts';
import { betaGeometricLikelihood } from '../../core/models/clv/beta-geometric-likelihood.ts';
import { type LogLikelihood, likelihoodIntervals } from '../../core/models/clv/maximum-likelihood.ts';
import { paretoNbd } from '../../core/models/clv/pareto-nbd.ts';
import { paretoLikelihood } from '../../core/models/clv/pareto-nbd-likelihood.ts';
import type { FittedTransactionModel, TransactionModelFamily } from '../../core/models/clv/transaction-model.ts';
import { type TransactionTable, transactionTable } from '../../core/models/clv/transaction-table.ts';

const BOOKS = 100;
const CUSTOMERS = 5_000;
const WEEKS_AHEAD = 39;

/** A book that the model itself has made: histories, and purchases in the time after. */
function simulate(model: FittedTransactionModel, seed: number) {
  const random = seededRandom(seed);
  return Array.from({ length: CUSTOMERS }, () => {
    const ageWeeks = 27 + 12 * random.next();
    let [frequency, recencyWeeks, later] = [0, 0, 0];
    const newcomer = { frequency: 0, recencyWeeks: 0, ageWeeks: 0 };
    model.drawPurchases(newcomer, ageWeeks + WEEKS_AHEAD, random, (week) => {
      if (week > ageWeeks) later += 1;
      else [frequency, recencyWeeks] = [frequency + 1, week];
    });
    return { row: { frequency, recencyWeeks, ageWeeks }, later };
  });
}

const CASES: readonly {
  family: TransactionModelFamily;
  truth: Record<string, number>;
  likelihood: (table: TransactionTable) => LogLikelihood;
}[] = [
  {
    family: bgNbd,
    truth: { r: 0.243, alpha: 4.414, a: 0.793, b: 2.426 },
    likelihood: (table) => betaGeometricLikelihood(table, 0),
  },
  {
    family: mbgNbd,
    truth: { r: 0.525, alpha: 6.183, a: 0.891, b: 1.614 },
    likelihood: (table) => betaGeometricLikelihood(table, 1),
  },
  { family: paretoNbd, truth: { r: 0.553, alpha: 10.578, s: 0.606, beta: 11.669 }, likelihood: paretoLikelihood },
];

describe(`recovery from ${BOOKS} simulated books of ${CUSTOMERS.toLocaleString('en')} customers`, () => {
  it.each(CASES)(
    'of $family.name: 95 %% intervals hold each parameter in at least 90, forecasts are the truth’s',
    ({ family, truth, likelihood }) => {
      const diagnostics = { converged: true, iterations: 0, logLikelihood: 0, rows: 1, warnings: [] };
      const model = family.load({ model: family.name, formatVersion: 1, parameters: truth, diagnostics });
      const names = Object.keys(truth);
      const held = Object.fromEntries(names.map((name) => [name, 0]));
      let [mine, theirs, myError, theirError, apart, square] = [0, 0, 0, 0, 0, 0];
      for (let seed = 1; seed <= BOOKS; seed += 1) {
        const book = simulate(model, seed);
        const table = transactionTable(book.map(({ row }) => row));
        const fitted = family.fitTable(table, {});
        const at = Float64Array.from(names, (name) => fitted.parameters[name] ?? Number.NaN);
        const intervals = likelihoodIntervals(likelihood(table), at);
        for (const [i, name] of names.entries()) {
          const { low, high } = intervals?.[i] ?? { low: Number.NaN, high: Number.NaN };
          if (low <= (truth[name] ?? 0) && (truth[name] ?? 0) <= high) held[name] = (held[name] ?? 0) + 1;
        }
        for (const { row, later } of book) {
          const [said, best] = [fitted, model].map((each) => each.expectedPurchases(row, WEEKS_AHEAD)) as [
            number,
            number,
          ];
          mine += said;
          theirs += best;
          myError += (said - later) ** 2;
          theirError += (best - later) ** 2;
          apart += (said - best) ** 2;
          square += best * best;
        }
      }
      console.log(
        `${family.name}: held ${JSON.stringify(held)}; mean forecast ${(mine / theirs).toFixed(4)} of the truth's, RMSE ${Math.sqrt(myError / theirError).toFixed(4)} of it; apart by ${Math.sqrt(apart / square).toFixed(4)}`,
      );
      for (const count of Object.values(held)) expect(count).toBeGreaterThanOrEqual(90);
      expect(Math.abs(mine / theirs - 1)).toBeLessThan(0.03);
      expect(Math.sqrt(myError / theirError) - 1).toBeLessThan(0.05);
      expect(Math.sqrt(apart / square)).toBeLessThan(0.05);
    },
  );
});
