import type { Book, BookCustomer } from '../backtest/book.ts';
import { addDays, type CalendarDay, dayNumber, daysBetween, fromDayNumber } from '../domain/calendar-day.ts';
import { type PurchaseGaps, purchaseGaps } from '../features/purchase-gaps.ts';
import { ENOUGH_REPEAT_CUSTOMERS } from '../models/clv/public-prior.ts';

/** Whether a book can carry one family of models, and if not yet, why and until when to wait. */
export interface ModelReadiness {
  model: string;
  ready: boolean;
  reason: string;
  /** The day on which there should be enough, at the pace so far; null when ready, or when waiting does not help. */
  waitUntil: CalendarDay | null;
}

/** What can be said of a book before anything is fitted. */
export interface Readiness {
  asOf: CalendarDay;
  customers: number;
  repeatCustomers: number;
  purchaseDays: number;
  /** From the first purchase of the book to asOf. */
  weeks: number;
  /** Median days between purchases; null without a repeat. */
  usualGapDays: number | null;
  /** The days between purchases, and the churn horizon that they propose. */
  gaps: PurchaseGaps;
  /** `contractual` when payments come like clockwork: leaving is then seen, and other models apply. */
  setting: 'contractual' | 'non-contractual';
  /** Orders without an amount. */
  daysWithoutAmount: number;
  models: readonly ModelReadiness[];
  /** What is odd about the book, and what to do about it. */
  warnings: readonly string[];
}

/** Fewer repeat customers than this, and even a fit that leans on a published book says nothing of this one. */
const LEAST_REPEAT_CUSTOMERS = 20;
/** Payments whose gaps vary less than this, as a share of their mean, are a schedule, not a habit. */
const CLOCKWORK = 0.2;
/** First purchases in the first twelfth of the time, as a multiple of the usual twelfth, from which the book looks cut off on the left. */
const CUT_OFF = 2.5;

/** Reads a book as of a day: setting, amount of data, models it supports, oddities. Fits nothing. */
export function readinessOf(book: Book, asOf: CalendarDay): Readiness {
  const customers = book.customersAt(asOf);
  const days = customers.map((customer) => book.daysOf(customer.customerId, asOf).map((each) => each.day));
  const gaps = days.flatMap((each) => each.slice(1).map((day, i) => day - (each[i] as number)));
  const usualGapDays = gaps.length === 0 ? null : median(gaps);
  const repeatCustomers = customers.filter((customer) => customer.frequency > 0).length;
  const setting = settingOf(days);
  const weeks = customers.length === 0 ? 0 : daysBetween(book.firstDay, asOf) / 7;
  return {
    asOf,
    customers: customers.length,
    repeatCustomers,
    purchaseDays: customers.reduce((sum, customer) => sum + customer.frequency + 1, 0),
    weeks,
    usualGapDays,
    gaps: purchaseGaps(gaps),
    setting,
    daysWithoutAmount: customers.reduce((sum, customer) => sum + customer.frequency - customer.spendDays, 0),
    models: modelsFor({ customers, repeatCustomers, setting, weeks, usualGapDays, asOf }),
    warnings: oddities(customers, { asOf, weeks, usualGapDays, setting }),
  };
}

/** Contractual when half of the customers with five payments or more pay at nearly equal distances. */
function settingOf(days: readonly (readonly number[])[]): Readiness['setting'] {
  const regularities = days
    .filter((each) => each.length >= 5)
    .map((each) => {
      const gaps = each.slice(1).map((day, i) => day - (each[i] as number));
      const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
      return Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length) / mean;
    });
  return regularities.length >= 5 && median(regularities) < CLOCKWORK ? 'contractual' : 'non-contractual';
}

function modelsFor(book: {
  customers: readonly BookCustomer[];
  repeatCustomers: number;
  setting: Readiness['setting'];
  weeks: number;
  usualGapDays: number | null;
  asOf: CalendarDay;
}): readonly ModelReadiness[] {
  const { customers, repeatCustomers, setting, weeks, usualGapDays, asOf } = book;
  if (setting === 'contractual') {
    const wrong =
      'payments come like clockwork: with a contract, leaving is seen, and these models would mistake the schedule for loyalty';
    return [
      { model: 'shifted-beta-geometric', ready: true, reason: 'contracts that end or renew', waitUntil: null },
      { model: 'bg-nbd, mbg-nbd, pareto-nbd, mbg-cnbd-k', ready: false, reason: wrong, waitUntil: null },
    ];
  }
  const enoughBy = (needed: number, have: number): CalendarDay | null =>
    have === 0 || have >= needed || weeks < 1
      ? null
      : addDays(asOf, Math.min(Math.ceil(((needed - have) / have) * weeks * 7), 3_650));
  const transactionsReason =
    repeatCustomers >= ENOUGH_REPEAT_CUSTOMERS
      ? `${repeatCustomers} customers have bought twice`
      : repeatCustomers >= LEAST_REPEAT_CUSTOMERS
        ? `${repeatCustomers} customers have bought twice: the parameters lean on a published book until there are ${ENOUGH_REPEAT_CUSTOMERS}`
        : `only ${repeatCustomers} customers have bought twice; ${LEAST_REPEAT_CUSTOMERS} are needed`;
  const spenders = customers.filter((customer) => customer.spendDays > 0).length;
  // A window to learn from and one to judge by, each a few usual gaps long.
  const learnedWeeks = Math.max(26, ((usualGapDays ?? 0) / 7) * 8);
  return [
    {
      model: 'bg-nbd, mbg-nbd, pareto-nbd',
      ready: repeatCustomers >= LEAST_REPEAT_CUSTOMERS,
      reason: transactionsReason,
      waitUntil: enoughBy(LEAST_REPEAT_CUSTOMERS, repeatCustomers),
    },
    {
      model: 'mbg-cnbd-k',
      ready: repeatCustomers >= ENOUGH_REPEAT_CUSTOMERS,
      reason:
        repeatCustomers >= ENOUGH_REPEAT_CUSTOMERS
          ? 'enough repeat customers to tell regular buyers from random ones'
          : `regularity needs ${ENOUGH_REPEAT_CUSTOMERS} repeat customers, there are ${repeatCustomers}`,
      waitUntil: enoughBy(ENOUGH_REPEAT_CUSTOMERS, repeatCustomers),
    },
    {
      model: 'gamma-gamma',
      ready: spenders >= LEAST_REPEAT_CUSTOMERS,
      reason: `${spenders} customers have repeat purchases with an amount${spenders >= LEAST_REPEAT_CUSTOMERS ? '' : `; ${LEAST_REPEAT_CUSTOMERS} are needed, until then the mean stands in`}`,
      waitUntil: enoughBy(LEAST_REPEAT_CUSTOMERS, spenders),
    },
    {
      model: 'ensemble and backtest',
      ready: weeks >= learnedWeeks && repeatCustomers >= ENOUGH_REPEAT_CUSTOMERS,
      reason: `${Math.round(weeks)} weeks of history and ${repeatCustomers} repeat customers; ${Math.round(learnedWeeks)} and ${ENOUGH_REPEAT_CUSTOMERS} are needed for windows inside the past`,
      waitUntil:
        weeks < learnedWeeks
          ? addDays(asOf, Math.ceil((learnedWeeks - weeks) * 7))
          : enoughBy(ENOUGH_REPEAT_CUSTOMERS, repeatCustomers),
    },
  ];
}

function oddities(
  customers: readonly BookCustomer[],
  book: { asOf: CalendarDay; weeks: number; usualGapDays: number | null; setting: Readiness['setting'] },
): readonly string[] {
  if (customers.length === 0) return ['There is no purchase yet: connect a system with orders, or import a file.'];
  const warnings: string[] = [];
  const firsts = customers.map((customer) => dayNumber(customer.firstDay)).sort((a, b) => a - b);
  const [first, last] = [firsts[0] as number, firsts.at(-1) as number];
  const width = (last - first + 1) / 12;
  const twelfths = Array.from({ length: 12 }, () => 0);
  for (const day of firsts) {
    const at = Math.min(Math.floor((day - first) / width), 11);
    twelfths[at] = (twelfths[at] ?? 0) + 1;
  }
  const usual = median(twelfths.slice(1));
  if (customers.length >= 100 && last - first >= 84 && (twelfths[0] ?? 0) > CUT_OFF * Math.max(usual, 1)) {
    warnings.push(
      `The book looks cut off on the left: ${twelfths[0]} customers have their first order from ${fromDayNumber(first)} on within ${Math.round(width)} days, later ${Math.round(usual)} in as many. Old customers look new, so models cannot see anybody leave. Bring in older orders.`,
    );
  }
  const spent = customers.map((customer) => customer.meanPurchase * (customer.frequency + 1));
  const total = spent.reduce((sum, each) => sum + each, 0);
  const most = spent.reduce((a, b) => Math.max(a, b), 0);
  if (customers.length >= 10 && most > total / 4) {
    warnings.push(
      `One customer holds ${Math.round((100 * most) / total)} % of the money: look at every figure without the top customer, and check that the orders are real.`,
    );
  }
  if (book.usualGapDays !== null && book.weeks * 7 < 3 * book.usualGapDays) {
    warnings.push(
      `The history of ${Math.round(book.weeks)} weeks is short beside the usual ${Math.round(book.usualGapDays)} days between purchases: who is silent now may simply not be due.`,
    );
  }
  if (book.setting === 'contractual') {
    warnings.push('Payments come like clockwork: treat the book as contracts (shifted-beta-geometric, survival).');
  }
  return warnings;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}
