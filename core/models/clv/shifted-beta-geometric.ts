import { DataError, NotFittedError } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import { digamma, logBeta } from '../../math/special.ts';
import type { FitDiagnostics, FittedModel, ModelFamily } from '../../ports/model.ts';
import { readArtifact } from './fit-transactions.ts';
import { type LogLikelihood, maximiseLikelihood } from './maximum-likelihood.ts';

/** A contract that comes up for renewal once a period. */
export interface ContractRow {
  /** Renewals so far: 0 for a customer in, or lost after, the first period. */
  renewals: number;
  /** True when the customer did not renew after them. */
  lost: boolean;
  /** Customers with this history; 1 when absent. */
  weight?: number;
}

/** Chances of not renewing are Beta(alpha, beta), constant for a customer. */
export type ShiftedBetaGeometricParameters = Readonly<Record<'alpha' | 'beta', number>>;

/** A fitted shifted-beta-geometric model. Periods are those of the contract. */
export interface FittedShiftedBetaGeometric extends FittedModel<ContractRow, { renewalProbability: number }> {
  readonly parameters: ShiftedBetaGeometricParameters;
  /** Share of a cohort still there after so many renewals (Fader & Hardie 2007, eq. 6). */
  survival(renewals: number): number;
  /** Chance that a customer with so many renewals behind renews again: it rises, because those who leave easily are gone. */
  renewalProbability(renewals: number): number;
  /** Expected periods still to come of a customer with so many renewals behind, at most `periods`, discounted per period, today's not counted. */
  expectedPeriods(renewals: number, periods: number, discountPerPeriod: number): number;
}

const NAME = 'shifted-beta-geometric';
/** Periods after which a discounted endless sum is cut: 1.1 ** -400 is 1e-17. */
const ENDLESS = 5_000;

/** The model face. */
export interface ShiftedBetaGeometricFamily
  extends ModelFamily<ContractRow, { renewalProbability: number }, Record<string, never>> {
  fit(rows: readonly ContractRow[], options: Record<string, never>): FittedShiftedBetaGeometric;
  load(artifact: Json): FittedShiftedBetaGeometric;
}

/**
 * Shifted-beta-geometric (Fader & Hardie 2007, "How to project customer retention", Journal of Interactive Marketing 21:76) for
 * contracts, where leaving is seen. Do not use it where customers just stop buying.
 */
export const shiftedBetaGeometric: ShiftedBetaGeometricFamily = {
  name: NAME,
  fit: (rows) => {
    const { left, waiting, customers } = countPeriods(rows);
    if (left.every((count) => count === 0)) {
      throw new NotFittedError(
        'No contract has ended yet, so nothing can be learned about renewal. Wait for the first renewal dates to pass.',
      );
    }
    const logLikelihood = likelihood(left, waiting);
    const maximum = maximiseLikelihood({
      logLikelihood,
      starts: [
        [1, 3],
        [0.5, 1],
        [3, 20],
      ],
      customers,
    });
    const [alpha, beta] = maximum.parameters as unknown as [number, number];
    const warnings: string[] = [];
    if (!maximum.converged || alpha + beta > 1_000) {
      warnings.push(
        'All customers seem to renew with the same chance: there may be too few periods to tell loyal customers from others. Long projections will be too low.',
      );
    }
    return fitted(
      { alpha, beta },
      {
        converged: maximum.converged,
        iterations: maximum.iterations,
        logLikelihood: logLikelihood(maximum.parameters, new Float64Array(2)),
        rows: customers,
        warnings,
      },
    );
  },
  load: (artifact) => {
    const { parameters, diagnostics } = readArtifact(artifact, NAME, 1, ['alpha', 'beta']);
    return fitted(parameters, diagnostics);
  },
};

/** Customers lost after, and still waiting after, 0, 1, 2, ... renewals. */
function countPeriods(rows: readonly ContractRow[]) {
  const [left, waiting]: [number[], number[]] = [[], []];
  let customers = 0;
  for (const [row, { renewals, lost, weight = 1 }] of rows.entries()) {
    if (!Number.isInteger(renewals) || renewals < 0 || renewals > 10_000 || !(weight > 0 && Number.isFinite(weight))) {
      throw new DataError({
        row,
        field: 'renewals',
        expected: 'a whole number of renewals from 0 to 10000 (and a weight above 0)',
        found: `${renewals} (weight ${weight})`,
        remedy: 'check the contract of this customer',
      });
    }
    while (left.length <= renewals) {
      left.push(0);
      waiting.push(0);
    }
    const counts = lost ? left : waiting;
    counts[renewals] = (counts[renewals] ?? 0) + weight;
    customers += weight;
  }
  return { left, waiting, customers };
}

/** P(lost after t renewals) = B(alpha + 1, beta + t) / B(alpha, beta); P(still there after t) = B(alpha, beta + t) / B(alpha, beta). */
function likelihood(left: readonly number[], waiting: readonly number[]): LogLikelihood {
  return (parameters, gradient) => {
    const [alpha, beta] = parameters as unknown as [number, number];
    const base = logBeta(alpha, beta);
    const [psiAlpha, psiBeta, psiBoth] = [digamma(alpha), digamma(beta), digamma(alpha + beta)];
    let total = 0;
    let [dalpha, dbeta] = [0, 0];
    for (const [lost, counts] of [
      [1, left],
      [0, waiting],
    ] as const) {
      for (const [t, count] of counts.entries()) {
        if (count === 0) continue;
        total += count * (logBeta(alpha + lost, beta + t) - base);
        const both = psiBoth - digamma(alpha + beta + t + lost);
        dalpha += count * (digamma(alpha + lost) - psiAlpha + both);
        dbeta += count * (digamma(beta + t) - psiBeta + both);
      }
    }
    gradient[0] = dalpha;
    gradient[1] = dbeta;
    return total;
  };
}

function fitted(given: ShiftedBetaGeometricParameters, diagnostics: FitDiagnostics): FittedShiftedBetaGeometric {
  const parameters = Object.freeze({ ...given });
  const { alpha, beta } = parameters;
  const renewalProbability = (renewals: number) => (beta + renewals) / (alpha + beta + renewals);
  return {
    name: NAME,
    parameters,
    diagnostics,
    survival: (renewals) => Math.exp(logBeta(alpha, beta + renewals) - logBeta(alpha, beta)),
    renewalProbability,
    expectedPeriods: (renewals, periods, discountPerPeriod) => {
      if (!Number.isFinite(periods) && !(discountPerPeriod > 0 && discountPerPeriod < 1)) {
        throw new DataError({
          field: 'discountPerPeriod',
          expected: 'a factor between 0 and 1 for an endless horizon',
          found: String(discountPerPeriod),
          remedy: 'discount, or choose a number of periods',
        });
      }
      let sum = 0;
      let present = 1;
      for (let t = 0; t < Math.min(periods, ENDLESS) && present > 1e-15; t += 1) {
        present *= discountPerPeriod * renewalProbability(renewals + t);
        sum += present;
      }
      return sum;
    },
    predict: (rows) =>
      rows.map(({ renewals, lost }) => ({ renewalProbability: lost ? 0 : renewalProbability(renewals) })),
    save: () => ({ model: NAME, formatVersion: 1, parameters: { ...parameters }, diagnostics }),
  };
}
