import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../core/math/random.ts';
import { betaGeometricLikelihood } from '../../core/models/clv/beta-geometric-likelihood.ts';
import { activationsFor, backward, forward, newNetwork, trainNetwork } from '../../core/models/clv/dense-network.ts';
import type { LogLikelihood } from '../../core/models/clv/maximum-likelihood.ts';
import { paretoLikelihood } from '../../core/models/clv/pareto-nbd-likelihood.ts';
import { transactionTable } from '../../core/models/clv/transaction-table.ts';
import { lossOf, meanOutcome } from '../../core/models/clv/zero-inflated-log-normal.ts';
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

describe('the dense network', () => {
  const row = { values: [0.3, -1.2], expectedCount: 0.8, probabilityOfPurchase: 0.4, expectedSpend: 25 };
  const baseline = { level: -0.1, spread: 0.6 };

  it.each([
    { count: 0, spend: 0 },
    { count: 1, spend: 12 },
    { count: 4, spend: 300 },
    { count: 2, spend: 0 },
  ])('has the gradient of differences for %j', (outcome) => {
    const random = seededRandom(4);
    const { widths, weights } = newNetwork([2, 4, 3, 4], random);
    const network = { widths, weights: weights.map((each) => each + 0.2 * (random.next() - 0.5)) };
    const activations = activationsFor(network);
    const loss = (of: Float64Array, slopes: Float64Array) => {
      activations[0]?.set(row.values);
      return lossOf(row, outcome, baseline, forward({ widths, weights: of }, activations), slopes);
    };
    const slopes = new Float64Array(4);
    const gradient = new Float64Array(weights.length);
    loss(network.weights, slopes);
    backward(network, activations, slopes, gradient);
    const scratch = new Float64Array(4);
    for (const [i, slope] of gradient.entries()) {
      const moved = (by: number) =>
        loss(
          network.weights.map((each, j) => (i === j ? each + by : each)),
          scratch,
        );
      expect(Math.abs((moved(1e-5) - moved(-1e-5)) / 2e-5 - slope)).toBeLessThan(1e-6 * Math.max(1, Math.abs(slope)));
    }
  });

  it('says untrained what the probability models say, but for the level of money', () => {
    const { count, spend } = meanOutcome(row, baseline, new Float64Array(4));
    expect(count).toBeCloseTo(row.expectedCount, 10);
    expect(spend).toBeCloseTo(row.expectedSpend * Math.exp(-0.1 + 0.36 / 2), 10);
  });

  it('learns a curve, keeps the weights that did best on rows it did not learn from, and gives the same bits again', () => {
    const rows = 400;
    const x = (i: number) => (i / rows) * 4 - 2;
    const train = () =>
      trainNetwork(newNetwork([1, 8, 1], seededRandom(1)), {
        inputs: (i, into) => into.fill(x(i)),
        loss: (i, outputs, slopes) => {
          const off = (outputs[0] ?? 0) - Math.sin(2 * x(i));
          slopes[0] = off;
          return (off * off) / 2;
        },
        rows,
        heldOut: 0.2,
        batch: 16,
        epochs: 200,
        patience: 200,
        learningRate: 0.01,
        decay: 0,
        random: seededRandom(2),
      }).network;
    const network = train();
    const activations = activationsFor(network);
    let worst = 0;
    for (let i = 0; i < rows; i += 1) {
      activations[0]?.fill(x(i));
      worst = Math.max(worst, Math.abs((forward(network, activations)[0] ?? 0) - Math.sin(2 * x(i))));
    }
    expect(worst).toBeLessThan(0.15);
    expect(train().weights).toEqual(network.weights);
  });
});
