import { DataError, NotFittedError } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import { minimise } from '../../math/lbfgs.ts';
import { digamma, hyp2f1, logAddExp, logGamma } from '../../math/special.ts';
import type { FitDiagnostics, FittedModel, ModelArtifact, ModelFamily } from '../../ports/model.ts';
import { groupRows, type TransactionRow, type WeightedRow } from './transaction-row.ts';

/** Parameters of both models: purchase rates are Gamma(r, alpha) a week, dropout chances Beta(a, b). */
export interface BetaGeometricParameters {
  r: number;
  alpha: number;
  a: number;
  b: number;
}

/** What the models say of one customer. */
export interface TransactionForecast {
  /** P(alive): for diagnosis only, never a score: BG/NBD gives every one-time buyer 1. */
  probabilityAlive: number;
}

/** A fitted BG/NBD or MBG/NBD with everything scoring asks of it. All times in weeks. */
export interface FittedBetaGeometric extends FittedModel<TransactionRow, TransactionForecast> {
  readonly parameters: BetaGeometricParameters;
  /** Conditional expectation of purchases in the next `weeks` (Fader, Hardie & Lee 2005, eq. 10). */
  expectedPurchases(row: TransactionRow, weeks: number): number;
  /** The same with each purchase discounted to today; `discountPerWeek` is the factor of one week, e.g. 1.1 ** (-7 / 365). */
  discountedPurchases(row: TransactionRow, weeks: number, discountPerWeek: number): number;
  /** Probability of no purchase in the next `weeks`. */
  probabilityOfNoPurchase(row: TransactionRow, weeks: number): number;
  /** Posterior of a customer who is still active: purchase rate Gamma(shape, rate) a week, dropout chance Beta(a, b). */
  posteriorWhileActive(row: TransactionRow): { shape: number; rate: number; a: number; b: number };
}

export interface BetaGeometricOptions {
  /** Weight of the penalty on the squared log-parameters; 0 fits by plain maximum likelihood. */
  penalty?: number;
}

/** Starting points in log space for data whose time is scaled to a maximum of 1: several, because the surface can be flat. */
const STARTS: readonly (readonly [number, number, number, number])[] = [
  [0, -1, 0, 0.7],
  [-1, -2, -0.5, 1.5],
  [0.7, 0, -2, 0],
];

/**
 * BG/NBD (Fader, Hardie & Lee 2005): dropout may follow a repeat purchase. A one-time buyer therefore counts as certainly alive.
 */
export const bgNbd: BetaGeometricFamily = family('bg-nbd', 0);

/** MBG/NBD (Batislam, Denizel & Filiztekin 2007): dropout may follow any purchase, the first included. */
export const mbgNbd: BetaGeometricFamily = family('mbg-nbd', 1);

/** The model face of both. */
export interface BetaGeometricFamily extends ModelFamily<TransactionRow, TransactionForecast, BetaGeometricOptions> {
  fit(rows: readonly TransactionRow[], options: BetaGeometricOptions): FittedBetaGeometric;
  load(artifact: Json): FittedBetaGeometric;
}

/** Both models in one: `extra` is the number of dropout chances before the first repeat purchase, 0 or 1. */
function family(name: 'bg-nbd' | 'mbg-nbd', extra: 0 | 1) {
  return {
    name,
    fit: (rows: readonly TransactionRow[], options: BetaGeometricOptions) => {
      const groups = groupRows(rows);
      if (groups.every((row) => row.frequency === 0)) {
        throw new NotFittedError(
          'No customer has bought twice, so nothing can be learned about buying again. Wait for repeat purchases, or bring in older transactions.',
        );
      }
      const { parameters, diagnostics } = estimate(groups, extra, options.penalty ?? 0);
      return fitted(name, extra, parameters, diagnostics);
    },
    load: (artifact: Json) => {
      const saved = artifact as unknown as ModelArtifact;
      if (saved?.model !== name || saved.formatVersion !== 1) {
        throw new DataError({
          field: 'model',
          expected: `a saved ${name} of format 1`,
          found: `${saved?.model} of format ${saved?.formatVersion}`,
          remedy: 'train again, or update Staypower',
        });
      }
      return fitted(name, extra, saved.parameters as unknown as BetaGeometricParameters, saved.diagnostics);
    },
  };
}

function estimate(groups: readonly WeightedRow[], extra: 0 | 1, penalty: number) {
  // In units of the longest age, the scale parameter is near 1 whatever the unit of time.
  const scale = Math.max(...groups.map((row) => row.ageWeeks), 1e-9);
  const scaled = groups.map((row) => ({
    ...row,
    recencyWeeks: row.recencyWeeks / scale,
    ageWeeks: row.ageWeeks / scale,
  }));
  const customers = groups.reduce((sum, row) => sum + row.weight, 0);
  const purchases = groups.reduce((sum, row) => sum + row.weight * row.frequency, 0);
  const objective = (theta: Float64Array, gradient: Float64Array) => {
    if (theta.some((value) => Math.abs(value) > 20)) return Number.POSITIVE_INFINITY;
    const logLikelihood = logLikelihoodAndGradient(scaled, theta.map(Math.exp), extra, gradient);
    let penalised = -logLikelihood / customers;
    for (let i = 0; i < 4; i += 1) {
      const value = theta[i] as number;
      // From d/dparameter to d/dlog(parameter), by the mean over customers.
      gradient[i] = (-(gradient[i] as number) * Math.exp(value)) / customers + 2 * penalty * value;
      penalised += penalty * value * value;
    }
    return penalised;
  };
  const runs = STARTS.map((start) => minimise(objective, start, { tolerance: 1e-10 }));
  const best = runs.reduce((a, b) => (b.value < a.value ? b : a));
  const [r, alphaScaled, a, b] = [...best.x].map(Math.exp) as [number, number, number, number];
  const parameters = { r, alpha: alphaScaled * scale, a, b };
  const logLikelihood = logLikelihoodAndGradient(
    groups,
    Float64Array.of(r, parameters.alpha, a, b),
    extra,
    new Float64Array(4),
  );
  const warnings: string[] = [];
  if (!best.converged) {
    warnings.push(
      'The fit did not converge. Try a penalty of 0.01, or check for customers with extreme purchase counts.',
    );
  }
  if (a < 0.01 || a / (a + b) < 0.005) {
    warnings.push(
      'Hardly any customer seems to drop out (a is near 0): the book may be cut off on the left, or too young to see anybody leave.',
    );
  }
  if (purchases < 50) warnings.push(`Only ${purchases} repeat purchases: the parameters are a rough guess.`);
  const diagnostics: FitDiagnostics = {
    converged: best.converged,
    iterations: runs.reduce((sum, run) => sum + run.iterations, 0),
    logLikelihood,
    rows: customers,
    warnings,
  };
  return { parameters, diagnostics };
}

/**
 * The log-likelihood of grouped rows and its gradient by r, alpha, a, b (Fader, Hardie & Lee 2005, eq. 6, in logs; MBG/NBD alike
 * with k = x + 1 dropout chances survived).
 */
function logLikelihoodAndGradient(
  rows: readonly WeightedRow[],
  parameters: Float64Array,
  extra: 0 | 1,
  gradient: Float64Array,
): number {
  const [r, alpha, a, b] = parameters as unknown as [number, number, number, number];
  const [logR, logAB, logB] = [logGamma(r), logGamma(a + b), logGamma(b)];
  const [psiR, psiAB, psiB] = [digamma(r), digamma(a + b), digamma(b)];
  const logAlpha = Math.log(alpha);
  const logA = Math.log(a);
  gradient.fill(0);
  let total = 0;
  // Rows come sorted by frequency: what depends on x alone is computed once for each x.
  let lastX = -1;
  let constant = 0;
  let psiRx = 0;
  let psiBk = 0;
  let psiABk = 0;
  for (const { frequency: x, recencyWeeks, ageWeeks, weight } of rows) {
    const k = x + extra;
    if (x !== lastX) {
      lastX = x;
      constant = logGamma(r + x) - logR + r * logAlpha + logGamma(b + k) - logGamma(a + b + k) - logB + logAB;
      psiRx = digamma(r + x);
      psiBk = digamma(b + k);
      psiABk = digamma(a + b + k);
    }
    const logAge = Math.log(alpha + ageWeeks);
    const logRecency = Math.log(alpha + recencyWeeks);
    const active = -(r + x) * logAge;
    const left = k > 0 ? logA - Math.log(b + k - 1) - (r + x) * logRecency : Number.NEGATIVE_INFINITY;
    const sum = logAddExp(active, left);
    const share = Math.exp(active - sum);
    const gone = k > 0 ? 1 - share : 0;
    total += weight * (constant + sum);
    gradient[0] = (gradient[0] as number) + weight * (psiRx - psiR + logAlpha - share * logAge - gone * logRecency);
    gradient[1] =
      (gradient[1] as number) +
      weight * (r / alpha - (r + x) * (share / (alpha + ageWeeks) + gone / (alpha + recencyWeeks)));
    gradient[2] = (gradient[2] as number) + weight * (psiAB - psiABk + gone / a);
    gradient[3] = (gradient[3] as number) + weight * (psiBk - psiABk - psiB + psiAB - (k > 0 ? gone / (b + k - 1) : 0));
  }
  return total;
}

/** Nodes and weights of Gauss-Legendre quadrature on [0, 1] with 8 points: the discounted integral is smooth. */
const NODES = [
  0.0198550717512319, 0.101666761293187, 0.237233795041836, 0.408282678752175, 0.591717321247825, 0.762766204958164,
  0.898333238706813, 0.980144928248768,
];
const WEIGHTS = [
  0.0506142681451881, 0.111190517226687, 0.156853322938944, 0.181341891689181, 0.181341891689181, 0.156853322938944,
  0.111190517226687, 0.0506142681451881,
];

function fitted(
  name: 'bg-nbd' | 'mbg-nbd',
  extra: 0 | 1,
  given: BetaGeometricParameters,
  diagnostics: FitDiagnostics,
): FittedBetaGeometric {
  const parameters = Object.freeze({ ...given });
  const { r, alpha, a, b } = parameters;

  const probabilityAlive = ({ frequency: x, recencyWeeks, ageWeeks }: TransactionRow) => {
    const k = x + extra;
    if (k === 0) return 1;
    const odds = (a / (b + k - 1)) * ((alpha + ageWeeks) / (alpha + recencyWeeks)) ** (r + x);
    return 1 / (1 + odds);
  };
  const posteriorWhileActive = ({ frequency: x, ageWeeks }: TransactionRow) => ({
    shape: r + x,
    rate: alpha + ageWeeks,
    a,
    b: b + x + extra,
  });
  /** Purchases a week, `weeks` from now, of a customer now active (the derivative of eq. 9, by Pfaff's transformation). */
  const rateAt = (row: TransactionRow, weeks: number) => {
    const p = posteriorWhileActive(row);
    const y = weeks / p.rate;
    return (p.shape / p.rate) * (1 + y) ** -p.a * hyp2f1(p.a, p.a + p.b - p.shape - 1, p.a + p.b, y / (1 + y));
  };
  const model: FittedBetaGeometric = {
    name,
    parameters,
    diagnostics,
    posteriorWhileActive,
    expectedPurchases: (row, weeks) => {
      if (weeks <= 0) return 0;
      const p = posteriorWhileActive(row);
      const z = weeks / (p.rate + weeks);
      // Euler's transformation of eq. 9: small arguments, no overflow at x = 500. Nudged off a = 1, where both factors vanish.
      const aa = Math.abs(p.a - 1) < 1e-7 ? p.a + 2e-7 : p.a;
      const c = aa + p.b - 1;
      const whileActive = (c / (aa - 1)) * (1 - (1 - z) ** (aa - 1) * hyp2f1(c - p.shape, aa - 1, c, z));
      return probabilityAlive(row) * whileActive;
    },
    discountedPurchases: (row, weeks, discountPerWeek) => {
      let sum = 0;
      for (let i = 0; i < NODES.length; i += 1) {
        const at = weeks * (NODES[i] as number);
        sum += (WEIGHTS[i] as number) * discountPerWeek ** at * rateAt(row, at);
      }
      return probabilityAlive(row) * weeks * sum;
    },
    probabilityOfNoPurchase: (row, weeks) => {
      const p = posteriorWhileActive(row);
      return 1 - probabilityAlive(row) * (1 - (p.rate / (p.rate + weeks)) ** p.shape);
    },
    predict: (rows) => rows.map((row) => ({ probabilityAlive: probabilityAlive(row) })),
    save: () => ({ model: name, formatVersion: 1, parameters: { ...parameters }, diagnostics }),
  };
  return model;
}
