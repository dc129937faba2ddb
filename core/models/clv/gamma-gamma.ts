import { DataError, NotFittedError } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import { minimise } from '../../math/lbfgs.ts';
import { pearson } from '../../math/ranks.ts';
import { digamma, logGamma } from '../../math/special.ts';
import type { FitDiagnostics, FittedModel, ModelArtifact, ModelFamily } from '../../ports/model.ts';
import { PUBLIC_PRIORS, penalised, priorWeight } from './public-prior.ts';

/** A customer's spend: mean amount of the repeat purchase days that had one, in major units. */
export interface SpendRow {
  /** Repeat purchase days with an amount above zero. */
  spendDays: number;
  /** Mean amount of those days; 0 when there are none. */
  meanSpend: number;
}

/**
 * p, q, v of Fader, Hardie & Lee (2005b): amounts Gamma(p, nu), nu Gamma(q, v). `trend` is 0 in their model; otherwise v is that of
 * a customer with one repeat purchase day, and grows as spendDays ** trend.
 */
export interface GammaGammaParameters {
  p: number;
  q: number;
  v: number;
  trend: number;
}

/** A fitted Gamma-Gamma model of spend. */
export interface FittedGammaGamma extends FittedModel<SpendRow, number> {
  readonly parameters: GammaGammaParameters;
  /** Pearson's correlation of frequency and mean spend in the book: the model without trend assumes that there is none. */
  readonly spendFrequencyCorrelation: number;
  /** Expected amount of a future purchase day (their eq. 5). */
  expectedSpend(row: SpendRow): number;
  /** Posterior of nu given the row: Gamma(shape, rate). */
  posterior(row: SpendRow): { shape: number; rate: number };
}

const NAME = 'gamma-gamma';
/** 2 added `trend`. */
const FORMAT_VERSION = 2;
/** From here on the assumption of independence does not hold, and spend is let to follow frequency. */
const STRONG_CORRELATION = 0.3;

/** The model face of Gamma-Gamma. */
export interface GammaGammaFamily extends ModelFamily<SpendRow, number, Record<string, never>> {
  fit(rows: readonly SpendRow[], options: Record<string, never>): FittedGammaGamma;
  load(artifact: Json): FittedGammaGamma;
}

/** The Gamma-Gamma model of spend per purchase day (Fader, Hardie & Lee 2005b, "RFM and CLV"; Fader & Hardie note 025). */
export const gammaGamma: GammaGammaFamily = {
  name: NAME,
  fit: (rows) => {
    const usable: SpendRow[] = [];
    for (const [row, { spendDays, meanSpend }] of rows.entries()) {
      if (!(meanSpend >= 0) || !Number.isFinite(meanSpend)) {
        throw new DataError({
          row,
          field: 'meanSpend',
          expected: 'an amount of zero or more',
          found: String(meanSpend),
          remedy: 'net refunds against their orders first',
        });
      }
      if (!Number.isInteger(spendDays) || spendDays < 0) {
        throw new DataError({
          row,
          field: 'spendDays',
          expected: 'a whole number of purchase days, 0 or more',
          found: String(spendDays),
          remedy: 'check the transactions of this customer',
        });
      }
      if (spendDays > 0 && meanSpend > 0) usable.push({ spendDays, meanSpend });
    }
    if (usable.length < 2) {
      throw new NotFittedError(
        'No customer has a repeat purchase with an amount, so spend cannot be learned. Bring in amounts or older orders.',
      );
    }
    const sorted = usable.sort((a, b) => a.spendDays - b.spendDays || a.meanSpend - b.meanSpend);
    const n = sorted.length;
    const x = Float64Array.from(sorted, (row) => row.spendDays);
    const spend = Float64Array.from(sorted, (row) => row.meanSpend);
    const correlation = pearson(x, spend);
    const trend = Math.abs(correlation) > STRONG_CORRELATION ? logLogSlope(x, spend) : 0;
    const level = x.map((days) => days ** trend);
    const scale = spend.reduce((sum, amount, i) => sum + amount / (level[i] as number), 0) / n;
    const z = spend.map((amount, i) => amount / (level[i] as number) / scale);
    const penalty = priorWeight(n);
    const run = minimise((theta, gradient) => objective(x, z, penalty, theta, gradient), [1, 1, 0], {
      tolerance: 1e-10,
    });
    const [p, q, vScaled] = [...run.x].map(Math.exp) as [number, number, number];
    const warnings: string[] = [];
    if (!run.converged)
      warnings.push('The fit of spend did not converge: amounts may be nearly all alike or contain extreme orders.');
    if (Math.abs(correlation) > STRONG_CORRELATION) {
      warnings.push(
        `Spend and frequency are correlated (${correlation.toFixed(2)}): customers who buy ${correlation > 0 ? 'more often spend more' : 'more often spend less'} each time. The Gamma-Gamma model assumes that away, so here its level follows the number of purchases to the power ${trend.toFixed(2)}.`,
      );
    }
    if (q <= 1)
      warnings.push(
        'The spread of spend is so wide that its mean is not finite (q <= 1): a few customers decide the value of the book.',
      );
    if (penalty > 0) {
      warnings.push(
        `Only ${n} customers have repeat purchases with an amount: spend leans on a published book (CDNOW) with weight ${penalty.toFixed(2)}.`,
      );
    }
    const largest = sorted.reduce((most, row) => Math.max(most, row.spendDays * row.meanSpend), 0);
    const total = sorted.reduce((sum, row) => sum + row.spendDays * row.meanSpend, 0);
    if (n >= 10 && largest > total / 4) {
      warnings.push(
        `One customer holds ${Math.round((100 * largest) / total)} % of the repeat spend: look at the figures without the top customer, and check that the amount is real.`,
      );
    }
    const logLevels = level.reduce((sum, each) => sum + Math.log(each), 0);
    const parameters = { p, q, v: vScaled * scale, trend };
    return fitted(
      parameters,
      // The density of spend is that of z, divided by the scale of each.
      {
        converged: run.converged,
        iterations: run.iterations,
        logLikelihood: -objective(x, z, 0, run.x, new Float64Array(3)) * n - n * Math.log(scale) - logLevels,
        rows: n,
        warnings,
      },
      correlation,
    );
  },
  load: (artifact) => {
    const saved = artifact as unknown as ModelArtifact;
    if (saved?.model !== NAME || saved.formatVersion !== FORMAT_VERSION) {
      throw new DataError({
        field: 'model',
        expected: `a saved ${NAME} of format ${FORMAT_VERSION}`,
        found: `${saved?.model} of format ${saved?.formatVersion}`,
        remedy: 'train again',
      });
    }
    const { correlation, ...parameters } = saved.parameters as unknown as GammaGammaParameters & {
      correlation: number;
    };
    return fitted(parameters, saved.diagnostics, correlation);
  },
};

/** Slope of the logarithm of spend on that of frequency, by least squares. */
function logLogSlope(x: Float64Array, spend: Float64Array): number {
  const [logX, logSpend] = [x.map(Math.log), spend.map(Math.log)];
  const deviation = (values: Float64Array) => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0));
  };
  return (pearson(logX, logSpend) * deviation(logSpend)) / deviation(logX);
}

/**
 * Minus the mean log-likelihood (Fader & Hardie note 025, eq. 1a) and its gradient in log-parameters; with the public prior of p
 * and q, which have no unit, in the weight of `penalty`.
 */
function objective(
  x: Float64Array,
  z: Float64Array,
  penalty: number,
  theta: Float64Array,
  gradient: Float64Array,
): number {
  if (theta.some((value) => Math.abs(value) > 20)) return Number.POSITIVE_INFINITY;
  const [p, q, v] = [...theta].map(Math.exp) as [number, number, number];
  const n = x.length;
  let total = 0;
  let [dp, dq, dv] = [0, 0, 0];
  let lastX = -1;
  let [logs, psiSum, psiShape] = [0, 0, 0];
  const psiQ = digamma(q);
  const logQ = logGamma(q);
  const logV = Math.log(v);
  for (let i = 0; i < n; i += 1) {
    const xi = x[i] as number;
    const zi = z[i] as number;
    if (xi !== lastX) {
      lastX = xi;
      logs = logGamma(p * xi + q) - logGamma(p * xi) - logQ;
      psiSum = digamma(p * xi + q);
      psiShape = digamma(p * xi);
    }
    const logRest = Math.log(xi * zi + v);
    const logXZ = Math.log(xi) + Math.log(zi);
    total += logs + q * logV + p * xi * logXZ - Math.log(zi) - (p * xi + q) * logRest;
    dp += xi * (psiSum - psiShape + logXZ - logRest);
    dq += psiSum - psiQ + logV - logRest;
    dv += q / v - (p * xi + q) / (xi * zi + v);
  }
  gradient[0] = (-dp * p) / n;
  gradient[1] = (-dq * q) / n;
  gradient[2] = (-dv * v) / n;
  return penalised(-total, { prior: PUBLIC_PRIORS[NAME], weight: penalty, theta, gradient, customers: n });
}

function fitted(given: GammaGammaParameters, diagnostics: FitDiagnostics, correlation: number): FittedGammaGamma {
  const parameters = Object.freeze({ ...given });
  const { p, q, v, trend } = parameters;
  const posterior = ({ spendDays, meanSpend }: SpendRow) => ({
    shape: q + p * spendDays,
    rate: v * Math.max(spendDays, 1) ** trend + spendDays * meanSpend,
  });
  const expectedSpend = (row: SpendRow) => {
    const { shape, rate } = posterior(row);
    // With q <= 1 a customer without spend has no finite mean: the median of nu stands in for it.
    return (p * rate) / Math.max(shape - 1, 0.1);
  };
  return {
    name: NAME,
    parameters,
    diagnostics,
    spendFrequencyCorrelation: correlation,
    expectedSpend,
    posterior,
    predict: (rows) => rows.map(expectedSpend),
    save: () => ({
      model: NAME,
      formatVersion: FORMAT_VERSION,
      parameters: { ...parameters, correlation },
      diagnostics,
    }),
  };
}
