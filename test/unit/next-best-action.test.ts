import { describe, expect, it } from 'vitest';
import { calendarDay } from '../../core/domain/calendar-day.ts';
import { seededRandom } from '../../core/math/random.ts';
import { type AdviceTerms, nextBestAction, optionsOf } from '../../core/planning/next-best-action.ts';
import { type Arms, saveRates } from '../../core/planning/save-rates.ts';
import { planningSettingsSchema } from '../../core/planning/settings.ts';

const PRIOR = { saveRate: 0.1, standardDeviation: 0.1 };
const arms = (treated: [number, number], heldOut: [number, number]): Arms => ({
  treated: { customers: treated[0], left: treated[1] },
  heldOut: { customers: heldOut[0], left: heldOut[1] },
});

describe('save rates', () => {
  it('are the prior where nothing was measured, and where an arm is empty', () => {
    const nothing = saveRates(PRIOR, new Map());
    expect(nothing.overall.mean).toBeCloseTo(0.1, 12);
    expect(saveRates(PRIOR, new Map([['a', arms([50, 10], [0, 0])]]))).toEqual(nothing);
  });

  it('move little for ten customers and nearly all the way for ten thousand', () => {
    const few = saveRates(PRIOR, new Map([['a', arms([5, 1], [5, 2])]])).bySegment.get('a');
    const many = saveRates(PRIOR, new Map([['a', arms([5_000, 1_000], [5_000, 2_000])]])).bySegment.get('a');
    expect(Math.abs((few?.mean ?? 0) - 0.1)).toBeLessThan(0.05);
    expect(many?.mean).toBeCloseTo(0.5, 1);
    expect(many?.standardDeviation).toBeLessThan(0.03);
  });

  it('are negative for an action that drives customers away', () => {
    expect(saveRates(PRIOR, new Map([['a', arms([4_000, 2_000], [4_000, 1_600])]])).overall.mean).toBeLessThan(0);
  });

  it('draw segments that were seldom seen towards the others', () => {
    const measured = new Map([
      ['often', arms([3_000, 600], [3_000, 1_000])],
      ['also', arms([3_000, 630], [3_000, 1_000])],
      ['seldom', arms([10, 5], [10, 3])],
    ]);
    const { bySegment, overall } = saveRates(PRIOR, measured);
    expect(overall.mean).toBeGreaterThan(0.25);
    // By itself it would say -.67.
    expect(bySegment.get('seldom')?.mean).toBeGreaterThan(0.1);
  });

  it('hold the truth in 80 % intervals about as often as they say', () => {
    const random = seededRandom(5);
    let inside = 0;
    const trials = 400;
    for (let i = 0; i < trials; i += 1) {
      const truth = 0.1 + 0.1 * (random.next() + random.next() + random.next() - 1.5) * 2;
      const count = (rate: number, of: number) => Array.from({ length: of }).filter(() => random.next() < rate).length;
      const { overall } = saveRates(
        PRIOR,
        new Map([['a', arms([400, count(0.4 * (1 - truth), 400)], [400, count(0.4, 400)])]]),
      );
      if (Math.abs(overall.mean - truth) < 1.2816 * overall.standardDeviation) inside += 1;
    }
    expect(inside / trials).toBeGreaterThan(0.75);
    expect(inside / trials).toBeLessThan(0.93);
  });
});

const terms = (settings: object = {}, seed = 1): AdviceTerms => ({
  settings: planningSettingsSchema.parse({ exploreShare: 0, ...settings }),
  effects: new Map(),
  asOf: calendarDay('2026-06-01'),
  seed,
});
const valuable = { customerId: 'c1', segment: null, churnProbability: 0.6, valueIfKept12m: 4_000 };

describe('next best action', () => {
  it('leaves a customer alone on whom nothing pays', () => {
    const advice = nextBestAction({ ...valuable, valueIfKept12m: 10 }, terms());
    expect(advice).toMatchObject({ choice: null, rankedBy: 0, explores: false });
    expect(advice.options.every(({ net }) => net < 0)).toBe(true);
  });

  it('counts the saved margin against time, and a discount also for those who would have stayed', () => {
    const found = new Map(optionsOf(valuable, terms()).map((option) => [option.action.name, option]));
    // .6 x .08 x 4,000 x .5 less twenty minutes at 40 an hour.
    expect(found.get('call')?.net).toBeCloseTo(96 - 40 / 3, 9);
    // .6 x .15 x 4,000 x (.5 - .1) less 25 minutes, less a tenth of the revenue of the four in ten who stay anyway.
    expect(found.get('offer')?.net).toBeCloseTo(144 - 50 / 3 - 160, 9);
    expect(nextBestAction(valuable, terms()).choice?.action.name).toBe('call');
  });

  it('never makes an offer that would leave less than the least margin', () => {
    const names = optionsOf(valuable, terms({ leastMargin: 0.45 })).map(({ action }) => action.name);
    expect(names.sort()).toEqual(['call', 'email']);
  });

  it('abstains where the chance that an action pays is below the least', () => {
    expect(nextBestAction(valuable, terms({ leastChance: 0.999 })).choice).toBeNull();
  });

  it('is the same for one customer, day and seed, whoever else is asked, and differs between days where it explores', () => {
    const exploring = terms({ exploreShare: 1 });
    expect(nextBestAction(valuable, exploring)).toEqual(nextBestAction(valuable, exploring));
    const days = ['2026-06-01', '2026-06-02', '2026-06-03', '2026-06-04'].map(
      (day) => nextBestAction(valuable, { ...exploring, asOf: calendarDay(day) }).rankedBy,
    );
    expect(new Set(days).size).toBe(4);
  });

  it('explores with the share of customers it was told to', () => {
    const some = terms({ exploreShare: 0.2, leastChance: 0 });
    const drawn = Array.from({ length: 4_000 }, (_, i) => {
      const { choice, rankedBy } = nextBestAction({ ...valuable, customerId: String(i) }, some);
      return choice !== null && rankedBy !== choice.net;
    }).filter(Boolean).length;
    // A few of the drawn abstain.
    expect(drawn / 4_000).toBeGreaterThan(0.17);
    expect(drawn / 4_000).toBeLessThan(0.22);
  });
});
