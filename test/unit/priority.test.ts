import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CRITERIA, type PriorityRule, priorityOf, type Standing } from '../../core/scores/priority.ts';

const weights = { valueAtRisk: 0.5, churn: 0.3, engagementDrop: 0.2 };
const sum: PriorityRule = { method: 'weighted-sum', weights };
const topsis: PriorityRule = { method: 'topsis', weights };
const share = fc.double({ min: 0, max: 1, noNaN: true });
const anywhere: fc.Arbitrary<Standing> = fc.record({ valueAtRisk: share, churn: share, engagementDrop: share });
const all = (value: number): Standing => ({ valueAtRisk: value, churn: value, engagementDrop: value });

describe.each([sum, topsis])('priority by $method', (rule) => {
  it('is 0 at the worst standing and 100 at the best', () => {
    expect(priorityOf(rule, all(0))).toBe(0);
    expect(priorityOf(rule, all(1))).toBeCloseTo(100, 12);
    expect(priorityOf(rule, all(0.5))).toBeCloseTo(50, 12);
  });

  it('never falls when a standing rises, and does not ask in what unit weights come', () => {
    fc.assert(
      fc.property(anywhere, fc.constantFrom(...CRITERIA), share, (standing, criterion, more) => {
        const better = { ...standing, [criterion]: Math.max(standing[criterion], more) };
        expect(priorityOf(rule, better)).toBeGreaterThanOrEqual(priorityOf(rule, standing) - 1e-9);
        const tenfold = { ...rule, weights: { valueAtRisk: 5, churn: 3, engagementDrop: 2 } };
        expect(priorityOf(tenfold, standing)).toBeCloseTo(priorityOf(rule, standing), 9);
      }),
    );
  });
});

describe('TOPSIS', () => {
  it('is the distance from the worst as a share of both distances, worked by hand', () => {
    // Weighted: (.4, .06, 0) from the worst, (.1, .24, .2) from the best.
    const worst = Math.sqrt(0.4 ** 2 + 0.06 ** 2);
    const best = Math.sqrt(0.1 ** 2 + 0.24 ** 2 + 0.2 ** 2);
    expect(priorityOf(topsis, { valueAtRisk: 0.8, churn: 0.2, engagementDrop: 0 })).toBeCloseTo(
      (100 * worst) / (worst + best),
      12,
    );
  });

  it('can order two customers otherwise than the weighted sum does', () => {
    const extreme = { valueAtRisk: 1, churn: 0, engagementDrop: 0 };
    const even = all(0.51);
    expect(priorityOf(sum, extreme)).toBeLessThan(priorityOf(sum, even));
    expect(priorityOf(topsis, extreme)).toBeGreaterThan(priorityOf(topsis, even));
  });
});
