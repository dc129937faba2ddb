import type { CalendarDay } from '../domain/calendar-day.ts';
import { NotFittedError } from '../domain/errors.ts';
import { mbgNbd } from '../models/clv/beta-geometric.ts';
import { type FittedGammaGamma, gammaGamma } from '../models/clv/gamma-gamma.ts';
import { expectedSpend, type ValueModels } from '../models/clv/lifetime-value.ts';
import { mbgCnbdK } from '../models/clv/mbg-cnbd-k.ts';
import type { MoneyModel } from '../models/clv/money-models.ts';
import { type FittedOrderSpend, orderSpend } from '../models/clv/order-spend.ts';
import type { FittedTransactionModel } from '../models/clv/transaction-model.ts';
import { likeliestOf, TRANSACTION_MODELS } from '../models/clv/transaction-models.ts';
import type { FitDiagnostics } from '../ports/model.ts';
import { type Book, type BookCustomer, RECENT_WEEKS } from './book.ts';

/** The question put to every way of telling: what will these customers do in the weeks after a day? */
export interface Question {
  book: Book;
  /** Nothing after this day may be read. */
  asOf: CalendarDay;
  weeks: number;
  customers: readonly BookCustomer[];
}

/** The answer, in the order of the customers. */
export interface Answer {
  counts: Float64Array;
  spends: Float64Array;
  /** The transaction model behind the counts; absent for naive and learned ways, and where it is one of the others'. */
  transactions?: FittedTransactionModel;
  /** The models that the money is the product of; absent for naive and learned ways. */
  value?: MoneyModel;
  /** How the fit of another model behind it went. */
  fit?: { parameters: Readonly<Record<string, number>>; diagnostics: FitDiagnostics };
}

/** One way of telling: a probability model, a learned one, or what anybody could say without a model. */
export interface Member {
  name: string;
  kind: 'model' | 'learned' | 'naive';
  /** Weights in the ensemble before any window has spoken, relative to the others; with 0 it takes part only where the backtest asks for it. */
  priorWeight: { counts: number; spends: number };
  /** True: the prior weight counts only where the windows show it to do as well as the transaction models do in the mean. */
  onTrial: boolean;
  /** Throws NotFittedError when the book gives it nothing to learn from. */
  answer(question: Question): Answer;
}

/** Several members ask the same of the same customers: the answer is kept with them. */
function onceFor<T>(work: (customers: readonly BookCustomer[]) => T): (customers: readonly BookCustomer[]) => T {
  const kept = new WeakMap<readonly BookCustomer[], { result: T }>();
  return (customers) => {
    const { result } = kept.get(customers) ?? { result: work(customers) };
    kept.set(customers, { result });
    return result;
  };
}

/** Spend per purchase day as the Gamma-Gamma model tells it; each customer's mean purchase where it cannot be fitted. */
export const spendPerPurchase = onceFor(
  (customers): { model: FittedGammaGamma | null; of(customer: BookCustomer): number; problem: string | null } => {
    try {
      const model = gammaGamma.fit(customers, {});
      return { model, of: (customer) => model.expectedSpend(customer), problem: null };
    } catch (error) {
      if (!(error instanceof NotFittedError)) throw error;
      return { model: null, of: (customer) => customer.meanPurchase, problem: error.message };
    }
  },
);

/** Spend as single amounts tell it; the mean of the customers' purchases where too few have two. */
export const spendOfOrders = onceFor((customers): FittedOrderSpend | { mean: number } => {
  try {
    return orderSpend.fit(customers, {});
  } catch (error) {
    if (!(error instanceof NotFittedError)) throw error;
    return { mean: meanOf(customers) };
  }
});

const meanOf = (customers: readonly BookCustomer[]) =>
  customers.reduce((sum, each) => sum + each.meanPurchase, 0) / customers.length;

const FITS = TRANSACTION_MODELS.map((family) => ({
  name: family.name,
  fitTo: onceFor((customers): FittedTransactionModel => family.fit(customers, {})),
}));

function fitOf(name: string, customers: readonly BookCustomer[]): FittedTransactionModel {
  return (FITS.find((each) => each.name === name) as (typeof FITS)[number]).fitTo(customers);
}

/** The likeliest of the transaction models, as scoring chooses it in small books, with spend as single amounts tell it. */
export function likeliestModels(customers: readonly BookCustomer[]): ValueModels<FittedOrderSpend> {
  return { transactions: likeliestOf(FITS.map(({ fitTo }) => fitTo(customers))), spend: spendOfOrders(customers) };
}

/** Its counts are those of one of the others, so that it only speaks of money. */
const likeliestWithOrderSpend: Member = {
  name: 'order-spend',
  kind: 'model',
  priorWeight: { counts: 0, spends: 1 },
  onTrial: false,
  answer: ({ customers, weeks }) => {
    const models = likeliestModels(customers);
    const counts = Float64Array.from(customers, (customer) => models.transactions.expectedPurchases(customer, weeks));
    const spends = Float64Array.from(
      customers,
      (customer, i) => (counts[i] as number) * expectedSpend(models, customer),
    );
    const { spend } = models;
    return { counts, spends, value: models, ...('diagnostics' in spend && { fit: spend }) };
  },
};

/** A transaction model with Gamma-Gamma for the money. */
function modelMember(name: string, fitTo: (customers: readonly BookCustomer[]) => FittedTransactionModel): Member {
  return {
    name,
    kind: 'model',
    priorWeight: { counts: 1, spends: 1 },
    onTrial: false,
    answer: ({ customers, weeks }) => {
      const transactions = fitTo(customers);
      const spend = spendPerPurchase(customers);
      const counts = Float64Array.from(customers, (customer) => transactions.expectedPurchases(customer, weeks));
      const spends = Float64Array.from(customers, (customer, i) => (counts[i] as number) * spend.of(customer));
      const value = {
        transactions: closedForm(transactions, customers),
        spend: spend.model ?? { mean: meanOf(customers) },
      };
      return { counts, spends, transactions, value };
    },
  };
}

/** With k = 1, MBG/CNBD-k is MBG/NBD, whose expectations are had without a sum over ticks: it is asked many times of every customer. */
function closedForm(fit: FittedTransactionModel, customers: readonly BookCustomer[]): FittedTransactionModel {
  return fit.name === mbgCnbdK.name && fit.parameters['k'] === 1 ? fitOf(mbgNbd.name, customers) : fit;
}

/** A rate over fewer weeks than this says nothing, and can be a hundred times too high. */
export const LEAST_AGE_WEEKS = 4;

/** The naive rows: the past goes on as it was. */
export const NAIVE_MEMBERS: readonly Member[] = [
  naive('rate-so-far', (customer, weeks) => {
    const perWeek = 1 / Math.max(customer.ageWeeks, LEAST_AGE_WEEKS);
    const count = customer.frequency * perWeek * weeks;
    return { count, spend: customer.spendDays * customer.meanSpend * perWeek * weeks };
  }),
  naive('rate-with-first', (customer, weeks, gapWeeks) => {
    const count = ((customer.frequency + 1) / (Math.max(customer.ageWeeks, LEAST_AGE_WEEKS) + gapWeeks)) * weeks;
    return { count, spend: count * customer.meanPurchase };
  }),
  naive('last-13-weeks', (customer, weeks) => ({
    count: (customer.recentCount / RECENT_WEEKS) * weeks,
    spend: (customer.recentSpend / RECENT_WEEKS) * weeks,
  })),
];

/** The transaction models. */
export const MODEL_MEMBERS: readonly Member[] = [
  ...FITS.map(({ name, fitTo }) => modelMember(name, fitTo)),
  modelMember(mbgCnbdK.name, (customers) => mbgCnbdK.fit(customers, {})),
  likeliestWithOrderSpend,
];

function naive(
  name: string,
  say: (customer: BookCustomer, weeks: number, gapWeeks: number) => { count: number; spend: number },
): Member {
  return {
    name,
    kind: 'naive',
    priorWeight: { counts: 0, spends: 0 },
    onTrial: false,
    answer: ({ customers, weeks }) => {
      const repeats = customers.reduce((sum, each) => sum + each.frequency, 0);
      const gapWeeks = customers.reduce((sum, each) => sum + each.recencyWeeks, 0) / Math.max(repeats, 1);
      const said = customers.map((customer) => say(customer, weeks, Math.max(gapWeeks, 1 / 7)));
      return {
        counts: Float64Array.from(said, (each) => each.count),
        spends: Float64Array.from(said, (each) => each.spend),
      };
    },
  };
}
