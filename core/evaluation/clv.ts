import { type CalendarDay, daysBetween } from '../domain/calendar-day.ts';
import { NotFittedError } from '../domain/errors.ts';
import { bgNbd, type FittedBetaGeometric, mbgNbd } from '../models/clv/beta-geometric.ts';
import { type FittedGammaGamma, gammaGamma } from '../models/clv/gamma-gamma.ts';
import type { TransactionRow } from '../models/clv/transaction-row.ts';
import { auc } from './classification.ts';
import { type RegressionMetrics, regressionMetrics } from './regression.ts';

/** One order as evaluation reads it; several on one day are one purchase day. */
export interface DatedAmount {
  customerId: string;
  day: CalendarDay;
  /** Major units, >= 0. */
  amount: number;
}

/** How predictions made at the end of the calibration fit the time after it, over all customers. */
export interface HoldoutMetrics {
  /** Purchase days in the holdout. */
  count: RegressionMetrics;
  /** Money in the holdout. */
  spend: RegressionMetrics;
  /** AUC of the predicted count for "buys at all in the holdout". */
  repurchaseAuc: number;
}

/** One line of the comparison. */
export interface EvaluatedModel {
  name: string;
  /** Under the paper's names. */
  parameters: Readonly<Record<string, number>>;
  logLikelihood: number | null;
  converged: boolean;
  fitSeconds: number;
  /** Empty for a model of spend alone. */
  metrics: HoldoutMetrics | Record<string, never>;
}

/** The whole comparison. */
export interface ClvEvaluation {
  customers: number;
  calibrationEnd: CalendarDay;
  holdoutEnd: CalendarDay;
  holdoutWeeks: number;
  models: readonly EvaluatedModel[];
  /** What anybody could say without a model. */
  naive: readonly { name: string; metrics: HoldoutMetrics }[];
  /** What to know before believing it. */
  warnings: readonly string[];
}

interface Customer extends TransactionRow {
  spendDays: number;
  meanSpend: number;
  /** Mean amount of all purchase days, for the naive rows. */
  meanPurchase: number;
  /** Purchase days of the last 13 weeks of the calibration. */
  recentCount: number;
  holdoutCount: number;
  holdoutSpend: number;
}

const RECENT_WEEKS = 13;

/**
 * Fits the value models to everything up to the calibration's end and compares what they say of the holdout with what came. Only
 * customers with a purchase by the calibration's end; all of them, those who never came back included.
 *
 * @param clock seconds of some steady clock, for `fitSeconds`
 */
export function evaluateClv(
  orders: Iterable<DatedAmount>,
  options: { calibrationEnd: CalendarDay; holdoutEnd: CalendarDay; clock: () => number },
): ClvEvaluation {
  const { calibrationEnd, holdoutEnd } = options;
  const customers = customersOf(orders, calibrationEnd, holdoutEnd);
  if (customers.length === 0) {
    throw new NotFittedError(
      `No customer has an order on or before ${calibrationEnd}. Choose a later --calibration-end, or check the dates of the file.`,
    );
  }
  const weeks = daysBetween(calibrationEnd, holdoutEnd) / 7;
  const timed = <T>(work: () => T): { result: T; seconds: number } => {
    const start = options.clock();
    const result = work();
    return { result, seconds: options.clock() - start };
  };
  const warnings: string[] = [];
  const spend = timed(() => fitSpend(customers, warnings));
  const spendOf = (customer: Customer) => spend.result?.expectedSpend(customer) ?? customer.meanPurchase;
  const models: EvaluatedModel[] = [bgNbd, mbgNbd].map((family) => {
    const { result, seconds } = timed(() => family.fit(customers, {}));
    warnings.push(...result.diagnostics.warnings.map((text) => `${family.name}: ${text}`));
    const counts = customers.map((customer) => result.expectedPurchases(customer, weeks));
    return { ...describe(result, seconds), metrics: holdoutMetrics(customers, counts, spendOf) };
  });
  if (spend.result) models.push({ ...describe(spend.result, spend.seconds), metrics: {} });
  const naive = [
    { name: 'rate-so-far', count: (each: Customer) => (each.frequency / Math.max(each.ageWeeks, 1 / 7)) * weeks },
    { name: 'last-13-weeks', count: (each: Customer) => (each.recentCount / RECENT_WEEKS) * weeks },
  ].map(({ name, count }) => ({
    name,
    metrics: holdoutMetrics(customers, customers.map(count), (each) => each.meanPurchase),
  }));
  return { customers: customers.length, calibrationEnd, holdoutEnd, holdoutWeeks: weeks, models, naive, warnings };
}

function describe(model: FittedBetaGeometric | FittedGammaGamma, fitSeconds: number): Omit<EvaluatedModel, 'metrics'> {
  return {
    name: model.name,
    parameters: { ...model.parameters },
    logLikelihood: model.diagnostics.logLikelihood,
    converged: model.diagnostics.converged,
    fitSeconds,
  };
}

function fitSpend(customers: readonly Customer[], warnings: string[]): FittedGammaGamma | null {
  try {
    const model = gammaGamma.fit(customers, {});
    warnings.push(...model.diagnostics.warnings.map((text) => `gamma-gamma: ${text}`));
    return model;
  } catch (error) {
    if (!(error instanceof NotFittedError)) throw error;
    warnings.push(`gamma-gamma: ${error.message} Spend is each customer's mean purchase.`);
    return null;
  }
}

function holdoutMetrics(
  customers: readonly Customer[],
  counts: readonly number[],
  spendOf: (customer: Customer) => number,
): HoldoutMetrics {
  return {
    count: regressionMetrics(
      counts,
      customers.map((customer) => customer.holdoutCount),
    ),
    spend: regressionMetrics(
      customers.map((customer, index) => (counts[index] ?? 0) * spendOf(customer)),
      customers.map((customer) => customer.holdoutSpend),
    ),
    repurchaseAuc: auc(
      counts,
      customers.map((customer) => (customer.holdoutCount > 0 ? 1 : 0)),
    ),
  };
}

function customersOf(
  orders: Iterable<DatedAmount>,
  calibrationEnd: CalendarDay,
  holdoutEnd: CalendarDay,
): readonly Customer[] {
  const books = new Map<string, Map<CalendarDay, number>>();
  for (const { customerId, day, amount } of orders) {
    let days = books.get(customerId);
    if (!days) {
      days = new Map();
      books.set(customerId, days);
    }
    days.set(day, (days.get(day) ?? 0) + amount);
  }
  const customers: Customer[] = [];
  for (const days of books.values()) {
    const purchases = [...days].sort(([a], [b]) => (a < b ? -1 : 1));
    const calibration = purchases.filter(([day]) => day <= calibrationEnd);
    const [first] = calibration;
    const last = calibration.at(-1);
    if (!first || !last) continue;
    const holdout = purchases.filter(([day]) => day > calibrationEnd && day <= holdoutEnd);
    const repeats = calibration.slice(1).filter(([, amount]) => amount > 0);
    const sum = (list: readonly (readonly [CalendarDay, number])[]) =>
      list.reduce((all, [, amount]) => all + amount, 0);
    customers.push({
      frequency: calibration.length - 1,
      recencyWeeks: daysBetween(first[0], last[0]) / 7,
      ageWeeks: daysBetween(first[0], calibrationEnd) / 7,
      spendDays: repeats.length,
      meanSpend: repeats.length > 0 ? sum(repeats) / repeats.length : 0,
      meanPurchase: sum(calibration) / calibration.length,
      recentCount: calibration.filter(([day]) => daysBetween(day, calibrationEnd) < RECENT_WEEKS * 7).length,
      holdoutCount: holdout.length,
      holdoutSpend: sum(holdout),
    });
  }
  return customers;
}
