import { describe, expect, it } from 'vitest';
import { DataError, NotFittedError } from '../../core/domain/errors.ts';
import { seededRandom } from '../../core/math/random.ts';
import { logLogisticAft, logNormalAft, weibullAft } from '../../core/models/survival/accelerated-failure-time.ts';
import type { Covariate } from '../../core/models/survival/covariates.ts';
import { cox } from '../../core/models/survival/cox.ts';
import { kaplanMeier } from '../../core/models/survival/kaplan-meier.ts';
import type { FittedSurvivalModel } from '../../core/models/survival/survival-model.ts';
import type { CovariateValue, SurvivalRow } from '../../core/models/survival/survival-row.ts';
import type { FittedModel } from '../../core/ports/model.ts';
import { testModel } from '../contract/test-model.ts';

const covariates: readonly Covariate[] = [
  { name: 'seats', kind: 'number' },
  { name: 'plan', kind: 'category', levels: ['basic', 'plus', 'pro'] },
];

/** Customers with many seats stay longer; whole months up to a year, so that there are ties. */
function book(customers: number, seed = 5): readonly SurvivalRow[] {
  const random = seededRandom(seed);
  return Array.from({ length: customers }, () => {
    const seats = Math.floor(random.next() * 20);
    const plan = ['basic', 'plus', 'pro'][Math.floor(random.next() * 3)] as string;
    const months = Math.ceil(-Math.log(1 - random.next()) * (4 + seats / 2 + (plan === 'pro' ? 6 : 0)));
    const followed = Math.ceil(random.next() * 12);
    return { duration: Math.min(months, followed), event: months <= followed, values: [seats, plan] };
  });
}

const rows = book(300);
const row = (duration: number, event: boolean, ...values: CovariateValue[]): SurvivalRow => ({
  duration,
  event,
  values,
});
const ofTime = [
  { row: row(-1, true, 3, 'pro'), field: 'duration' },
  { row: row(Number.NaN, true, 3, 'pro'), field: 'duration' },
  { row: row(Number.POSITIVE_INFINITY, false, 3, 'pro'), field: 'duration' },
  { row: row('4' as unknown as number, false, 3, 'pro'), field: 'duration' },
  { row: row(4, 1 as unknown as boolean, 3, 'pro'), field: 'event' },
];
const ofValues = [
  { row: row(4, true, null, 'pro'), field: 'seats' },
  { row: row(4, true, Number.NaN, 'pro'), field: 'seats' },
  { row: row(4, true, 'many', 'pro'), field: 'seats' },
  { row: row(4, true, Number.POSITIVE_INFINITY, 'pro'), field: 'seats' },
  { row: row(4, true, 3), field: 'plan' },
  { row: row(4, true, 3, 7), field: 'plan' },
  { row: row(4, true, 3, 'gold'), field: 'plan' },
];
const suite = {
  rows,
  nothingToLearn: [row(3, false, 1, 'pro'), row(5, false, 2, 'plus')],
  unusable: [...ofTime, ...ofValues],
  probabilities: () => [],
  ask: (model: FittedModel<SurvivalRow, unknown>, each: SurvivalRow) => {
    const fitted = model as FittedSurvivalModel;
    return [
      fitted.survival(each, 6),
      fitted.survivalTime(each, 0.8),
      fitted.conditionalSurvival(each, 3, 5),
      fitted.expectedRemaining(each, 3, 5),
    ];
  },
};

// Without an event there is a curve, only a flat one; it refuses no more than an empty table.
testModel(kaplanMeier.name, { ...suite, family: kaplanMeier, options: {}, nothingToLearn: [], unusable: ofTime });
testModel(cox.name, { ...suite, family: cox, options: { covariates, ties: 'efron' as const } });
for (const family of [weibullAft, logNormalAft, logLogisticAft]) {
  testModel(family.name, {
    ...suite,
    family,
    options: { covariates },
    unusable: [...suite.unusable, { row: row(0, true, 3, 'pro'), field: 'duration' }],
  });
}

describe('Kaplan-Meier without an event', () => {
  it('stays at 1 and says that it knows nothing', () => {
    const fitted = kaplanMeier.fit([row(3, false), row(5, false)], {});
    expect(fitted.steps).toEqual([]);
    expect(fitted.survival(row(0, false), 5)).toBe(1);
    expect(fitted.quantile(0.5)).toEqual({ time: null, low: null, high: null });
    expect(fitted.diagnostics.warnings).toEqual([expect.stringContaining('None of the 2 customers')]);
  });

  it('goes from 1 to 0 with one row', () => {
    const fitted = kaplanMeier.fit([row(3, true)], {});
    expect(fitted.survival(row(0, false), 2.9)).toBe(1);
    expect(fitted.survival(row(0, false), 3)).toBe(0);
    expect(fitted.quantile(0.5)).toEqual({ time: 3, low: 3, high: null });
  });
});

const withColumns = [
  ['cox', (some: readonly SurvivalRow[], which = covariates) => cox.fit(some, { covariates: which, ties: 'efron' })],
  ...[weibullAft, logNormalAft, logLogisticAft].map(
    (family) =>
      [
        family.name,
        (some: readonly SurvivalRow[], which = covariates) => family.fit(some, { covariates: which }),
      ] as const,
  ),
] as const;

describe.each(withColumns)('%s', (_name, fitTo) => {
  it('refuses a single row, and no more events than columns', () => {
    expect(() => fitTo([row(3, true, 4, 'basic')])).toThrow(/only one customer/);
    const two = [row(3, true, 4, 'basic'), row(4, true, 5, 'plus'), row(5, false, 7, 'pro'), row(6, false, 1, 'pro')];
    expect(() => fitTo(two)).toThrow(NotFittedError);
    expect(() => fitTo(two)).toThrow(/2 events cannot tell the effects of 3 columns apart\. Leave out columns/);
  });

  it('leaves out constant columns and those that others add up to, and names them', () => {
    const doubled = rows.map((each) => ({ ...each, values: [...each.values, 7, 3 * Number(each.values[0]) + 1] }));
    const fitted = fitTo(doubled, [
      ...covariates,
      { name: 'same', kind: 'number' },
      { name: 'triple', kind: 'number' },
    ]);
    expect(fitted.coefficients.map(({ name }) => name)).toEqual(['seats', 'plan=plus', 'plan=pro']);
    expect(fitted.diagnostics.warnings).toContainEqual(expect.stringMatching(/same value: same\./));
    expect(fitted.diagnostics.warnings).toContainEqual(expect.stringMatching(/collinear\): triple\./));
    const plain = fitTo(rows);
    for (const [i, { estimate }] of fitted.coefficients.entries()) {
      expect(estimate).toBeCloseTo(plain.coefficients[i]?.estimate ?? Number.NaN, 10);
    }
  });

  it('says which effect has no finite estimate when one group never has the event', () => {
    const spared = rows.map((each) => (each.values[1] === 'pro' ? { ...each, event: false } : each));
    const fitted = fitTo(spared);
    expect(fitted.diagnostics.converged).toBe(false);
    expect(fitted.diagnostics.warnings).toContainEqual(
      expect.stringMatching(/effect of plan=pro has no finite .*separation/),
    );
    expect(fitted.coefficients[2]).toMatchObject({ standardError: null, pValue: null, low: null, high: null });
    const [stays, goes] = fitted.predict([row(0, false, 5, 'pro'), row(0, false, 5, 'basic')]);
    expect(stays?.risk).toBeLessThan((goes?.risk ?? 0) - 3);
  });

  it('warns of few events', () => {
    const few = rows.map((each, i) => ({ ...each, event: each.event && i % 12 === 0 }));
    expect(fitTo(few).diagnostics.warnings).toContainEqual(expect.stringMatching(/^Only \d+ events for 3 columns/));
  });

  it('gives the same bits whatever the order of the rows', () => {
    expect(fitTo([...rows].reverse()).save()).toEqual(fitTo(rows).save());
  });

  it('does not care about the unit of a column or of time', () => {
    const rescaled = rows.map(({ duration, event, values }) =>
      row(duration * 30, event, 1e6 + 1e4 * Number(values[0]), values[1] as string),
    );
    const [plain, other] = [fitTo(rows), fitTo(rescaled)];
    expect((other.coefficients[0]?.estimate ?? 0) * 1e4).toBeCloseTo(plain.coefficients[0]?.estimate ?? Number.NaN, 8);
    const [a, b] = [rows[3], rescaled[3]] as [SurvivalRow, SurvivalRow];
    expect(other.survival(b, 180)).toBeCloseTo(plain.survival(a, 6) ?? Number.NaN, 8);
    expect(other.conditionalSurvival(b, 90, 150)).toBeCloseTo(plain.conditionalSurvival(a, 3, 5) ?? Number.NaN, 8);
    expect((other.expectedRemaining(b, 90, 150) ?? 0) / 30).toBeCloseTo(
      plain.expectedRemaining(a, 3, 5) ?? Number.NaN,
      7,
    );
  });

  it('says of a customer who is still here no more than S(t0 + t) / S(t0), and that falls with t', () => {
    const fitted = fitTo(rows);
    const customer = rows[0] as SurvivalRow;
    expect(fitted.conditionalSurvival(customer, 4, 0)).toBeCloseTo(1, 12);
    const ahead = [1, 2, 3, 4, 5].map((months) => fitted.conditionalSurvival(customer, 4, months) ?? Number.NaN);
    expect(ahead).toEqual([...ahead].sort((a, b) => b - a));
    expect((ahead[2] ?? 0) * (fitted.survival(customer, 4) ?? 0)).toBeCloseTo(
      fitted.survival(customer, 7) ?? Number.NaN,
      12,
    );
    expect(fitted.expectedRemaining(customer, 4, 5)).toBeLessThan(5);
  });

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY])('refuses %d as a time', (time) => {
    const fitted = fitTo(rows);
    const customer = rows[0] as SurvivalRow;
    expect(() => fitted.survival(customer, time)).toThrow(DataError);
    expect(() => fitted.conditionalSurvival(customer, 1, time)).toThrow(/^ahead: /);
    expect(() => fitted.expectedRemaining(customer, time, 3)).toThrow(/^elapsed: /);
  });

  it('refuses to predict from a value that is missing, naming the row', () => {
    const fitted = fitTo(rows);
    expect(() => fitted.predict([...rows.slice(0, 2), row(1, false, null, 'pro')])).toThrow(/^row 2, field seats:/);
  });
});

describe('customers censored at time 0', () => {
  it('add nothing to an accelerated failure time model', () => {
    const fitted = weibullAft.fit(rows, { covariates: [] });
    const more = weibullAft.fit([...rows, row(0, false, 3, 'pro'), row(0, false, 9, 'basic')], { covariates: [] });
    expect(more.intercept.estimate).toBeCloseTo(fitted.intercept.estimate, 9);
    expect(more.diagnostics.logLikelihood).toBeCloseTo(fitted.diagnostics.logLikelihood ?? Number.NaN, 8);
  });
});

describe('recovery from simulated books', () => {
  it('95 % intervals of Weibull and Cox cover the truth in at least 90 of 100 books', () => {
    const truth = { intercept: 2, x: 0.5, scale: 0.6 };
    const named: readonly Covariate[] = [{ name: 'x', kind: 'number' }];
    const covered = { intercept: 0, x: 0, scale: 0, cox: 0 };
    const within = (value: number, { low, high }: { low: number | null; high: number | null }) =>
      Number((low ?? Number.NaN) <= value && value <= (high ?? Number.NaN));
    for (let seed = 1; seed <= 100; seed += 1) {
      const random = seededRandom(seed);
      const simulated = Array.from({ length: 400 }, () => {
        const x = 2 * random.next() - 1;
        const time = Math.exp(truth.intercept + truth.x * x + truth.scale * Math.log(-Math.log(1 - random.next())));
        const followed = 15 * random.next();
        return row(Math.min(time, followed), time <= followed, x);
      });
      const weibull = weibullAft.fit(simulated, { covariates: named });
      covered.intercept += within(truth.intercept, weibull.intercept);
      covered.x += within(truth.x, weibull.coefficients[0] ?? { low: null, high: null });
      covered.scale += within(Math.log(truth.scale), weibull.logScale);
      const hazards = cox.fit(simulated, { covariates: named, ties: 'efron' });
      covered.cox += within(-truth.x / truth.scale, hazards.coefficients[0] ?? { low: null, high: null });
    }
    for (const count of Object.values(covered)) expect(count).toBeGreaterThanOrEqual(90);
  });
});
