import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countsAsIn, isInCell } from '../../core/playbooks/cell.ts';
import { armOf } from '../../core/playbooks/holdout.ts';
import { AT_RISK_AND_VALUABLE, playbookSchema } from '../../core/playbooks/schema.ts';

const cutoffs = { high: 0.8, medium: 0.5 };
const bandOf = (churn: number) => (churn >= cutoffs.high ? 'high' : churn >= cutoffs.medium ? 'medium' : 'low');
const at = (churnProbability: number, given: object = {}) => ({
  lifecycle: 'active' as const,
  valueBand: 'high' as const,
  churnBand: bandOf(churnProbability) as 'high' | 'medium' | 'low',
  churnProbability,
  segment: null,
  engagementTrend: 'steady' as const,
  engagement: 40,
  priority: 50,
  clv12m: 200,
  valueIfKept12m: 400,
  ...given,
});
const FACTS = { purchases: 3, silentDays: 20, customerDays: 300 };
/** How often a path of risks enters the cell. */
const entries = (path: readonly number[], playbook = AT_RISK_AND_VALUABLE) => {
  let isIn = false;
  let count = 0;
  for (const churn of path) {
    const now = countsAsIn(playbook, isIn, at(churn), FACTS, cutoffs);
    if (now && !isIn) count += 1;
    isIn = now;
  }
  return count;
};

describe('entering the cell of a playbook', () => {
  it('happens once however slowly the risk rises', () => {
    expect(entries([0.7, 0.74, 0.76, 0.78, 0.79, 0.8, 0.82, 0.85])).toBe(1);
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.001, max: 0.04, noNaN: true }), { minLength: 40, maxLength: 60 }),
        (steps) => {
          let churn = 0.5;
          const path = steps.map((step) => {
            churn = Math.min(churn + step, 0.99);
            return churn;
          });
          expect(entries(path)).toBe((path.at(-1) ?? 0) >= 0.8 ? 1 : 0);
        },
      ),
    );
  });

  it('does not happen again while the risk wavers within the hysteresis, and does once it had fallen below', () => {
    expect(entries([0.81, 0.79, 0.81, 0.751, 0.81])).toBe(1);
    expect(entries([0.81, 0.749, 0.81])).toBe(2);
  });

  it('counts from the lowest band that is watched', () => {
    const wide = playbookSchema.parse({
      ...AT_RISK_AND_VALUABLE,
      when: { churnBand: ['medium', 'high'], valueBand: ['high'] },
    });
    expect(entries([0.51, 0.46, 0.51], wide)).toBe(1);
    expect(entries([0.51, 0.44, 0.51], wide)).toBe(2);
  });

  it('is for active customers of the watched value alone', () => {
    expect(countsAsIn(AT_RISK_AND_VALUABLE, false, at(0.9, { valueBand: 'medium' }), FACTS, cutoffs)).toBe(false);
    expect(countsAsIn(AT_RISK_AND_VALUABLE, true, at(0.9, { valueBand: 'medium' }), FACTS, cutoffs)).toBe(false);
    expect(isInCell(AT_RISK_AND_VALUABLE, at(0.9, { lifecycle: 'lapsed', churnBand: 'lapsed' }), FACTS)).toBe(false);
    expect(
      countsAsIn(AT_RISK_AND_VALUABLE, true, at(0.79, { lifecycle: 'lapsed', churnBand: 'lapsed' }), FACTS, cutoffs),
    ).toBe(false);
    expect(
      isInCell(AT_RISK_AND_VALUABLE, at(0.9, { lifecycle: 'prospect', churnBand: null, valueBand: null }), FACTS),
    ).toBe(false);
  });
});

describe('the arm of a customer', () => {
  const units = Array.from({ length: 20_000 }, (_, index) => `unit-${index}`);
  const heldOut = (playbook: string, share: number) =>
    units.filter((unit) => armOf(playbook, unit, share) === 'held-out');

  it('holds out the share that is asked for, within three standard errors', () => {
    for (const share of [0, 0.1, 0.5]) {
      const error = 3 * Math.sqrt((share * (1 - share)) / units.length);
      expect(Math.abs(heldOut('p', share).length / units.length - share)).toBeLessThanOrEqual(error);
    }
  });

  it('is the same each time, larger shares hold out the smaller ones’, and two playbooks draw apart', () => {
    expect(heldOut('p', 0.1)).toEqual(heldOut('p', 0.1));
    const wider = new Set(heldOut('p', 0.2));
    expect(heldOut('p', 0.1).every((unit) => wider.has(unit))).toBe(true);
    const other = new Set(heldOut('q', 0.1));
    const both = heldOut('p', 0.1).filter((unit) => other.has(unit)).length / units.length;
    expect(Math.abs(both - 0.01)).toBeLessThan(0.004);
  });
});
