import { describe, expect, it } from 'vitest';
import { digamma, hyp2f1, logAddExp, logGamma } from '../../core/math/special.ts';

/** Relative error, absolute near zero. */
const error = (found: number, wanted: number) => Math.abs(found - wanted) / Math.max(1, Math.abs(wanted));

/** By mpmath with 40 digits; made by figures.py. */
const LOG_GAMMA = [
  [1e-6, 13.815509980749432],
  [0.001, 6.907178885383853],
  [0.3, 1.0957979948180756],
  [0.9, 0.06637623973474295],
  [1, 0],
  [1.5, -0.12078223763524522],
  [2.5, 0.2846828704729192],
  [7.3, 7.147892523022248],
  [12, 17.502307845873887],
  [12.5, 18.734347511936445],
  [50.25, 145.54187159633213],
  [1e3, 5905.220423209181],
  [1e6, 12815504.569147611],
] as const;
const DIGAMMA = [
  [1e-6, -1000000.5772140201],
  [0.001, -1000.5755719318103],
  [0.3, -3.502524222200133],
  [0.9, -0.7549269499470513],
  [1, -0.5772156649015329],
  [1.5, 0.03648997397857652],
  [2.5, 0.7031566406452432],
  [7.3, 1.9178203356379862],
  [12, 2.442661679975812],
  [12.5, 2.4851956512749123],
  [50.25, 3.90702729700628],
  [1e3, 6.907255195648812],
  [1e6, 13.815510057964191],
] as const;
const HYP2F1 = [
  [0.79, 2.6, 3.2, 0.4, 1.3752105639355952],
  [0.79, -1.6, 3.2, 0.95, 0.674389073738285],
  [0.9, 0.3, 130.2, 0.8, 1.0016716505676233],
  [-2.4, 0.5, 7.1, 0.6, 0.9062996391155695],
  [1.2, 2.2, 4.5, 0, 1],
  [0.005, 3, 200, 0.99, 1.0000749973857535],
] as const;

describe('special functions', () => {
  it.each(LOG_GAMMA)('logGamma(%d) to 1e-13', (x, wanted) => {
    expect(error(logGamma(x), wanted)).toBeLessThan(1e-13);
  });

  it.each(DIGAMMA)('digamma(%d) to 1e-13', (x, wanted) => {
    expect(error(digamma(x), wanted)).toBeLessThan(1e-13);
  });

  it.each(HYP2F1)('2F1(%d, %d; %d; %d) to 1e-11', (a, b, c, z, wanted) => {
    expect(error(hyp2f1(a, b, c, z), wanted)).toBeLessThan(1e-11);
  });

  it('digamma is the derivative of logGamma', () => {
    for (const x of [0.05, 0.7, 3.3, 9.99, 10.01, 40]) {
      const h = 1e-5 * x;
      expect(error((logGamma(x + h) - logGamma(x - h)) / (2 * h), digamma(x))).toBeLessThan(1e-8);
    }
  });

  it('adds exponentials without overflow', () => {
    expect(logAddExp(1000, 1000)).toBeCloseTo(1000 + Math.LN2, 12);
    expect(logAddExp(Number.NEGATIVE_INFINITY, -3)).toBe(-3);
    expect(logAddExp(-3, Number.NEGATIVE_INFINITY)).toBe(-3);
    expect(logAddExp(0, -800)).toBe(0);
  });
});
