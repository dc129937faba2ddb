import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../core/math/random.ts';
import { type LoggedDecision, policyValue } from '../../core/planning/off-policy.ts';

/**
 * Decisions of a coin (treated with probability .3) in a world where treatment earns 5 for half of the customers and costs 1 for the
 * others; the policy in question treats just those whom it helps: 2.5 for each customer on average.
 */
function logged(seed: number, size: number, model: 'right' | 'wrong'): readonly LoggedDecision[] {
  const random = seededRandom(seed);
  return Array.from({ length: size }, () => {
    const helps = random.next() < 0.5;
    const treated = random.next() < 0.3;
    const effect = helps ? 5 : -1;
    const noise = random.next() - 0.5;
    const expects = (isTreated: boolean) => (model === 'wrong' ? 9 : isTreated ? effect : 0);
    return {
      reward: (treated ? effect : 0) + noise,
      propensity: treated ? 0.3 : 0.7,
      targetProbability: treated === helps ? 1 : 0,
      expectedOfTaken: expects(treated),
      expectedOfTarget: expects(helps),
    };
  });
}

const width = ({ low, high }: { low: number; high: number }) => high - low;

describe('the value of a policy that is not switched on', () => {
  it('is nothing without decisions', () => {
    expect(policyValue([])).toMatchObject({ decisions: 0, effectiveDecisions: 0, ips: { value: 0, low: 0, high: 0 } });
  });

  it.each(['right', 'wrong'] as const)('holds the truth in 95 % of intervals with a %s model', (model) => {
    const inside = { ips: 0, snips: 0, doublyRobust: 0 };
    for (let seed = 0; seed < 300; seed += 1) {
      const found = policyValue(logged(seed, 400, model));
      for (const name of ['ips', 'snips', 'doublyRobust'] as const) {
        if (found[name].low <= 2.5 && found[name].high >= 2.5) inside[name] += 1;
      }
    }
    // 95 % of 300 are 285; three standard errors are 11.
    for (const count of Object.values(inside)) expect(count).toBeGreaterThan(273);
  });

  it('is told more narrowly with a model that is right', () => {
    const found = policyValue(logged(1, 400, 'right'));
    expect(width(found.doublyRobust)).toBeLessThan(0.5 * width(found.ips));
    expect(width(found.snips)).toBeLessThan(width(found.ips));
  });

  it('counts what speaks for it: all decisions when the policy is the one that made them', () => {
    const same = logged(2, 50, 'right').map((each) => ({ ...each, targetProbability: each.propensity }));
    expect(policyValue(same).effectiveDecisions).toBeCloseTo(50, 9);
  });
});
