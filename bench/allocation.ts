import { allocate } from '../core/planning/allocate.ts';
import { worthOfChoices } from '../core/planning/allocation.ts';
import { roundPlan } from '../core/planning/round-plan.ts';
import { proportionalWorth, simulatedBook } from '../test/support/allocation-books.ts';

const SEEDS = [1, 2, 3];

/** Plans for 500 owners and 50,000 customers: seconds, share of the bound, beside the greedy and the proportional plan. */
export async function benchAllocation(): Promise<void> {
  console.log('Allocation: 500 owners, 50,000 customers, 150,000 options, 503 limits');
  for (const seed of SEEDS) {
    const problem = simulatedBook({ owners: 500, customersPerOwner: 100, seed });
    const started = performance.now();
    const { worth, bound, gap, method } = await allocate(problem);
    const seconds = (performance.now() - started) / 1_000;
    const greedy = worthOfChoices(problem, roundPlan(problem, new Float64Array(problem.limits.length)));
    console.log(
      `seed ${seed}: ${seconds.toFixed(1)} s, ${method}, worth ${worth.toFixed(0)} of at most ${bound.toFixed(0)} (gap ${(100 * gap).toFixed(2)} %); greedy ${((100 * greedy) / bound).toFixed(1)} % of the bound, proportional ${((100 * proportionalWorth(problem)) / bound).toFixed(1)} %`,
    );
  }
}
