import { DataError, NotFittedError } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import { digamma, logBeta } from '../../math/special.ts';
import type { FitDiagnostics, FittedModel, ModelFamily } from '../../ports/model.ts';
import { readArtifact } from './fit-transactions.ts';
import { type LogLikelihood, maximiseLikelihood } from './maximum-likelihood.ts';

/** A history of yes and no at given opportunities (a yearly appeal, a weekly market). */
export interface OpportunityRow {
  /** x: opportunities taken, of those after the first purchase. */
  frequency: number;
  /** t_x: the last opportunity taken; 0 when none was. */
  recency: number;
  /** n: opportunities so far. */
  opportunities: number;
  /** Customers with this history; 1 when absent. */
  weight?: number;
}

/** Chances of taking an opportunity are Beta(alpha, beta), of leaving before one Beta(gamma, delta). */
export type BgBbParameters = Readonly<Record<'alpha' | 'beta' | 'gamma' | 'delta', number>>;

/** A fitted BG/BB. */
export interface FittedBgBb extends FittedModel<OpportunityRow, { probabilityAlive: number }> {
  readonly parameters: BgBbParameters;
  /** Expected opportunities taken of the next `opportunities` (Fader, Hardie & Shang 2010, eq. 13). */
  expectedPurchases(row: OpportunityRow, opportunities: number): number;
  /** P(active at opportunity n + 1) (their eq. 11). */
  probabilityAlive(row: OpportunityRow): number;
}

const NAME = 'bg-bb';
const PARAMETERS = ['alpha', 'beta', 'gamma', 'delta'] as const;

/** The model face. */
export interface BgBbFamily extends ModelFamily<OpportunityRow, { probabilityAlive: number }, Record<string, never>> {
  fit(rows: readonly OpportunityRow[], options: Record<string, never>): FittedBgBb;
  load(artifact: Json): FittedBgBb;
}

/**
 * BG/BB (Fader, Hardie & Shang 2010, "Customer-base analysis in a discrete-time noncontractual setting", Marketing Science 29:1086):
 * BG/NBD's sibling where purchases can only happen at given opportunities.
 */
export const bgBb: BgBbFamily = {
  name: NAME,
  fit: (rows) => {
    const groups = groupOpportunities(rows);
    if (groups.every((row) => row.frequency === 0)) {
      throw new NotFittedError(
        'Nobody has taken an opportunity after the first, so nothing can be learned about coming back. Wait for more opportunities.',
      );
    }
    const customers = groups.reduce((sum, row) => sum + row.weight, 0);
    const logLikelihood = likelihood(groups);
    const maximum = maximiseLikelihood({
      logLikelihood,
      starts: [
        [1, 1, 0.5, 2],
        [0.5, 2, 1, 5],
        [2, 2, 0.2, 1],
      ],
      customers,
    });
    const [alpha, beta, gamma, delta] = maximum.parameters as unknown as [number, number, number, number];
    return fitted(
      { alpha, beta, gamma, delta },
      {
        converged: maximum.converged,
        iterations: maximum.iterations,
        logLikelihood: logLikelihood(maximum.parameters, new Float64Array(4)),
        rows: customers,
        warnings: maximum.converged
          ? []
          : ['The fit did not converge: there may be too few opportunities to tell leaving from passing.'],
      },
    );
  },
  load: (artifact) => {
    const { parameters, diagnostics } = readArtifact(artifact, NAME, 1, PARAMETERS);
    return fitted(parameters, diagnostics);
  },
};

function groupOpportunities(rows: readonly OpportunityRow[]): readonly Required<OpportunityRow>[] {
  for (const [row, { frequency, recency, opportunities, weight }] of rows.entries()) {
    const refuse = (field: string, expected: string, found: number) => {
      throw new DataError({ row, field, expected, found: String(found), remedy: 'check the history of this customer' });
    };
    if (!Number.isInteger(opportunities) || opportunities < 0)
      refuse('opportunities', 'a whole number, 0 or more', opportunities);
    if (!Number.isInteger(frequency) || frequency < 0 || frequency > recency)
      refuse('frequency', `a whole number from 0 to recency (${recency})`, frequency);
    if (!Number.isInteger(recency) || recency > opportunities || (frequency === 0) !== (recency === 0))
      refuse('recency', `a whole number up to opportunities (${opportunities}), 0 only where frequency is 0`, recency);
    if (weight !== undefined && !(weight > 0 && Number.isFinite(weight))) refuse('weight', 'a number above 0', weight);
  }
  const groups = new Map<string, Required<OpportunityRow>>();
  for (const { frequency, recency, opportunities, weight } of rows) {
    const key = `${opportunities},${recency},${frequency}`;
    const group = groups.get(key) ?? { frequency, recency, opportunities, weight: 0 };
    group.weight += weight ?? 1;
    groups.set(key, group);
  }
  return [...groups.values()].sort(
    (a, b) => a.opportunities - b.opportunities || a.recency - b.recency || a.frequency - b.frequency,
  );
}

/** Their eq. 5: still active after n, or left after opportunity t_x + i, for each i; with the gradient by alpha, beta, gamma, delta. */
function likelihood(rows: readonly Required<OpportunityRow>[]): LogLikelihood {
  return (parameters, gradient) => {
    const [alpha, beta, gamma, delta] = parameters as unknown as [number, number, number, number];
    const base = -logBeta(alpha, beta) - logBeta(gamma, delta);
    const [psiAlpha, psiBeta, psiAB] = [digamma(alpha), digamma(beta), digamma(alpha + beta)];
    const [psiGamma, psiDelta, psiGD] = [digamma(gamma), digamma(delta), digamma(gamma + delta)];
    gradient.fill(0);
    let total = 0;
    for (const { frequency: x, recency, opportunities: n, weight } of rows) {
      // Each way in which this history can have come about: up to opportunity `until`, and then gone or not.
      const ways: { until: number; gone: 0 | 1 }[] = [{ until: n, gone: 0 }];
      for (let until = recency; until < n; until += 1) ways.push({ until, gone: 1 });
      const logs = ways.map(
        ({ until, gone }) => base + logBeta(alpha + x, beta + until - x) + logBeta(gamma + gone, delta + until),
      );
      const top = Math.max(...logs);
      const sum = logs.reduce((all, each) => all + Math.exp(each - top), 0);
      total += weight * (top + Math.log(sum));
      for (const [i, { until, gone }] of ways.entries()) {
        const share = (weight * Math.exp((logs[i] as number) - top)) / sum;
        const both = psiAB - digamma(alpha + beta + until);
        const stay = psiGD - digamma(gamma + delta + until + gone);
        gradient[0] = (gradient[0] as number) + share * (digamma(alpha + x) - psiAlpha + both);
        gradient[1] = (gradient[1] as number) + share * (digamma(beta + until - x) - psiBeta + both);
        gradient[2] = (gradient[2] as number) + share * (digamma(gamma + gone) - psiGamma + stay);
        gradient[3] = (gradient[3] as number) + share * (digamma(delta + until) - psiDelta + stay);
      }
    }
    return total;
  };
}

function fitted(given: BgBbParameters, diagnostics: FitDiagnostics): FittedBgBb {
  const parameters = Object.freeze({ ...given });
  const { alpha, beta, gamma, delta } = parameters;
  const base = -logBeta(alpha, beta) - logBeta(gamma, delta);
  const logLikelihoodOf = (row: OpportunityRow) =>
    likelihood([{ ...row, weight: 1 }])(Float64Array.of(alpha, beta, gamma, delta), new Float64Array(4));
  const probabilityAlive = (row: OpportunityRow) => {
    const { frequency: x, opportunities: n } = row;
    const log = base + logBeta(alpha + x, beta + n - x) + logBeta(gamma, delta + n + 1);
    return Math.exp(log - logLikelihoodOf(row));
  };
  return {
    name: NAME,
    parameters,
    diagnostics,
    probabilityAlive,
    expectedPurchases: (row, opportunities) => {
      const { frequency: x, opportunities: n } = row;
      // P(active at n + j) summed over the next opportunities, each taken with the posterior mean chance.
      let sum = 0;
      for (let j = 1; j <= opportunities; j += 1) {
        sum += Math.exp(base + logBeta(alpha + x + 1, beta + n - x) + logBeta(gamma, delta + n + j));
      }
      return sum / Math.exp(logLikelihoodOf(row));
    },
    predict: (rows) => rows.map((row) => ({ probabilityAlive: probabilityAlive(row) })),
    save: () => ({ model: NAME, formatVersion: 1, parameters: { ...parameters }, diagnostics }),
  };
}
