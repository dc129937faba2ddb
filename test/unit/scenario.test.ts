import { describe, expect, it } from 'vitest';
import {
  type PlannedSave,
  type ScenarioCustomer,
  scenarioChangesSchema,
  simulateScenario,
} from '../../core/planning/scenario.ts';

const changes = (given: object = {}) => scenarioChangesSchema.parse(given);
const book: readonly ScenarioCustomer[] = Array.from({ length: 400 }, (_, i) => ({
  customerId: String(i),
  churnProbability: 0.1 + (i % 8) / 10,
  valueIfKept12m: 100 + i,
  clv12m: (100 + i) * (0.9 - (i % 8) / 10),
  clv12mLow: 0,
  clv12mHigh: 2 * (100 + i),
}));
const forecast = book.reduce((sum, { clv12m }) => sum + clv12m, 0);
const call = (mean: number, standardDeviation = 0): PlannedSave => ({
  action: 'call',
  segment: null,
  saveRate: { mean, standardDeviation, customers: 0 },
  cost: 10,
  discountShare: 0,
});
const none = new Map<string, PlannedSave>();

describe('a scenario', () => {
  it.each([{ churn: -1.5 }, { price: Number.NaN }, { budget: -1 }, { prices: 0.1 }])('refuses %j', (given) => {
    expect(scenarioChangesSchema.safeParse(given).success).toBe(false);
  });

  it('without a change is the forecast, with eight of ten years around it', () => {
    const found = simulateScenario(book, none, changes(), 1);
    expect(found.withoutPlan.expected).toBeCloseTo(forecast, 6);
    expect(found.withPlan).toEqual(found.withoutPlan);
    expect(found.planAdds).toEqual({ expected: 0, low: 0, high: 0 });
    // The sum of so many is near normal: its 80 % are 1.28 standard deviations to both sides.
    const sd = Math.sqrt(book.reduce((sum, each) => sum + (each.clv12mHigh / (2 * 1.2815515655)) ** 2, 0));
    expect(found.withoutPlan.high - forecast).toBeGreaterThan(1.15 * sd);
    expect(found.withoutPlan.high - forecast).toBeLessThan(1.42 * sd);
    expect(forecast - found.withoutPlan.low).toBeGreaterThan(1.15 * sd);
    expect(forecast - found.withoutPlan.low).toBeLessThan(1.42 * sd);
  });

  it('loses a tenth more of what is lost when churn rises by a tenth', () => {
    const found = simulateScenario(book, none, changes({ churn: 0.1 }), 1);
    const lost = book.reduce((sum, { valueIfKept12m, clv12m }) => sum + valueIfKept12m - clv12m, 0);
    expect(found.withoutPlan.expected).toBeCloseTo(forecast - 0.1 * lost, 6);
  });

  it('weighs a higher price against the customers it costs', () => {
    const at = (given: object) => simulateScenario(book, none, changes(given), 1).withoutPlan.expected;
    expect(at({ price: 0.05, lossPerPrice: 0 })).toBeCloseTo(1.05 * forecast, 6);
    expect(at({ price: 0.05, lossPerPrice: 1 })).toBeLessThan(1.05 * forecast);
    expect(at({ price: 0.05, lossPerPrice: 20 })).toBeLessThan(forecast);
  });

  it('never loses more than there is', () => {
    expect(simulateScenario(book, none, changes({ churn: 10 }), 1).withoutPlan.expected).toBeGreaterThanOrEqual(0);
  });

  it('adds what a plan saves of the value at risk, and says how little is known of it', () => {
    const everybody = new Map(book.map(({ customerId }) => [customerId, call(0.2, 0.1)]));
    const found = simulateScenario(book, everybody, changes(), 1);
    const atRisk = book.reduce(
      (sum, { churnProbability, valueIfKept12m }) => sum + (churnProbability ?? 0) * valueIfKept12m,
      0,
    );
    expect(found.planAdds.expected).toBeCloseTo(0.2 * atRisk, 6);
    expect(found.planAdds.low).toBeLessThan(0.1 * atRisk);
    expect(found.planAdds.high).toBeGreaterThan(0.3 * atRisk);
    expect(found).toMatchObject({ planCost: 4_000, contacts: 400 });
    expect(found.withPlan.expected).toBeCloseTo(forecast + 0.2 * atRisk, 6);
  });

  it('takes a discount off the revenue of everybody who gets it', () => {
    const offer = new Map(book.map(({ customerId }) => [customerId, { ...call(0), discountShare: 0.1 }]));
    expect(simulateScenario(book, offer, changes(), 1).withPlan.expected).toBeCloseTo(0.9 * forecast, 6);
  });

  it('is the same for one seed', () => {
    const run = () => simulateScenario(book, new Map([['3', call(0.2, 0.1)]]), changes({ price: 0.1 }), 7);
    expect(run()).toEqual(run());
  });
});
