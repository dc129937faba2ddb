import type { Json } from '../../domain/json.ts';
import { gaussLegendre, integrateFromZero } from '../../math/quadrature.ts';
import { gamma } from '../../math/random.ts';
import type { FitDiagnostics } from '../../ports/model.ts';
import { infiniteHorizonWeeks } from './discounting.ts';
import { fitTransactions, readArtifact, type TransactionLikelihood } from './fit-transactions.ts';
import { paretoLikelihood, paretoTerms } from './pareto-nbd-likelihood.ts';
import { PUBLIC_PRIORS } from './public-prior.ts';
import type { FittedTransactionModel, TransactionModelFamily, TransactionOptions } from './transaction-model.ts';
import type { TransactionRow } from './transaction-row.ts';
import { type TransactionTable, transactionTable } from './transaction-table.ts';

/** Purchase rates are Gamma(r, alpha) a week, dropout rates Gamma(s, beta). */
export type ParetoNbdParameters = Readonly<Record<'r' | 'alpha' | 's' | 'beta', number>>;

/** A fitted Pareto/NBD. All times in weeks. */
export interface FittedParetoNbd extends FittedTransactionModel {
  readonly parameters: ParetoNbdParameters;
  /** Posterior of a customer who is still active: purchase rate Gamma(shape, rate) a week, dropout rate Gamma(s, beta), independent. */
  posteriorWhileActive(row: TransactionRow): { shape: number; rate: number; s: number; beta: number };
}

const NAME = 'pareto-nbd';

const LIKELIHOOD: TransactionLikelihood<'r' | 'alpha' | 's' | 'beta'> = {
  parameterNames: ['r', 'alpha', 's', 'beta'],
  times: ['alpha', 'beta'],
  starts: [
    [0.6, 0.3, 0.6, 0.3],
    [1, 0.2, 0.5, 2],
    [0.5, 0.5, 2, 1],
  ],
  prior: PUBLIC_PRIORS[NAME],
  of: paretoLikelihood,
  warningsOf: ({ s, beta }, table) => {
    const oldest = table.weeks.at(-1) ?? 0;
    const gone = 1 - (beta / (beta + oldest)) ** s;
    return gone < 0.02
      ? [
          `Hardly any customer seems to drop out (${(gone * 100).toFixed(1)} % over the whole time): the book may be cut off on the left, or too young to see anybody leave. Judge by expected purchases, never by P(alive), and bring in older orders.`,
        ]
      : [];
  },
};

/**
 * Pareto/NBD (Schmittlein, Morrison & Colombo 1987; implementation notes Fader & Hardie 2005): customers buy at their own constant
 * rate until they leave, at a moment of their own that no purchase need precede.
 */
export const paretoNbd: TransactionModelFamily<FittedParetoNbd> = {
  name: NAME,
  fit: (rows, options) => fitTable(transactionTable(rows), options),
  fitTable,
  load: (artifact: Json) => {
    const { parameters, diagnostics } = readArtifact(artifact, NAME, 1, LIKELIHOOD.parameterNames);
    return fitted(parameters, diagnostics);
  },
};

function fitTable(table: TransactionTable, options: TransactionOptions): FittedParetoNbd {
  const { parameters, diagnostics } = fitTransactions(table, LIKELIHOOD, options);
  return fitted(parameters, diagnostics);
}

interface Active {
  shape: number;
  rate: number;
  s: number;
  beta: number;
}

function fitted(given: ParetoNbdParameters, diagnostics: FitDiagnostics): FittedParetoNbd {
  const parameters = Object.freeze({ ...given });
  const { r, alpha, s, beta } = parameters;
  // Futures are drawn of one customer many times in a row, and the terms can take an integral: the last answer is kept.
  let [lastFrequency, lastRecency, lastAge, lastAlive] = [-1, -1, -1, 0];
  const probabilityAlive = ({ frequency, recencyWeeks, ageWeeks }: TransactionRow) => {
    if (frequency === lastFrequency && recencyWeeks === lastRecency && ageWeeks === lastAge) return lastAlive;
    const { active, gone } = paretoTerms(parameters, frequency, recencyWeeks, ageWeeks);
    [lastFrequency, lastRecency, lastAge] = [frequency, recencyWeeks, ageWeeks];
    lastAlive = active === 0 ? 0 : active / (active + gone);
    return lastAlive;
  };
  const posteriorWhileActive = ({ frequency, ageWeeks }: TransactionRow) => ({
    shape: r + frequency,
    rate: alpha + ageWeeks,
    s,
    beta: beta + ageWeeks,
  });
  return {
    name: NAME,
    parameters,
    diagnostics,
    posteriorWhileActive,
    expectedPurchases: (row, weeks) =>
      weeks > 0 ? probabilityAlive(row) * purchasesWhileActive(posteriorWhileActive(row), weeks) : 0,
    discountedPurchases: (row, weeks, discountPerWeek) => {
      const p = posteriorWhileActive(row);
      return (
        probabilityAlive(row) *
        (p.shape / p.rate) *
        integrateFromZero(
          (week) => discountPerWeek ** week * (1 + week / p.beta) ** -p.s,
          infiniteHorizonWeeks(weeks, discountPerWeek),
          p.beta,
        )
      );
    },
    probabilityOfNoPurchase: (row, weeks) =>
      weeks > 0 ? 1 - probabilityAlive(row) * (1 - noPurchaseWhileActive(posteriorWhileActive(row), weeks)) : 1,
    distributionOfPurchases: (row, weeks, most) => {
      const alive = probabilityAlive(row);
      const distribution = distributionOfActive(posteriorWhileActive(row), weeks, most).map((each) => alive * each);
      distribution[0] = (distribution[0] as number) + 1 - alive;
      return distribution;
    },
    purchaseRateWhileActive: ({ frequency, ageWeeks }) => (r + frequency) / (alpha + ageWeeks),
    drawPurchases: (row, weeks, random, onPurchase) => {
      if (random.next() >= probabilityAlive(row)) return;
      const p = posteriorWhileActive(row);
      const rate = gamma(random, p.shape) / p.rate;
      const dropoutRate = gamma(random, p.s) / p.beta;
      const end = Math.min(weeks, -Math.log(1 - random.next()) / dropoutRate);
      for (let week = 0; ; ) {
        week -= Math.log(1 - random.next()) / rate;
        if (!(week < end)) return;
        onPurchase(week);
      }
    },
    expectedPurchasesOfNewcomer: (weeks) =>
      weeks > 0 ? purchasesWhileActive({ shape: r, rate: alpha, s, beta }, weeks) : 0,
    predict: (rows) => rows.map((row) => ({ probabilityAlive: probabilityAlive(row) })),
    save: () => ({ model: NAME, formatVersion: 1, parameters: { ...parameters }, diagnostics }),
  };
}

/** Expected purchases of a customer now active in the next `weeks` (Fader & Hardie 2005, eq. 27 with updated parameters). */
function purchasesWhileActive({ shape, rate, s, beta }: Active, weeks: number): number {
  const logGrowth = Math.log1p(weeks / beta);
  const power = (s - 1) * logGrowth;
  // (1 - exp(-power)) / (s - 1), which is log growth itself at s = 1.
  const share = Math.abs(power) < 1e-12 ? logGrowth : -Math.expm1(-power) / (s - 1);
  return (shape / rate) * beta * share;
}

/** P(no purchase in the next `weeks`) of a customer now active: the likelihood of a silent newcomer with updated parameters. */
function noPurchaseWhileActive({ shape, rate, s, beta }: Active, weeks: number): number {
  const { active, gone } = paretoTerms({ r: shape, alpha: rate, s, beta }, 0, 0, weeks);
  // Relative to P(0) = rate^-shape beta^-s, which is what the factors before it cancel.
  return Math.min(active + gone, 1);
}

/** P(X = 0, 1, ..., most) of a customer now active: negative binomial up to the end or up to the moment of leaving, integrated over it. */
function distributionOfActive(p: Active, weeks: number, most: number): Float64Array {
  const result = new Float64Array(most + 1);
  const add = (until: number, weight: number) => {
    const z = until / (p.rate + until);
    let exactly = weight * (p.rate / (p.rate + until)) ** p.shape;
    for (let n = 0; n <= most; n += 1) {
      result[n] = (result[n] as number) + exactly;
      exactly *= ((p.shape + n) / (n + 1)) * z;
    }
  };
  const end = Math.log1p(weeks / p.beta);
  add(weeks, Math.exp(-p.s * end));
  const { nodes, weights } = gaussLegendre(32);
  for (let i = 0; i < nodes.length; i += 1) {
    const v = end * (nodes[i] as number);
    add(p.beta * Math.expm1(v), (weights[i] as number) * end * p.s * Math.exp(-p.s * v));
  }
  return result;
}
