import { beta, gamma, normal, seededRandom } from '../../core/math/random.ts';
import type { LabelledRow } from '../../core/models/churn/logistic.ts';

/** A customer's purchase history with the mean of the repeat purchases. */
export interface SimulatedRow {
  frequency: number;
  recencyWeeks: number;
  ageWeeks: number;
  spendDays: number;
  meanSpend: number;
}

/**
 * Customers who buy as (M)BG/NBD and Gamma-Gamma say, in whole days. `extra` is 1 where dropout may follow the first purchase as well.
 */
export function simulatedRows(options: {
  seed: number;
  customers: number;
  extra: 0 | 1;
  parameters: { r: number; alpha: number; a: number; b: number; p: number; q: number; v: number };
}): readonly SimulatedRow[] {
  const random = seededRandom(options.seed);
  const { r, alpha, a, b, p, q, v } = options.parameters;
  return Array.from({ length: options.customers }, () => {
    const ageDays = 120 + Math.floor(random.next() * 400);
    const perDay = gamma(random, r) / alpha / 7;
    const dropout = beta(random, a, b);
    const nu = gamma(random, q) / v;
    const days = new Set<number>();
    let total = 0;
    let alive = options.extra === 0 || random.next() >= dropout;
    for (let at = 0; alive; alive = random.next() >= dropout) {
      at -= Math.log(1 - random.next()) / perDay;
      if (at > ageDays) break;
      const day = Math.ceil(at);
      if (!days.has(day)) total += Math.ceil((gamma(random, p) / nu) * 100) / 100;
      days.add(day);
    }
    const frequency = days.size;
    return {
      frequency,
      recencyWeeks: Math.max(0, ...days) / 7,
      ageWeeks: ageDays / 7,
      spendDays: frequency,
      meanSpend: frequency > 0 ? total / frequency : 0,
    };
  });
}

/** Examples of two numbers, one of them on a scale of thousands, and a constant. */
export function simulatedExamples(seed: number, count: number): readonly LabelledRow[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => {
    const x = normal(random);
    const y = 1_000 * normal(random) + 5_000;
    const odds = -0.5 + 1.2 * x - 0.0008 * (y - 5_000);
    return { values: [x, y, 3], label: random.next() < 1 / (1 + Math.exp(-odds)) ? 1 : 0 };
  });
}

/** The books of the golden tests. */
export const BOOKS = {
  'bg-nbd': {
    seed: 1,
    customers: 3_000,
    extra: 0,
    parameters: { r: 0.6, alpha: 6, a: 0.8, b: 2.5, p: 6, q: 4, v: 15 },
  },
  'mbg-nbd': {
    seed: 2,
    customers: 3_000,
    extra: 1,
    parameters: { r: 0.8, alpha: 5, a: 0.9, b: 3, p: 5, q: 3.5, v: 40 },
  },
} as const;
export const EXAMPLES = { seed: 3, count: 2_000 } as const;
