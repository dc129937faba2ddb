import { seededRandom } from '../../core/math/random.ts';
import type { FeatureSpec, TreeRow } from '../../core/models/trees/table.ts';

/** Columns of inventedCustomers. */
export const churnFeatures: readonly FeatureSpec[] = [
  { name: 'tenure', kind: 'number' },
  { name: 'tickets', kind: 'number' },
  { name: 'plan', kind: 'category' },
  { name: 'seats', kind: 'number' },
];

/**
 * Invented customers, of whom about a third leave: sooner with few years and many tickets on a monthly plan. One in ten has no seats on
 * record. With `signal` 0 nothing tells who leaves.
 */
export function inventedCustomers(count: number, { seed = 1, signal = 1 } = {}): readonly TreeRow[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => {
    const tenure = Math.round(random.next() * 60);
    const tickets = Math.floor(random.next() * 6);
    const plan = ['annual', 'monthly', 'trial'][Math.floor(random.next() * 3)] as string;
    const seats = random.next() < 0.1 ? null : 1 + Math.floor(random.next() * 40);
    const score = signal * (tickets - 2.5 - tenure / 15 + (plan === 'monthly' ? 2 : 0)) - (signal === 0 ? 1.4 : 0);
    return { values: [tenure, tickets, plan, seats], label: random.next() < 1 / (1 + Math.exp(-score)) ? 1 : 0 };
  });
}
