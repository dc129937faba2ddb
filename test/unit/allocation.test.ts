import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../core/math/random.ts';
import { allocate, whyNot } from '../../core/planning/allocate.ts';
import { type AllocationProblem, usedBy, worthOfChoices } from '../../core/planning/allocation.ts';
import { priceLimits } from '../../core/planning/limit-prices.ts';
import { roundPlan } from '../../core/planning/round-plan.ts';
import { tightenBound } from '../../core/planning/tighten-bound.ts';
import { proportionalWorth, simulatedBook } from '../support/allocation-books.ts';

/** Up to six customers with up to three options, and three limits that bind. */
function small(seed: number): AllocationProblem {
  const random = seededRandom(seed);
  const whole = (most: number) => Math.floor(random.next() * (most + 1));
  return {
    limits: [0, 1, 2].map((at) => ({ name: `limit ${at}`, available: whole(12) })),
    customers: Array.from({ length: 1 + whole(5) }, (_, i) => ({
      customerId: String(i),
      options: Array.from({ length: whole(3) }, (_, o) => ({
        action: `action ${o}`,
        worth: whole(20) - 3,
        uses: [0, 1, 2].flatMap((limit) => {
          const amount = whole(6);
          return amount > 0 ? [{ limit, amount }] : [];
        }),
      })),
    })),
  };
}

/** The best worth of all plans, each tried. */
function bruteForce(problem: AllocationProblem): number {
  const choices = new Int32Array(problem.customers.length).fill(-1);
  const tryFrom = (customer: number): number => {
    if (customer === problem.customers.length) {
      const used = usedBy(problem, choices);
      const fits = problem.limits.every(({ available }, limit) => (used[limit] as number) <= available);
      return fits ? worthOfChoices(problem, choices) : Number.NEGATIVE_INFINITY;
    }
    let best = Number.NEGATIVE_INFINITY;
    for (let at = -1; at < (problem.customers[customer]?.options.length ?? 0); at += 1) {
      choices[customer] = at;
      best = Math.max(best, tryFrom(customer + 1));
    }
    choices[customer] = -1;
    return best;
  };
  return tryFrom(0);
}

const overused = (problem: AllocationProblem, choices: Int32Array) =>
  problem.limits.filter(({ available }, limit) => (usedBy(problem, choices)[limit] as number) > available + 1e-6);

describe('allocation', () => {
  it.each([
    ['a worth that is no number', { worth: Number.NaN }, /worth of call.*finite number/],
    ['a use of nothing', { uses: [{ limit: 0, amount: 0 }] }, /use of call.*above 0/],
    ['a limit that is not there', { uses: [{ limit: 4, amount: 1 }] }, /limit of call.*index of a limit/],
  ])('refuses %s, naming the customer', async (_, option, message) => {
    const problem = {
      limits: [{ name: 'time', available: 10 }],
      customers: [{ customerId: 'c1', options: [{ action: 'call', worth: 1, uses: [], ...option }] }],
    };
    await expect(allocate(problem)).rejects.toThrow(message);
    await expect(allocate(problem)).rejects.toThrow(/c1/);
  });

  it('gives nobody anything where there is nothing to give', async () => {
    expect(await allocate({ customers: [], limits: [] })).toMatchObject({ worth: 0, bound: 0, gap: 0 });
  });

  it('finds what trying every plan finds, and no plan is above the bound', async () => {
    let tightened = 0;
    for (let seed = 0; seed < 150; seed += 1) {
      const problem = small(seed);
      const best = bruteForce(problem);
      const found = await allocate(problem);
      expect(found.method, `seed ${seed}`).toBe('exact');
      expect(found.worth, `seed ${seed}`).toBeCloseTo(best, 9);
      expect(overused(problem, found.choices)).toEqual([]);
      const priced = priceLimits(problem);
      expect(priced.bound, `seed ${seed}`).toBeGreaterThanOrEqual(best - 1e-9);
      const tight = tightenBound(problem, priced.prices);
      if (tight !== null) {
        tightened += 1;
        expect(tight, `seed ${seed}`).toBeGreaterThanOrEqual(best - 1e-9);
        expect(tight, `seed ${seed}`).toBeLessThanOrEqual(priced.bound + 1e-9);
      }
      const rounded = roundPlan(problem, priced.prices);
      expect(overused(problem, rounded)).toEqual([]);
      expect(worthOfChoices(problem, rounded)).toBeLessThanOrEqual(best + 1e-9);
    }
    expect(tightened).toBeGreaterThan(50);
  });

  it('has a bound that is met where nothing but working time is short', async () => {
    const random = seededRandom(9);
    const problem: AllocationProblem = {
      limits: [0, 1, 2].map((owner) => ({ name: `the time of owner ${owner}`, available: 50 })),
      customers: Array.from({ length: 45 }, (_, i) => ({
        customerId: String(i),
        options: [
          { action: 'call', worth: 100 * random.next(), uses: [{ limit: i % 3, amount: 20 }] },
          { action: 'email', worth: 10 * random.next(), uses: [{ limit: i % 3, amount: 3 }] },
        ],
      })),
    };
    const { worth } = await allocate(problem);
    const priced = priceLimits(problem);
    expect(tightenBound(problem, priced.prices)).toBeCloseTo(worth, 9);
    expect(priced.bound).toBeGreaterThan(worth);
  });

  it('keeps a large book within its limits and within 1 % of the bound, above greedy and proportional', async () => {
    const problem = simulatedBook({ owners: 40, customersPerOwner: 100, seed: 3 });
    const found = await allocate(problem);
    expect(found.method).toBe('rounded');
    expect(overused(problem, found.choices)).toEqual([]);
    expect(found.gap).toBeLessThan(0.01);
    const greedy = worthOfChoices(problem, roundPlan(problem, new Float64Array(problem.limits.length)));
    expect(found.worth).toBeGreaterThan(1.04 * greedy);
    expect(found.worth).toBeGreaterThan(1.5 * proportionalWorth(problem));
  });

  it('says why somebody is not in the plan', async () => {
    const call = (worth: number) => [{ action: 'call', worth, uses: [{ limit: 0, amount: 20 }] }];
    const problem = {
      limits: [{ name: 'the time of owner 7', available: 50 }],
      customers: [call(100), call(90), call(30), call(-5)].map((options, i) => ({ customerId: String(i), options })),
    };
    const found = await allocate(problem);
    expect([...found.choices]).toEqual([0, 0, -1, -1]);
    expect([0, 1, 2, 3].map((customer) => whyNot(problem, found, customer))).toEqual([
      null,
      null,
      'Not chosen because the time of owner 7 is short: call would bring 30.00, and what it takes of it brings 30.00 elsewhere.',
      'Not chosen because no action is worth its cost.',
    ]);
  });
});
