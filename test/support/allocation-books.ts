import { beta, normal, seededRandom } from '../../core/math/random.ts';
import { type AllocationOption, type AllocationProblem, type Choices, usedBy } from '../../core/planning/allocation.ts';

/** A simulated book: every owner has so many customers and 150 minutes; money, offers and calls are short too. */
export function simulatedBook(size: { owners: number; customersPerOwner: number; seed: number }): AllocationProblem {
  const random = seededRandom(size.seed);
  const customers = size.owners * size.customersPerOwner;
  const limits = [
    ...Array.from({ length: size.owners }, (_, owner) => ({ name: `the time of owner ${owner}`, available: 150 })),
    { name: 'the budget', available: customers },
    { name: 'the number of offers', available: Math.ceil(customers / 200) },
    { name: 'the phone channel', available: Math.ceil(customers / 25) },
  ];
  const [budget, offers, phone] = [size.owners, size.owners + 1, size.owners + 2];
  return {
    limits,
    customers: Array.from({ length: customers }, (_, i) => {
      const owner = i % size.owners;
      const churn = beta(random, 1.2, 2.4);
      const value = 400 * Math.exp(normal(random));
      const atRisk = churn * value * (1 + 0.5 * normal(random));
      const options: readonly AllocationOption[] = [
        { action: 'email', worth: 0.015 * atRisk - 1.3, uses: [{ limit: owner, amount: 2 }] },
        {
          action: 'call',
          worth: 0.05 * atRisk - 13.3,
          uses: [
            { limit: owner, amount: 20 },
            { limit: phone, amount: 1 },
          ],
        },
        {
          action: 'offer',
          worth: 0.1 * atRisk - 16 - 0.05 * (1 - churn) * value,
          uses: [
            { limit: owner, amount: 25 },
            { limit: budget, amount: 0.1 * value },
            { limit: offers, amount: 1 },
            { limit: phone, amount: 1 },
          ],
        },
      ];
      return { customerId: String(i), options };
    }),
  };
}

/** What is earned where each limit is shared out in proportion to what is asked of it, every customer's best option being asked for. */
export function proportionalWorth(problem: AllocationProblem): number {
  const wanted: Choices = Int32Array.from(problem.customers, ({ options }) => {
    const best = options.reduce((best, { worth }, at) => (worth > (options[best]?.worth ?? 0) ? at : best), -1);
    return best;
  });
  const asked = usedBy(problem, wanted);
  return problem.customers.reduce((sum, { options }, i) => {
    const option = options[wanted[i] as number];
    if (!option) return sum;
    const shares = option.uses.map(({ limit }) => (problem.limits[limit]?.available ?? 0) / (asked[limit] as number));
    return sum + option.worth * Math.min(1, ...shares);
  }, 0);
}
