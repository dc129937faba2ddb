import { describe, expect, it } from 'vitest';
import { betaGeometricLikelihood } from '../../core/models/clv/beta-geometric-likelihood.ts';
import type { LogLikelihood } from '../../core/models/clv/maximum-likelihood.ts';
import { paretoLikelihood } from '../../core/models/clv/pareto-nbd-likelihood.ts';
import { transactionTable } from '../../core/models/clv/transaction-table.ts';
import { BOOKS, simulatedRows } from './simulated-rows.ts';

const table = transactionTable(simulatedRows({ ...BOOKS['mbg-nbd'], customers: 200 }));

/** Largest relative difference between a gradient and central differences of its function. */
function error(likelihood: LogLikelihood, at: readonly number[]): number {
  const gradient = new Float64Array(at.length);
  likelihood(Float64Array.from(at), gradient);
  const scratch = new Float64Array(at.length);
  return Math.max(
    ...at.map((value, index) => {
      const step = 1e-5 * value;
      const moved = (by: number) =>
        likelihood(
          Float64Array.from(at, (each, i) => (i === index ? each + by : each)),
          scratch,
        );
      const numeric = (moved(step) - moved(-step)) / (2 * step);
      return Math.abs(numeric - (gradient[index] ?? Number.NaN)) / Math.max(Math.abs(numeric), 1);
    }),
  );
}

describe('gradients of the likelihoods', () => {
  it.each([
    ['BG/NBD', betaGeometricLikelihood(table, 0)],
    ['MBG/NBD', betaGeometricLikelihood(table, 1)],
    ['Pareto/NBD', paretoLikelihood(table)],
  ] as const)('of %s are those of central differences', (_, likelihood) => {
    for (const at of [
      [0.5, 5, 0.8, 2.5],
      [2, 30, 0.1, 0.4],
      [0.05, 0.5, 3, 20],
    ]) {
      expect(error(likelihood, at)).toBeLessThan(1e-5);
    }
  });
});
