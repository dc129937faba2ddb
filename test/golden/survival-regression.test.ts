import { describe, expect, it } from 'vitest';
import { concordance } from '../../core/evaluation/concordance.ts';
import { logLogisticAft, logNormalAft, weibullAft } from '../../core/models/survival/accelerated-failure-time.ts';
import { type Covariate, describeCovariates } from '../../core/models/survival/covariates.ts';
import { cox } from '../../core/models/survival/cox.ts';
import { AML, BY_HAND, OVARIAN } from './survival-tables.ts';

const covariatesOf = { aml: describeCovariates(['group'], AML), ovarian: describeCovariates(['rx', 'age'], OVARIAN) };
const x: readonly Covariate[] = [{ name: 'x', kind: 'number' }];

/** Formulas of Therneau & Grambsch 2000, appendix E.1 and E.2, at r = exp(beta). */
const worked = {
  breslow: {
    r: (3 + Math.sqrt(33)) / 2,
    logLikelihood: (r: number) => 2 * Math.log(r) - Math.log(3 * r + 3) - 2 * Math.log(r + 3),
    information: (r: number) => r / (r + 1) ** 2 + (6 * r) / (r + 3) ** 2,
    hazards: (r: number) => [1 / (3 * r + 3), 2 / (r + 3), 1],
    meansAtSix: (r: number) => [r / (r + 3), r / (r + 3)],
  },
  efron: {
    // The positive root of 30 + 23 r - r^3.
    r: 2 * Math.sqrt(23 / 3) * Math.cos(Math.acos(15 / (23 / 3) ** 1.5) / 3),
    logLikelihood: (r: number) => 2 * Math.log(r) - Math.log(3 * r + 3) - Math.log((r + 5) / 2) - Math.log(r + 3),
    information: (r: number) => {
      const spread = (p: number) => p - p * p;
      return spread(r / (r + 1)) + spread(r / (r + 3)) + spread(r / (r + 5));
    },
    hazards: (r: number) => [1 / (3 * r + 3), 1 / (r + 3) + 2 / (r + 5), 1],
    meansAtSix: (r: number) => [r / (r + 3), r / (r + 5)],
  },
} as const;

describe.each(['breslow', 'efron'] as const)('Cox worked out by hand, ties by %s', (ties) => {
  const { r, logLikelihood, information, hazards, meansAtSix } = worked[ties];
  const fitted = cox.fit(BY_HAND, { covariates: x, ties });

  it('has the coefficient, its error and the likelihood of the book', () => {
    const [coefficient] = fitted.coefficients;
    expect(coefficient?.estimate).toBeCloseTo(Math.log(r), 8);
    expect(coefficient?.standardError).toBeCloseTo(1 / Math.sqrt(information(r)), 8);
    expect(fitted.diagnostics.logLikelihood).toBeCloseTo(logLikelihood(r), 12);
    expect(fitted.nullLogLikelihood).toBeCloseTo(logLikelihood(1), 12);
  });

  it('has its baseline hazard', () => {
    expect(fitted.baseline.times).toEqual([1, 6, 9]);
    let sum = 0;
    for (const [i, hazard] of hazards(r).entries()) {
      sum += hazard;
      const time = [1, 6, 9][i] ?? 0;
      expect(fitted.survival({ duration: 0, event: false, values: [0] }, time)).toBeCloseTo(Math.exp(-sum), 9);
    }
  });

  it('tests proportionality by the residuals of Schoenfeld', () => {
    const [mean = 0, next = 0] = meansAtSix(r);
    // Of each time: events, 1 - S before it, and the events' x less its expectation.
    const times = [
      { events: 1, before: 0, residual: 1 - r / (r + 1) },
      { events: 2, before: 1 / 6, residual: 1 - mean - next },
      { events: 1, before: 7 / 12, residual: 0 },
    ];
    const centre = times.reduce((sum, { events, before }) => sum + (events * before) / 4, 0);
    const spread = times.reduce((sum, { events, before }) => sum + events * (before - centre) ** 2, 0);
    const trend = times.reduce((sum, { before, residual }) => sum + (before - centre) * residual, 0);
    expect(fitted.proportionality[0]?.chiSquare).toBeCloseTo((4 * trend ** 2) / (information(r) * spread), 8);
  });
});

// Figures of R 4.5.2, survival 3.8: coxph.
describe('Cox on published trials', () => {
  it('meets R on the leukaemia trial, which has ties', () => {
    const efron = cox.fit(AML, { covariates: covariatesOf.aml, ties: 'efron' });
    expect(efron.coefficients[0]).toMatchObject({ name: 'group=not' });
    expect(efron.coefficients[0]?.estimate).toBeCloseTo(0.91553257501, 9);
    expect(efron.coefficients[0]?.standardError).toBeCloseTo(0.51193427517, 9);
    expect(efron.nullLogLikelihood).toBeCloseTo(-42.7248392628, 9);
    expect(efron.diagnostics.logLikelihood).toBeCloseTo(-41.0326155965, 9);
    const breslow = cox.fit(AML, { covariates: covariatesOf.aml, ties: 'breslow' });
    expect(breslow.coefficients[0]?.estimate).toBeCloseTo(0.90421972369, 9);
    expect(breslow.coefficients[0]?.standardError).toBeCloseTo(0.5122479073, 9);
    expect(breslow.nullLogLikelihood).toBeCloseTo(-42.8981238972, 9);
    expect(breslow.diagnostics.logLikelihood).toBeCloseTo(-41.2501143501, 9);
  });

  it('meets R on the ovarian trial, of two columns', () => {
    const fitted = cox.fit(OVARIAN, { covariates: covariatesOf.ovarian, ties: 'efron' });
    const published = [
      ['rx', -0.80397301267, 0.63204937188],
      ['age', 0.14732659547, 0.046147047741],
    ] as const;
    for (const [i, [name, estimate, standardError]] of published.entries()) {
      expect(fitted.coefficients[i]?.name).toBe(name);
      expect(fitted.coefficients[i]?.estimate).toBeCloseTo(estimate, 9);
      expect(fitted.coefficients[i]?.standardError).toBeCloseTo(standardError, 9);
    }
    expect(fitted.diagnostics.logLikelihood).toBeCloseTo(-27.041898863, 8);
  });

  it('meets R in the concordance, and in the pairs it is made of', () => {
    const fitted = cox.fit(AML, { covariates: covariatesOf.aml, ties: 'breslow' });
    const found = concordance(
      AML.map(({ duration }) => duration),
      AML.map(({ event }) => event),
      fitted.predict(AML).map(({ risk }) => risk),
    );
    // 0.619 in R counts the ties in risk as half; there 81 and 31 are pairs of different risk.
    expect(found.concordance).toBeCloseTo(0.61904761905, 10);
    expect([found.concordant, found.discordant]).toEqual([81, 31]);
  });
});

/** Computed by survival-figures.py: intercept, coefficients, ln scale. R prints 4.109, -0.929 and Log(scale) -0.235 of weibull-aft on aml. */
const figures = {
  'weibull-aft': {
    aml: {
      parameters: [4.1090550512621125, -0.9293416113655717, -0.2345149147050416],
      standardErrors: [0.2998896550305378, 0.38250185738641834, 0.178224506459034],
      logLikelihood: -80.52164520340273,
    },
    ovarian: {
      parameters: [10.462615277326266, 0.5672755578797324, -0.07909536953796961, -0.5966743312357965],
      standardErrors: [1.442704997511741, 0.3403255743965349, 0.019787176193432735, 0.2352249323757893],
      logLikelihood: -88.76171010098183,
    },
  },
  'log-normal-aft': {
    aml: {
      parameters: [3.5788620287058825, -0.7244730855724142, -0.14537041881442084],
      standardErrors: [0.28468628087371456, 0.38031671898882513, 0.1695059261338355],
      logLikelihood: -78.92761245032304,
    },
    ovarian: {
      parameters: [9.854556513782367, 0.690357617060405, -0.07654757236832246, -0.38128198606334257],
      standardErrors: [1.137775568748837, 0.3168508158360542, 0.017083259089887913, 0.21894562877267487],
      logLikelihood: -87.65822066058965,
    },
  },
  'log-logistic-aft': {
    aml: {
      parameters: [3.5029918273101, -0.6044907435830806, -0.6668822849903525],
      standardErrors: [0.28762537136250427, 0.3933027661518867, 0.1915548710613685],
      logLikelihood: -79.35266338551428,
    },
    ovarian: {
      parameters: [10.215966890614006, 0.5911230762055842, -0.08051702313226423, -0.9050399097755574],
      standardErrors: [1.2609981616291255, 0.329816876284344, 0.018672571990804222, 0.23849836352386722],
      logLikelihood: -88.0431287137132,
    },
  },
} as const;

describe.each([weibullAft, logNormalAft, logLogisticAft])('$name', (family) => {
  it.each(['aml', 'ovarian'] as const)('meets the figures of mpmath on %s', (set) => {
    const fitted = family.fit(set === 'aml' ? AML : OVARIAN, { covariates: covariatesOf[set] });
    const { parameters, standardErrors, logLikelihood } = figures[family.name as keyof typeof figures][set];
    for (const [i, { estimate, standardError }] of [
      fitted.intercept,
      ...fitted.coefficients,
      fitted.logScale,
    ].entries()) {
      expect(estimate).toBeCloseTo(parameters[i] ?? Number.NaN, 8);
      expect(standardError).toBeCloseTo(standardErrors[i] ?? Number.NaN, 8);
    }
    expect(fitted.diagnostics.logLikelihood).toBeCloseTo(logLikelihood, 9);
    expect(fitted.diagnostics.converged).toBe(true);
  });
});
