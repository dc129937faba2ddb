import { allocate } from '../../../core/planning/allocate.ts';
import { worthOfChoices } from '../../../core/planning/allocation.ts';
import { roundPlan } from '../../../core/planning/round-plan.ts';
import { liveWith, type Truth } from '../../../test/drills/advice-arena.ts';
import { proportionalWorth, simulatedBook } from '../../../test/support/allocation-books.ts';
import { cell } from '../format.ts';
import { section } from '../section.ts';

type Policy = 'advised' | 'riskiest' | 'valueAtRisk';

interface PlanningFigures {
  seeds: number;
  months: number;
  customers: number;
  minutes: number;
  policies: readonly { world: string; policy: Policy; net: number; spent: number; contacts: number }[];
  allocation: readonly {
    owners: number;
    customers: number;
    method: string;
    gap: number;
    overGreedy: number;
    overProportional: number;
  }[];
}

const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
const BOOK = { months: 24, customers: 2_000, minutes: 4_000 };
/** True save rates by action and segment: some actions save, some do nothing, one drives away. */
const WORLDS: Readonly<Record<string, Truth>> = {
  'effects differ': {
    call: { a: 0.35, b: -0.1, c: 0.05, d: 0.15 },
    email: { a: 0, b: 0.06, c: 0, d: 0.02 },
    offer: { a: 0.1, b: 0.2, c: 0, d: 0.3 },
  },
  'nothing works': {},
};
const NAMES: Readonly<Record<Policy, string>> = {
  advised: 'next best action',
  riskiest: 'calling the riskiest',
  valueAtRisk: 'calling by value at risk',
};

/** Planning: policies lived through on simulated books, and plans beside their proved bound. */
export const planningSection = section<PlanningFigures>({
  id: 'planning',
  title: 'Planning',
  measure: async ({ say }) => {
    const policies = Object.entries(WORLDS).flatMap(([world, truth]) => {
      say(`two simulated years, ${world}`);
      const runs = SEEDS.map((seed) => liveWith(truth, { seed, ...BOOK }));
      return (Object.keys(NAMES) as Policy[]).map((policy) => {
        const mean = (of: 'net' | 'spent' | 'contacts') =>
          runs.reduce((sum, run) => sum + run[policy][of], 0) / runs.length;
        return { world, policy, net: mean('net'), spent: mean('spent'), contacts: mean('contacts') };
      });
    });
    const allocation = [];
    for (const size of [
      { owners: 2, customersPerOwner: 60, seed: 3 },
      { owners: 40, customersPerOwner: 100, seed: 3 },
      { owners: 100, customersPerOwner: 100, seed: 3 },
    ]) {
      say(`allocation for ${size.owners} owners`);
      const problem = simulatedBook(size);
      const found = await allocate(problem);
      const greedy = worthOfChoices(problem, roundPlan(problem, new Float64Array(problem.limits.length)));
      allocation.push({
        owners: size.owners,
        customers: problem.customers.length,
        method: found.method,
        gap: found.gap,
        overGreedy: found.worth / greedy - 1,
        overProportional: found.worth / proportionalWorth(problem) - 1,
      });
    }
    return { seeds: SEEDS.length, ...BOOK, policies, allocation };
  },
  tables: ({ policies, allocation }) => ({
    policies: {
      header: ['world', 'policy', 'saved less spent', 'spent', 'contacts'],
      rows: policies.map(({ world, policy, net, spent, contacts }) => [
        world,
        NAMES[policy],
        ...[net, spent, contacts].map((each) => cell(each, 'whole')),
      ]),
    },
    allocation: {
      header: ['owners', 'customers', 'solved', 'gap to the bound', 'above greedy', 'above proportional'],
      rows: allocation.map(({ owners, customers, method, gap, overGreedy, overProportional }) => [
        cell(owners, 'whole'),
        cell(customers, 'whole'),
        method,
        cell(gap, 'percent'),
        cell(overGreedy, 'percent'),
        cell(overProportional, 'percent'),
      ]),
    },
  }),
});
