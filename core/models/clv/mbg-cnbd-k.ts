import { DataError, NotFittedError } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import { integrateFromZero } from '../../math/quadrature.ts';
import { beta, gamma } from '../../math/random.ts';
import { digamma, logGamma } from '../../math/special.ts';
import type { FitDiagnostics, FittedModel, ModelFamily } from '../../ports/model.ts';
import { infiniteHorizonWeeks } from './discounting.ts';
import { readArtifact } from './fit-transactions.ts';
import { type LogLikelihood, maximiseLikelihood } from './maximum-likelihood.ts';
import { ENOUGH_REPEAT_CUSTOMERS, PUBLIC_PRIORS, priorWeight } from './public-prior.ts';
import type { FittedTransactionModel, TransactionForecast } from './transaction-model.ts';
import { checkTransactionRow, type TransactionRow } from './transaction-row.ts';

/** A row with what tells regular buyers from random ones. */
export interface TimedRow extends TransactionRow {
  /** Sum of the logarithms of the weeks between purchase days; 0 when frequency is 0. */
  logGaps: number;
}

/** As in MBG/NBD, but alpha is that of the ticks: k of them make a purchase. */
export type MbgCnbdKParameters = Readonly<Record<'k' | 'r' | 'alpha' | 'a' | 'b', number>>;

/** A fitted MBG/CNBD-k: k = 1 is MBG/NBD, the larger k the more regular the purchases. */
export interface FittedMbgCnbdK extends FittedTransactionModel {
  readonly parameters: MbgCnbdKParameters;
}

const NAME = 'mbg-cnbd-k';
/** Beyond this, purchases are as good as clockwork. */
const LARGEST_K = 8;
const PARAMETERS = ['k', 'r', 'alpha', 'a', 'b'] as const;

/** The model face. */
export interface MbgCnbdKFamily extends ModelFamily<TransactionRow, TransactionForecast, Record<string, never>> {
  /** Fits every k up to 8 and keeps the likeliest. */
  fit(rows: readonly TimedRow[], options: Record<string, never>): FittedMbgCnbdK;
  load(artifact: Json): FittedMbgCnbdK;
}

/**
 * MBG/CNBD-k (Platzer & Reutterer 2016, "Ticking away the moments", Marketing Science 35:779; Reutterer, Platzer & Schröder 2021):
 * times between purchases are Erlang-k, so that a regular buyer who is overdue is missed sooner. A purchase is every k-th tick of a
 * hidden Poisson clock, which makes the predictive distribution exact: ticks so far are a mixture, ticks to come negative binomial.
 */
export const mbgCnbdK: MbgCnbdKFamily = {
  name: NAME,
  fit: (rows) => {
    const groups = groupTimed(rows);
    const repeats = groups.reduce((sum, row) => sum + (row.frequency > 0 ? row.weight : 0), 0);
    if (repeats === 0) {
      throw new NotFittedError(
        'No customer has bought twice, so nothing can be learned about regularity. Wait for repeat purchases, or bring in older transactions.',
      );
    }
    const scale = Math.max(...groups.map((row) => row.ageWeeks), 1e-9);
    const scaled = groups.map((row) => ({
      ...row,
      recencyWeeks: row.recencyWeeks / scale,
      ageWeeks: row.ageWeeks / scale,
      logGaps: row.logGaps - row.weight * row.frequency * Math.log(scale),
    }));
    const weight = Math.max(priorWeight(repeats), 1e-4);
    const prior = PUBLIC_PRIORS['mbg-nbd'].map((each, i) => (i === 1 ? { ...each, value: each.value / scale } : each));
    const fits = Array.from({ length: LARGEST_K }, (_, i) => {
      const k = i + 1;
      const maximum = maximiseLikelihood({
        logLikelihood: likelihood(scaled, k),
        starts: [
          [0.5, 0.2 / k, 1, 2],
          [2, 0.5 / k, 0.5, 3],
        ],
        customers: rows.length,
        prior: { of: prior.map((each, j) => (j === 1 ? { ...each, value: each.value / k } : each)), weight },
      });
      const [r, alpha, a, b] = maximum.parameters as unknown as [number, number, number, number];
      const inWeeks = Float64Array.of(r, alpha * scale, a, b);
      return { k, maximum, inWeeks, logLikelihood: likelihood(groups, k)(inWeeks, new Float64Array(4)) };
    });
    const best = fits.reduce((one, other) => (other.logLikelihood > one.logLikelihood ? other : one));
    const [r, alpha, a, b] = best.inWeeks as unknown as [number, number, number, number];
    const warnings: string[] = [];
    if (repeats < ENOUGH_REPEAT_CUSTOMERS) {
      warnings.push(`Only ${repeats} customers have bought twice: the parameters lean on a published book (CDNOW).`);
    }
    if (best.k === LARGEST_K) {
      warnings.push('Purchases come like clockwork: is this a subscription? Then take the contract models.');
    }
    return fitted(
      { k: best.k, r, alpha, a, b },
      {
        converged: best.maximum.converged,
        iterations: fits.reduce((sum, each) => sum + each.maximum.iterations, 0),
        logLikelihood: best.logLikelihood,
        rows: rows.length,
        warnings,
      },
    );
  },
  load: (artifact) => {
    const { parameters, diagnostics } = readArtifact(artifact, NAME, 1, PARAMETERS);
    return fitted(parameters, diagnostics);
  },
};

/** Customers of one x, t_x and T; `logGaps` is their sum, because it only enters the likelihood as such. */
interface Group extends TimedRow {
  weight: number;
}

/** Checks, sorts and groups: in a fixed order, so that the order of the customers cannot change a bit of any sum. */
function groupTimed(rows: readonly TimedRow[]): readonly Group[] {
  for (const [index, row] of rows.entries()) {
    checkTransactionRow(row, index);
    if (Number.isFinite(row.logGaps)) continue;
    throw new DataError({
      row: index,
      field: 'logGaps',
      expected: 'the sum of the logarithms of the weeks between purchase days',
      found: String(row.logGaps),
      remedy: 'merge the orders of one day first',
    });
  }
  const sorted = [...rows].sort(
    (p, q) =>
      p.frequency - q.frequency || p.recencyWeeks - q.recencyWeeks || p.ageWeeks - q.ageWeeks || p.logGaps - q.logGaps,
  );
  const groups: Group[] = [];
  for (const row of sorted) {
    const last = groups.at(-1);
    const same =
      last?.frequency === row.frequency && last.recencyWeeks === row.recencyWeeks && last.ageWeeks === row.ageWeeks;
    if (last && same) {
      last.weight += 1;
      last.logGaps += row.logGaps;
    } else {
      const { frequency, recencyWeeks, ageWeeks, logGaps } = row;
      groups.push({ frequency, recencyWeeks, ageWeeks, logGaps, weight: 1 });
    }
  }
  return groups;
}

/** Log-likelihood for one k (Platzer & Reutterer 2016, appendix) and its gradient by r, alpha, a, b. */
function likelihood(groups: readonly Group[], k: number): LogLikelihood {
  const logGammaK = logGamma(k);
  return (parameters, gradient) => {
    const [r, alpha, a, b] = parameters as unknown as [number, number, number, number];
    const [logAlpha, logA] = [Math.log(alpha), Math.log(a)];
    gradient.fill(0);
    const [logGammaR, logBetaAB] = [logGamma(r), logGamma(a + b) - logGamma(b)];
    const [psiR, psiAB0, psiB] = [digamma(r), digamma(a + b), digamma(b)];
    let total = 0;
    let [dr, dalpha, da, db] = [0, 0, 0, 0];
    // Groups come sorted by x: what depends on x alone is computed once for each x.
    let lastX = -1;
    let [constant, psiShape, psiAB, psiBx] = [0, 0, 0, 0];
    for (const { frequency: x, recencyWeeks, ageWeeks, logGaps, weight } of groups) {
      const shape = r + k * x;
      const chances = x + 1;
      if (x !== lastX) {
        lastX = x;
        constant =
          r * logAlpha -
          x * logGammaK +
          logGamma(shape) -
          logGammaR +
          logBetaAB +
          logGamma(b + chances) -
          logGamma(a + b + chances);
        psiShape = digamma(shape);
        psiAB = psiAB0 - digamma(a + b + chances);
        psiBx = digamma(b + chances);
      }
      const active = tickTerms(k, shape, alpha, recencyWeeks, ageWeeks);
      const logLast = Math.log(alpha + recencyWeeks);
      const left = logA - Math.log(b + x) - shape * logLast;
      const top = Math.max(left, active.log);
      const [eLeft, eActive] = [Math.exp(left - top), Math.exp(active.log - top)];
      const sum = eLeft + eActive;
      const [gone, share] = [eLeft / sum, eActive / sum];
      total += (k - 1) * logGaps + weight * (constant + top + Math.log(sum));
      dr += weight * (logAlpha + psiShape - psiR - gone * logLast + share * active.byShape);
      dalpha += weight * (r / alpha - (gone * shape) / (alpha + recencyWeeks) + share * active.byAlpha);
      da += weight * (psiAB + gone / a);
      db += weight * (psiAB - psiB + psiBx - gone / (b + x));
    }
    gradient[0] = dr;
    gradient[1] = dalpha;
    gradient[2] = da;
    gradient[3] = db;
    return total;
  };
}

/**
 * The term of a customer still active, over Gamma(shape): log of the sum over j < k ticks since the last purchase of
 * (T - t_x)^j / j! Gamma(shape + j) / Gamma(shape) (alpha + T)^-(shape + j), with its derivatives and the share of each j.
 */
function tickTerms(k: number, shape: number, alpha: number, recencyWeeks: number, ageWeeks: number) {
  const silence = (ageWeeks - recencyWeeks) / (alpha + ageWeeks);
  const shares = new Float64Array(k);
  let term = 1;
  let sum = 0;
  let rising = 0;
  let [bySum, alphaSum] = [0, 0];
  for (let j = 0; j < k; j += 1) {
    shares[j] = term;
    sum += term;
    bySum += term * rising;
    alphaSum += term * (shape + j);
    rising += 1 / (shape + j);
    term *= (silence * (shape + j)) / (j + 1);
  }
  const logAge = Math.log(alpha + ageWeeks);
  return {
    log: Math.log(sum) - shape * logAge,
    byShape: bySum / sum - logAge,
    byAlpha: -alphaSum / sum / (alpha + ageWeeks),
    shares: shares.map((each) => each / sum),
  };
}

function fitted(given: MbgCnbdKParameters, diagnostics: FitDiagnostics): FittedMbgCnbdK {
  const parameters = Object.freeze({ ...given });
  const { k, r, alpha, a, b } = parameters;
  const stateOf = ({ frequency: x, recencyWeeks, ageWeeks }: TransactionRow) => {
    const shape = r + k * x;
    const terms = tickTerms(k, shape, alpha, recencyWeeks, ageWeeks);
    const odds = Math.exp(Math.log(a / (b + x)) - shape * Math.log(alpha + recencyWeeks) - terms.log);
    return { alive: 1 / (1 + odds), shape, rate: alpha + ageWeeks, b: b + x + 1, ticks: terms.shares };
  };
  /** P(1 purchase or more, 2 or more, ...) as a generator, from most likely to nothing. */
  const atLeast = (row: TransactionRow, weeks: number, most: number): Float64Array => {
    const state = stateOf(row);
    const z = weeks / (state.rate + weeks);
    const result = new Float64Array(most + 1);
    for (let j = 0; j < k; j += 1) {
      // Ticks to come of a customer with j ticks since the last purchase: negative binomial.
      let exactly = (1 - z) ** (state.shape + j);
      let below = 0;
      let survive = state.alive * (state.ticks[j] as number);
      let ticks = 0;
      for (let n = 1; n <= most && survive * (1 - below) > 1e-14; n += 1) {
        for (; ticks < n * k - j; ticks += 1) {
          below += exactly;
          exactly *= ((state.shape + j + ticks) / (ticks + 1)) * z;
        }
        result[n] = (result[n] as number) + survive * Math.max(1 - below, 0);
        survive *= (state.b + n - 1) / (a + state.b + n - 1);
      }
    }
    return result;
  };
  const mostOf = (row: TransactionRow, weeks: number) => {
    const { shape, rate } = stateOf(row);
    const mean = ((shape + k) * weeks) / (rate * k);
    return Math.ceil(mean + 12 * Math.sqrt(mean * (1 + weeks / rate) + 1) + 20);
  };
  const expectedPurchases = (row: TransactionRow, weeks: number) =>
    weeks > 0 ? atLeast(row, weeks, mostOf(row, weeks)).reduce((sum, each) => sum + each, 0) : 0;
  const model: FittedMbgCnbdK = {
    name: NAME,
    parameters,
    diagnostics,
    expectedPurchases,
    discountedPurchases: (row, weeks, discountPerWeek) => {
      // By parts: expectations are sums here, their derivative is not at hand.
      const horizon = infiniteHorizonWeeks(weeks, discountPerWeek);
      const interest = -Math.log(discountPerWeek);
      return (
        discountPerWeek ** horizon * expectedPurchases(row, horizon) +
        interest *
          integrateFromZero(
            (week) => discountPerWeek ** week * expectedPurchases(row, week),
            horizon,
            alpha + row.ageWeeks,
          )
      );
    },
    probabilityOfNoPurchase: (row, weeks) => (weeks > 0 ? 1 - (atLeast(row, weeks, 1)[1] as number) : 1),
    distributionOfPurchases: (row, weeks, most) => {
      const tails = weeks > 0 ? atLeast(row, weeks, most + 1) : new Float64Array(most + 2);
      tails[0] = 1;
      return Float64Array.from({ length: most + 1 }, (_, n) => (tails[n] as number) - (tails[n + 1] as number));
    },
    purchaseRateWhileActive: (row) => {
      const { shape, rate, ticks } = stateOf(row);
      const meanTicks = ticks.reduce((sum, share, j) => sum + share * j, 0);
      return (shape + meanTicks) / rate / k;
    },
    drawPurchases: (row, weeks, random, onPurchase) => {
      const state = stateOf(row);
      if (random.next() >= state.alive) return;
      let j = 0;
      for (let u = random.next(); j < k - 1 && u >= (state.ticks[j] as number); j += 1) u -= state.ticks[j] as number;
      const rate = gamma(random, state.shape + j) / state.rate;
      const dropout = beta(random, a, state.b);
      for (let week = 0, missing = k - j; ; missing = k) {
        for (; missing > 0; missing -= 1) week -= Math.log(1 - random.next()) / rate;
        if (!(week < weeks)) return;
        onPurchase(week);
        if (random.next() < dropout) return;
      }
    },
    expectedPurchasesOfNewcomer: (weeks) => expectedPurchases({ frequency: 0, recencyWeeks: 0, ageWeeks: 0 }, weeks),
    predict: (rows) => rows.map((row) => ({ probabilityAlive: stateOf(row).alive })),
    save: (): ReturnType<FittedModel<TransactionRow, TransactionForecast>['save']> => ({
      model: NAME,
      formatVersion: 1,
      parameters: { ...parameters },
      diagnostics,
    }),
  };
  return model;
}
