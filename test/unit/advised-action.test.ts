import { describe, expect, it } from 'vitest';
import { calendarDay } from '../../core/domain/calendar-day.ts';
import { seededRandom } from '../../core/math/random.ts';
import { advisedDecision } from '../../core/planning/advised-action.ts';
import { isWithin, nothingSpent, spend } from '../../core/planning/advised-budget.ts';
import { type AdviceCustomer, optionsOf } from '../../core/planning/next-best-action.ts';
import { type FollowedDecision, reviewDecisions } from '../../core/planning/review-decisions.ts';
import { planningSettingsSchema } from '../../core/planning/settings.ts';

const settings = planningSettingsSchema.parse({
  actions: [
    { name: 'call', channel: 'phone', minutes: 30, prior: { saveRate: 0.2, standardDeviation: 0.1 } },
    { name: 'letter', channel: 'post', minutes: 0, cost: 2, prior: { saveRate: 0.1, standardDeviation: 0.1 } },
  ],
  margin: 0.5,
  exploreShare: 0.4,
  limits: { minutesPerOwner: 60, channels: { post: 1 } },
});
const terms = { settings, effects: new Map(), asOf: calendarDay('2026-06-01'), seed: 0 };
const customer = (customerId: string, valueIfKept12m = 1000): AdviceCustomer => ({
  customerId,
  segment: null,
  churnProbability: 0.5,
  valueIfKept12m,
});
const decided = (id: string, value?: number) => advisedDecision(customer(id, value), 'p', terms, () => true);

describe('a decision by advice', () => {
  it('has probabilities that add up to 1, the propensity of its choice among them, and is the same when made again', () => {
    for (const id of ['a', 'b', 'c']) {
      const decision = decided(id);
      expect(decision.options.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 10);
      const chosen = decision.options.find(({ action }) => action === (decision.choice?.action.name ?? null));
      expect(decision.propensity).toBe(chosen?.probability);
      expect(decision.propensity).toBeGreaterThan(0);
      expect(decided(id)).toEqual(decision);
    }
  });

  it('takes each action as often as its probability says', () => {
    const many = Array.from({ length: 3_000 }, (_, index) => decided(`c${index}`));
    for (const action of ['call', 'letter', null]) {
      const taken = many.filter(({ choice }) => (choice?.action.name ?? null) === action).length;
      const expected = many.reduce(
        (sum, { options }) => sum + (options.find((option) => option.action === action)?.probability ?? 0),
        0,
      );
      expect(Math.abs(taken - expected)).toBeLessThan(4 * Math.sqrt(3_000 * 0.25));
      expect(expected).toBeGreaterThan(0);
    }
  });

  it('leaves alone whom nothing pays for', () => {
    const { choice, options } = advisedDecision(
      customer('a', 1),
      'p',
      { ...terms, settings: { ...settings, exploreShare: 0 } },
      () => true,
    );
    expect(choice).toBeNull();
    expect(options.find(({ action }) => action === null)?.probability).toBe(1);
  });

  it('is made among what the limits leave room for', () => {
    const spent = nothingSpent();
    const [call, letter] = ['call', 'letter'].map((name) =>
      optionsOf(customer('a'), terms).find(({ action }) => action.name === name),
    );
    if (!call || !letter) throw new Error('both are options');
    for (let times = 0; times < 2; times += 1) {
      expect(isWithin(call, 'o1', spent, settings)).toBe(true);
      spend(spent, call, 'o1', settings);
    }
    expect([isWithin(call, 'o1', spent, settings), isWithin(call, 'o2', spent, settings)]).toEqual([false, true]);
    spend(spent, letter, 'o1', settings);
    expect(isWithin(letter, 'o2', spent, settings)).toBe(false);
    expect(spent.money).toBeCloseTo(2, 10);
  });
});

describe('the review of decisions', () => {
  it('finds what other policies would have earned, which it has not seen', () => {
    const random = seededRandom(3);
    // In truth the call keeps 4 in 10 of who would leave, and the letter nobody.
    const truth: Record<string, number> = { call: 0.4, letter: 0 };
    const decisions = Array.from({ length: 6_000 }, (_, index): FollowedDecision => {
      const { choice, propensity, options } = decided(`c${index}`);
      const action = choice?.action.name ?? null;
      const left = random.next() < 0.5 * (1 - (action === null ? 0 : (truth[action] ?? 0)));
      return {
        playbook: 'p',
        action,
        propensity,
        options,
        cost: choice?.cost ?? 0,
        valueIfKept12m: 1000,
        churnProbability: 0.5,
        left,
      };
    });
    const [review] = reviewDecisions(decisions, { margin: 0.5 });
    const nobody = 500 * 0.5;
    const always = 500 * (1 - 0.5 * 0.6) - 20;
    expect(review?.nobody.doublyRobust.low).toBeLessThan(nobody);
    expect(review?.nobody.doublyRobust.high).toBeGreaterThan(nobody);
    expect(review?.expected.doublyRobust.low).toBeLessThan(always);
    expect(review?.expected.doublyRobust.high).toBeGreaterThan(always);
    expect(review?.asDecided.decisions).toBe(6_000);
  });
});
