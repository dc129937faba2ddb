import { DataError, NotFittedError } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import { minimise } from '../../math/lbfgs.ts';
import { digamma, logGamma } from '../../math/special.ts';
import type { FitDiagnostics, FittedModel, ModelFamily } from '../../ports/model.ts';
import { readArtifact } from './fit-transactions.ts';
import type { SpendModel } from './lifetime-value.ts';
import { PUBLIC_PRIORS, penalised, priorWeight } from './public-prior.ts';

/** The amounts of a customer's purchase days, the first included, as far as a fitted model reads them; days without an amount left out. */
export interface OrderAmounts {
  /** Purchase days with an amount above zero. */
  amounts: number;
  /** Their sum, major units. */
  totalAmount: number;
}

/** The same with what the fit needs. */
export interface OrderSpendRow extends OrderAmounts {
  /** Sum of their natural logarithms: what tells how much one customer's amounts vary. */
  logAmounts: number;
}

/** A fitted model; parameters as in the Gamma-Gamma model. */
export interface FittedOrderSpend extends FittedModel<OrderSpendRow, number>, SpendModel<OrderAmounts> {
  readonly parameters: Readonly<Record<'p' | 'q' | 'v', number>>;
}

/** The model face. */
export interface OrderSpendFamily extends ModelFamily<OrderSpendRow, number, Record<string, never>> {
  fit(rows: readonly OrderSpendRow[], options: Record<string, never>): FittedOrderSpend;
  load(artifact: Json): FittedOrderSpend;
}

const NAME = 'order-spend';
const PARAMETERS = ['p', 'q', 'v'] as const;

/**
 * The Gamma-Gamma model (amounts Gamma(p, nu), nu Gamma(q, v)) fitted to single amounts instead of customers' means. Means say how
 * customers differ and leave p, how much one customer's amounts vary, to the shape of a curve: on CDNOW it comes out three times too
 * regular, and intervals too narrow. Here p is measured, and first purchases count.
 */
export const orderSpend: OrderSpendFamily = {
  name: NAME,
  fit: (rows) => {
    for (const [row, each] of rows.entries()) checkRow(each, row);
    const used = rows
      .filter(({ amounts }) => amounts > 0)
      .sort((a, b) => a.amounts - b.amounts || a.totalAmount - b.totalAmount || a.logAmounts - b.logAmounts);
    const repeats = used.filter(({ amounts }) => amounts > 1).length;
    if (repeats < 2) {
      throw new NotFittedError(
        'Fewer than two customers have two purchases with an amount, so it cannot be told how amounts vary. Bring in amounts or older orders.',
      );
    }
    const scale = used.reduce((sum, { amounts, totalAmount }) => sum + totalAmount / amounts, 0) / used.length;
    const penalty = priorWeight(repeats);
    const run = minimise((theta, gradient) => objective(used, scale, penalty, theta, gradient), [1, 1, 0], {
      tolerance: 1e-9,
    });
    const [p, q, vScaled] = [...run.x].map(Math.exp) as [number, number, number];
    const all = used.reduce((sum, { amounts }) => sum + amounts, 0);
    const logLikelihood = -objective(used, scale, 0, run.x, new Float64Array(3)) * used.length - all * Math.log(scale);
    return fitted(
      { p, q, v: vScaled * scale },
      {
        converged: run.converged,
        iterations: run.iterations,
        logLikelihood,
        rows: used.length,
        warnings: run.converged
          ? []
          : ['The fit of amounts did not converge: they may be all alike or contain extreme orders.'],
      },
    );
  },
  load: (artifact) => {
    const { parameters, diagnostics } = readArtifact(artifact, NAME, 1, PARAMETERS);
    return fitted(parameters, diagnostics);
  },
};

function fitted(given: FittedOrderSpend['parameters'], diagnostics: FitDiagnostics): FittedOrderSpend {
  const parameters = Object.freeze({ ...given });
  const { p, q, v } = parameters;
  const posterior = ({ amounts, totalAmount }: OrderAmounts) => ({ shape: q + p * amounts, rate: v + totalAmount });
  const expectedSpend = (row: OrderAmounts) => {
    const { shape, rate } = posterior(row);
    // With q <= 1 a customer without an amount has no finite mean.
    return (p * rate) / Math.max(shape - 1, 0.1);
  };
  return {
    name: NAME,
    parameters,
    diagnostics,
    expectedSpend,
    posterior,
    predict: (rows) => rows.map(expectedSpend),
    save: () => ({ model: NAME, formatVersion: 1, parameters: { ...parameters }, diagnostics }),
  };
}

/** Minus the mean log-likelihood of the amounts, nu integrated out, in log-parameters; with the public prior in the weight of `penalty`. */
function objective(
  rows: readonly OrderSpendRow[],
  scale: number,
  penalty: number,
  theta: Float64Array,
  gradient: Float64Array,
): number {
  if (theta.some((value) => Math.abs(value) > 20)) return Number.POSITIVE_INFINITY;
  const [p, q, v] = [...theta].map(Math.exp) as [number, number, number];
  const [logP, psiP, logQ, psiQ, logV] = [logGamma(p), digamma(p), logGamma(q), digamma(q), Math.log(v)];
  const logScale = Math.log(scale);
  let [total, dp, dq, dv] = [0, 0, 0, 0];
  // Rows come sorted by the number of amounts: what depends on it alone is computed once for each.
  let last = -1;
  let [logSum, psiSum] = [0, 0];
  for (const { amounts: n, totalAmount, logAmounts } of rows) {
    if (n !== last) {
      last = n;
      logSum = logGamma(p * n + q);
      psiSum = digamma(p * n + q);
    }
    const sum = totalAmount / scale;
    const logs = logAmounts - n * logScale;
    const logRest = Math.log(v + sum);
    total += logSum - n * logP - logQ + q * logV + (p - 1) * logs - (p * n + q) * logRest;
    dp += n * (psiSum - psiP - logRest) + logs;
    dq += psiSum - psiQ + logV - logRest;
    dv += q / v - (p * n + q) / (v + sum);
  }
  const customers = rows.length;
  gradient[0] = (-dp * p) / customers;
  gradient[1] = (-dq * q) / customers;
  gradient[2] = (-dv * v) / customers;
  return penalised(-total, { prior: PUBLIC_PRIORS[NAME], weight: penalty, theta, gradient, customers: customers });
}

function checkRow({ amounts, totalAmount, logAmounts }: OrderSpendRow, row: number): void {
  const refuse = (field: string, expected: string, found: number) => {
    throw new DataError({
      row,
      field,
      expected,
      found: String(found),
      remedy: 'net refunds against their orders first, and leave days without an amount out',
    });
  };
  if (!Number.isInteger(amounts) || amounts < 0) refuse('amounts', 'a whole number, 0 or more', amounts);
  if (!(totalAmount >= 0) || !Number.isFinite(totalAmount) || totalAmount > 0 !== amounts > 0)
    refuse('totalAmount', 'a sum above 0, or 0 of no amounts', totalAmount);
  // The mean of the logarithms is at most the logarithm of the mean (Jensen).
  const most = amounts > 0 ? amounts * Math.log(totalAmount / amounts) + 1e-6 * (amounts + Math.abs(logAmounts)) : 0;
  if (!Number.isFinite(logAmounts) || logAmounts > most)
    refuse('logAmounts', 'the sum of the logarithms of the amounts', logAmounts);
}
