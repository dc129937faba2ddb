import type { Json } from '../../domain/json.ts';
import { integrateFromZero } from '../../math/quadrature.ts';
import { beta, gamma } from '../../math/random.ts';
import { hyp2f1 } from '../../math/special.ts';
import type { FitDiagnostics } from '../../ports/model.ts';
import { betaGeometricLikelihood } from './beta-geometric-likelihood.ts';
import { infiniteHorizonWeeks } from './discounting.ts';
import { fitTransactions, readArtifact, type TransactionLikelihood } from './fit-transactions.ts';
import { PUBLIC_PRIORS } from './public-prior.ts';
import type { FittedTransactionModel, TransactionModelFamily, TransactionOptions } from './transaction-model.ts';
import type { TransactionRow } from './transaction-row.ts';
import { type TransactionTable, transactionTable } from './transaction-table.ts';

/** Parameters of both models: purchase rates are Gamma(r, alpha) a week, dropout chances Beta(a, b). */
export type BetaGeometricParameters = Readonly<Record<'r' | 'alpha' | 'a' | 'b', number>>;

/** A fitted BG/NBD or MBG/NBD with everything scoring asks of it. All times in weeks. */
export interface FittedBetaGeometric extends FittedTransactionModel {
  readonly parameters: BetaGeometricParameters;
  /** Posterior of a customer who is still active: purchase rate Gamma(shape, rate) a week, dropout chance Beta(a, b). */
  posteriorWhileActive(row: TransactionRow): { shape: number; rate: number; a: number; b: number };
}

/** The model face of both. */
export type BetaGeometricFamily = TransactionModelFamily<FittedBetaGeometric>;

/**
 * BG/NBD (Fader, Hardie & Lee 2005): dropout may follow a repeat purchase. A one-time buyer therefore counts as certainly alive.
 */
export const bgNbd: BetaGeometricFamily = family('bg-nbd', 0);

/** MBG/NBD (Batislam, Denizel & Filiztekin 2007): dropout may follow any purchase, the first included. */
export const mbgNbd: BetaGeometricFamily = family('mbg-nbd', 1);

/** Both models in one: `extra` is the number of dropout chances before the first repeat purchase, 0 or 1. */
function family(name: 'bg-nbd' | 'mbg-nbd', extra: 0 | 1): BetaGeometricFamily {
  const likelihood: TransactionLikelihood<'r' | 'alpha' | 'a' | 'b'> = {
    parameterNames: ['r', 'alpha', 'a', 'b'],
    times: ['alpha'],
    starts: [
      [0.5, 0.2, 1, 2],
      [0.3, 0.1, 0.5, 5],
      [2, 1, 0.1, 1],
    ],
    prior: PUBLIC_PRIORS[name],
    of: (table) => betaGeometricLikelihood(table, extra),
    warningsOf: ({ a, b }) =>
      a < 0.01 || a / (a + b) < 0.005
        ? [
            'Hardly any customer seems to drop out (a is near 0): the book may be cut off on the left, or too young to see anybody leave. Judge by expected purchases, never by P(alive), and bring in older orders.',
          ]
        : a + b > 1_000
          ? [
              'All customers seem to drop out with the same chance (a and b are huge): the book is too small or too young to tell loyal customers from others. Take another model, or wait.',
            ]
          : [],
  };
  const fitTable = (table: TransactionTable, options: TransactionOptions) => {
    const { parameters, diagnostics } = fitTransactions(table, likelihood, options);
    return fitted(name, extra, parameters, diagnostics);
  };
  return {
    name,
    fit: (rows, options) => fitTable(transactionTable(rows), options),
    fitTable,
    load: (artifact: Json) => {
      const { parameters, diagnostics } = readArtifact(artifact, name, 1, likelihood.parameterNames);
      return fitted(name, extra, parameters, diagnostics);
    },
  };
}

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
  return {
    name,
    parameters,
    diagnostics,
    posteriorWhileActive,
    expectedPurchases: (row, weeks) =>
      weeks > 0 ? probabilityAlive(row) * purchasesWhileActive(posteriorWhileActive(row), weeks) : 0,
    discountedPurchases: (row, weeks, discountPerWeek) => {
      const p = posteriorWhileActive(row);
      return (
        probabilityAlive(row) * discountedWhileActive(p, infiniteHorizonWeeks(weeks, discountPerWeek), discountPerWeek)
      );
    },
    probabilityOfNoPurchase: (row, weeks) => {
      const p = posteriorWhileActive(row);
      return 1 - probabilityAlive(row) * (1 - (p.rate / (p.rate + weeks)) ** p.shape);
    },
    distributionOfPurchases: (row, weeks, most) => {
      const alive = probabilityAlive(row);
      const distribution = distributionOfActive(posteriorWhileActive(row), weeks, most).map((each) => alive * each);
      distribution[0] = (distribution[0] as number) + 1 - alive;
      return distribution;
    },
    purchaseRateWhileActive: (row) => {
      const { shape, rate } = posteriorWhileActive(row);
      return shape / rate;
    },
    drawPurchases: (row, weeks, random, onPurchase) => {
      if (random.next() >= probabilityAlive(row)) return;
      const active = posteriorWhileActive(row);
      const rate = gamma(random, active.shape) / active.rate;
      const dropout = beta(random, active.a, active.b);
      for (let week = 0; ; ) {
        week -= Math.log(1 - random.next()) / rate;
        if (!(week < weeks)) return;
        onPurchase(week);
        if (random.next() < dropout) return;
      }
    },
    // MBG/NBD: the first purchase was a chance to leave, too.
    expectedPurchasesOfNewcomer: (weeks) =>
      weeks > 0
        ? (extra === 1 ? b / (a + b) : 1) * purchasesWhileActive({ shape: r, rate: alpha, a, b: b + extra }, weeks)
        : 0,
    predict: (rows) => rows.map((row) => ({ probabilityAlive: probabilityAlive(row) })),
    save: () => ({ model: name, formatVersion: 1, parameters: { ...parameters }, diagnostics }),
  };
}

interface Active {
  shape: number;
  rate: number;
  a: number;
  b: number;
}

/** Expected purchases of a customer now active in the next `weeks` (Fader, Hardie & Lee 2005, eq. 9 with updated parameters). */
function purchasesWhileActive(p: Active, weeks: number): number {
  if (p.a > LARGE_A) return sumOfSurvivors(p, weeks);
  const z = weeks / (p.rate + weeks);
  // Euler's transformation of eq. 9: small arguments, no overflow at x = 500. Nudged off a = 1, where both factors vanish.
  const a = Math.abs(p.a - 1) < 1e-7 ? p.a + 2e-7 : p.a;
  const c = a + p.b - 1;
  return (c / (a - 1)) * (1 - (1 - z) ** (a - 1) * hyp2f1(c - p.shape, a - 1, c, z));
}

/** From here on the closed form, a product of a vanishing and an exploding factor, gives way to the sum that it closes. */
const LARGE_A = 20;

/** The same as the sum over n of P(n-th purchase is made): P(n - 1 dropout chances survived) P(n purchases without dropout). */
function sumOfSurvivors(p: Active, weeks: number): number {
  const z = weeks / (p.rate + weeks);
  let exactly = (1 - z) ** p.shape;
  let atLeast = 1 - exactly;
  let survive = 1;
  let sum = 0;
  for (let n = 1; survive * atLeast > 1e-15 && n < 100_000; n += 1) {
    sum += survive * atLeast;
    survive *= (p.b + n - 1) / (p.a + p.b + n - 1);
    exactly *= ((p.shape + n - 1) / n) * z;
    atLeast -= exactly;
  }
  return sum;
}

function discountedWhileActive(p: Active, weeks: number, discountPerWeek: number): number {
  if (p.a <= LARGE_A) {
    return integrateFromZero((week) => discountPerWeek ** week * rateOfActive(p, week), weeks, p.rate);
  }
  // By parts, so that expectations do, which are sums here.
  const interest = -Math.log(discountPerWeek);
  return (
    discountPerWeek ** weeks * sumOfSurvivors(p, weeks) +
    interest * integrateFromZero((week) => discountPerWeek ** week * sumOfSurvivors(p, week), weeks, p.rate)
  );
}

/** Purchases a week, `weeks` from now, of a customer now active (the derivative of eq. 9, by Pfaff's transformation). */
function rateOfActive(p: Active, weeks: number): number {
  const y = weeks / p.rate;
  return (p.shape / p.rate) * (1 + y) ** -p.a * hyp2f1(p.a, p.a + p.b - p.shape - 1, p.a + p.b, y / (1 + y));
}

/** P(X = 0, 1, ..., most) of a customer now active (Fader, Hardie & Lee 2005, eq. 8 with updated parameters). */
function distributionOfActive(p: Active, weeks: number, most: number): Float64Array {
  const result = new Float64Array(most + 1);
  const z = weeks / (p.rate + weeks);
  /** Negative binomial probability of n purchases without dropout, and of fewer than n. */
  let [exactly, fewer] = [(1 - z) ** p.shape, 0];
  /** Chances of surviving n dropout chances, and of leaving at the nth. */
  let survive = 1;
  for (let n = 0; n <= most; n += 1) {
    const leave = n === 0 ? 0 : (survive * p.a) / (p.a + p.b + n - 1);
    if (n > 0) survive *= (p.b + n - 1) / (p.a + p.b + n - 1);
    result[n] = survive * exactly + leave * Math.max(1 - fewer, 0);
    fewer += exactly;
    exactly *= ((p.shape + n) / (n + 1)) * z;
  }
  return result;
}
