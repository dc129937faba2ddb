import { z } from 'zod';
import { gamma, normal, seededRandom } from '../math/random.ts';
import { quantile } from './qini.ts';
import type { SaveRate } from './save-rates.ts';

const relative = z.number().min(-1, 'a number of -1 or more').max(10, 'a number of 10 or less').default(0);

/** What a scenario changes. Nothing, when everything is left out. */
export const scenarioChangesSchema = z.strictObject({
  /** Relative: .1 is a tenth more leave, or more of the year is lost. */
  churn: relative,
  /** Relative change of all prices. */
  price: relative,
  /** By how much the loss grows, relative to a price that rises by the same: 1 takes 5 % more leaving for 5 % higher prices. An assumption. */
  lossPerPrice: z.number().min(0).max(20).default(1),
  /** Relative change of every save rate. */
  saveRate: relative,
  /** Relative change of the owners' minutes. */
  capacity: relative,
  /** Money of the plan, in the reporting currency; the configured one when left out. */
  budget: z.number().min(0).optional(),
});

/** The changes with their defaults filled. */
export type ScenarioChanges = z.output<typeof scenarioChangesSchema>;

/** A customer's money of the next 12 months, as the scores have it. */
export interface ScenarioCustomer {
  customerId: string;
  /** 0..1; null for who has left already. */
  churnProbability: number | null;
  valueIfKept12m: number;
  clv12m: number;
  clv12mLow: number;
  clv12mHigh: number;
}

/** What the plan does for a customer. */
export interface PlannedSave {
  action: string;
  segment: string | null;
  saveRate: SaveRate;
  /** Money paid for it, time included. */
  cost: number;
  /** An offer: what it takes off the revenue, as a share. */
  discountShare: number;
}

/** An amount, and between what it lies in eight of ten simulated years. */
export interface Outlook {
  expected: number;
  low: number;
  high: number;
}

/** The next 12 months under a scenario: discounted revenue of today's customers. */
export interface ScenarioOutcome {
  /** Without any plan: at no change the sum of all clv_12m. */
  withoutPlan: Outlook;
  withPlan: Outlook;
  /** What the plan adds, and what it costs. */
  planAdds: Outlook;
  planCost: number;
  contacts: number;
}

const DRAWS = 1_000;
const Z90 = 1.2815515655446004;

/** The churn probability and the value if kept that a scenario gives a customer: what its plan is made from. */
export function underScenario<Customer extends { churnProbability: number; valueIfKept12m: number }>(
  customer: Customer,
  changes: ScenarioChanges,
): Customer {
  return {
    ...customer,
    churnProbability: Math.min(customer.churnProbability * lossFactor(changes), 1),
    valueIfKept12m: customer.valueIfKept12m * (1 + changes.price),
  };
}

/**
 * Simulates the revenue of the next 12 months. A customer's clv_12m is their value if kept less what is expected to be lost; a scenario moves the
 * lost share and the price, a plan takes its save rate off the part of the loss that is at risk of leaving. Customers are independent: their sum
 * is drawn from a gamma distribution of its mean and variance. Save rates are drawn once a year for all customers of an action and segment,
 * since nobody knows them. What moves everybody at once beside that is not in the interval.
 */
export function simulateScenario(
  customers: readonly ScenarioCustomer[],
  planned: ReadonlyMap<string, PlannedSave>,
  changes: ScenarioChanges,
  seed: number,
): ScenarioOutcome {
  let [base, variance, planCost, discounts] = [0, 0, 0, 0];
  const groups = new Map<string, { saveRate: SaveRate; savable: number }>();
  for (const customer of customers) {
    // Rounded to cents, the value can exceed what it is a part of.
    const kept = Math.max(customer.valueIfKept12m, customer.clv12m);
    const lost = kept > 0 ? Math.min((1 - customer.clv12m / kept) * lossFactor(changes), 1) : 0;
    const price = 1 + changes.price;
    const expected = kept * price * (1 - lost);
    base += expected;
    const scale = customer.clv12m > 0 ? expected / customer.clv12m : 0;
    variance += ((scale * (customer.clv12mHigh - customer.clv12mLow)) / (2 * Z90)) ** 2;
    const save = planned.get(customer.customerId);
    if (!save) continue;
    const atRisk = Math.min((customer.churnProbability ?? 0) * lossFactor(changes), lost);
    const key = `${save.action}\0${save.segment}`;
    const group = groups.get(key) ?? { saveRate: save.saveRate, savable: 0 };
    group.savable += atRisk * kept * price * (1 - save.discountShare);
    groups.set(key, group);
    planCost += save.cost;
    discounts += expected * save.discountShare;
  }
  const random = seededRandom(seed);
  const draws = Array.from({ length: DRAWS }, () => {
    const without = variance > 0 && base > 0 ? (gamma(random, base ** 2 / variance) * variance) / base : base;
    let saved = 0;
    for (const { saveRate, savable } of groups.values())
      saved += savable * (saveRate.mean + saveRate.standardDeviation * normal(random));
    return { without, adds: saved - discounts };
  });
  const outlook = (expected: number, of: (draw: (typeof draws)[number]) => number): Outlook => {
    const values = draws.map(of);
    return { expected, low: quantile(values, 0.1), high: quantile(values, 0.9) };
  };
  const saved = [...groups.values()].reduce((sum, { saveRate, savable }) => sum + saveRate.mean * savable, 0);
  const adds = saved - discounts;
  return {
    withoutPlan: outlook(base, ({ without }) => without),
    withPlan: outlook(base + adds, (draw) => draw.without + draw.adds),
    planAdds: outlook(adds, (draw) => draw.adds),
    planCost,
    contacts: planned.size,
  };
}

function lossFactor({ churn, price, lossPerPrice }: ScenarioChanges): number {
  return Math.max((1 + churn) * (1 + price * lossPerPrice), 0);
}
