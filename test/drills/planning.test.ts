import { describe, expect, it } from 'vitest';
import { liveWith, type Truth } from './advice-arena.ts';

/** Actions that save some segments, leave others alone and drive one away. */
const HETEROGENEOUS: Truth = {
  call: { a: 0.35, b: -0.1, c: 0.05, d: 0.15 },
  email: { a: 0, b: 0.06, c: 0, d: 0.02 },
  offer: { a: 0.1, b: 0.2, c: 0, d: 0.3 },
};
const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
const BOOK = { months: 24, customers: 2_000, minutes: 4_000 };

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('next best action over two years on ten simulated books', () => {
  it('saves at least two and a half times what calling the riskiest does where effects differ, and more than calling by value at risk', () => {
    const runs = SEEDS.map((seed) => liveWith(HETEROGENEOUS, { seed, ...BOOK }));
    const net = (policy: 'advised' | 'riskiest' | 'valueAtRisk') => mean(runs.map((run) => run[policy].net));
    console.log(
      `Saved less spent: advised ${Math.round(net('advised'))}, riskiest ${Math.round(net('riskiest'))}, by value at risk ${Math.round(net('valueAtRisk'))}.`,
    );
    expect(net('advised')).toBeGreaterThan(2.5 * net('riskiest'));
    expect(net('advised')).toBeGreaterThan(net('valueAtRisk'));
    for (const run of runs) expect(run.advised.net).toBeGreaterThan(run.riskiest.net);
  }, 120_000);

  it('where nothing works, never spends more than calling the riskiest and two thirds of it at most in the mean', () => {
    const runs = SEEDS.map((seed) => liveWith({}, { seed, ...BOOK }));
    const shares = runs.map((run) => run.advised.spent / run.riskiest.spent);
    console.log(`Spent as a share of calling the riskiest: ${shares.map((share) => share.toFixed(2)).join(' ')}.`);
    for (const share of shares) expect(share).toBeLessThanOrEqual(1);
    expect(mean(shares)).toBeLessThan(2 / 3);
  }, 120_000);
});
