import type { Book } from '../backtest/book.ts';
import { type BacktestRow, bestOf, ENSEMBLE, type EnsembleWeights, learnWeights } from '../backtest/ensemble.ts';
import { levelsOfNewest, mixtureOf } from '../backtest/interval-levels.ts';
import { type Answer, MODEL_MEMBERS, NAIVE_MEMBERS, spendOfOrders } from '../backtest/members.ts';
import type { CalendarDay } from '../domain/calendar-day.ts';
import { NotFittedError } from '../domain/errors.ts';
import type { Inputs } from '../features/inputs.ts';
import { mbgNbd } from '../models/clv/beta-geometric.ts';
import { YEAR_WEEKS } from '../models/clv/discounting.ts';
import { gammaGamma } from '../models/clv/gamma-gamma.ts';
import type { FittedSpend, MoneyModels } from '../models/clv/money-models.ts';
import { INTERVAL_SEED, NOMINAL_LEVELS } from '../models/clv/predictive.ts';
import { ENOUGH_REPEAT_CUSTOMERS } from '../models/clv/public-prior.ts';
import type { FittedTransactionModel } from '../models/clv/transaction-model.ts';
import { likeliestOf, TRANSACTION_MODELS } from '../models/clv/transaction-models.ts';
import type { TrainingCustomer } from './train.ts';
import { trainingBook } from './training-book.ts';
import { transactionRow, type ValueModels } from './value.ts';
import type { ValueReport } from './value-report.ts';

/**
 * What is compared on the windows. Learned models are not: they read single days (the last amount, the last eight weeks) that the
 * running statistics of a customer do not hold, and the live thread scores from these alone.
 */
const MEMBERS = [...MODEL_MEMBERS, ...NAIVE_MEMBERS];
/** Customers that windows are drawn from, at most: more would say the same, and every window fits every model anew. */
const JUDGED_ON = 10_000;

/** A fit of a transaction model, as the report shows it. */
export interface TransactionFit {
  name: string;
  logLikelihood: number | null;
  converged: boolean;
  /** Whether scores use it. */
  chosen: boolean;
  parameters: Readonly<Record<string, number>>;
}

/** The value models of a book, how they were chosen, and how each fit went. */
export interface TrainedValue {
  value: ValueModels;
  report: ValueReport;
  transactionModels: readonly TransactionFit[];
}

interface ValueContext {
  asOf: CalendarDay;
  currency: string;
  warnings: string[];
}

/**
 * Chooses how value is told: by windows inside the book, each model fitted to what was known on its first day and judged beside the naive
 * rows by what came, up to a year; the likeliest transaction model with Gamma-Gamma where the book is too small for that. Null when no
 * customer has bought twice.
 *
 * @param buyers inputs of every customer with a purchase
 * @param sample customers with their history; the whole book when it is small
 */
export function trainValue(
  buyers: readonly Inputs[],
  sample: readonly TrainingCustomer[],
  context: ValueContext,
): TrainedValue | null {
  try {
    // What churn reads, whatever tells the money.
    const transactions = mbgNbd.fit(buyers.map(transactionRow), {});
    const chosen = byBacktest(buyers.length, sample, context) ?? byLikelihood(buyers, context);
    return { ...chosen, value: { ...chosen.money, transactions } };
  } catch (error) {
    if (!(error instanceof NotFittedError)) throw error;
    context.warnings.push(error.message);
    return null;
  }
}

type Chosen = Omit<TrainedValue, 'value'> & { money: MoneyModels };

/** The present rule of small books. */
function byLikelihood(buyers: readonly Inputs[], { warnings }: ValueContext): Chosen {
  const rows = buyers.map(transactionRow);
  const fits = TRANSACTION_MODELS.map((family) => family.fit(rows, {}));
  const best = likeliestOf(fits);
  const spend = spendOf(buyers, warnings);
  const weights = [{ name: best.name, counts: 1, money: 1 }];
  warnings.push(
    ...best.diagnostics.warnings,
    `The value model is the likeliest, ${best.name}: choosing by what came after takes a window inside the book and ${ENOUGH_REPEAT_CUSTOMERS} customers who have bought twice by its first day.`,
  );
  return {
    money: {
      parts: [{ weight: 1, transactions: best, spend }],
      predictive: { mixture: [{ model: best, weight: 1 }], spend },
      levels: NOMINAL_LEVELS,
    },
    report: {
      chosen: best.name,
      chosenBy: 'likelihood',
      fittedTo: buyers.length,
      buyers: buyers.length,
      judgedOn: 0,
      windows: [],
      backtest: [],
      weights,
      levels: NOMINAL_LEVELS,
      seed: INTERVAL_SEED,
    },
    transactionModels: fits.map((fit) => transactionFit(fit, fit === best)),
  };
}

/** The best on windows inside the book; null where there is too little for one. */
function byBacktest(buyers: number, sample: readonly TrainingCustomer[], context: ValueContext): Chosen | null {
  const { asOf, currency, warnings } = context;
  const judged = sample.slice(0, JUDGED_ON);
  const [book, past] = [trainingBook(sample, currency), trainingBook(judged, currency)];
  if (book === null || past === null) return null;
  const customers = book.customersAt(asOf);
  if (repeatCustomers(customers) < ENOUGH_REPEAT_CUSTOMERS) return null;
  const weeks = YEAR_WEEKS;
  const answers = MEMBERS.map((member) => member.answer({ book, asOf, weeks, customers }));
  const learned = learnWeights(
    MEMBERS,
    { book: past, asOf, weeks },
    // What anybody could say is judged, but has no distribution to draw an interval from.
    MEMBERS.map(({ kind }) => kind === 'model'),
  );
  if (learned.newest === null || repeatCustomers(learned.newest.question.customers) < ENOUGH_REPEAT_CUSTOMERS)
    return null;
  const best = bestOf(learned.backtest.filter(({ kind }) => kind !== 'naive'));
  if (best === null) return null;
  warnings.push(...noticeOf(best, learned.backtest));
  const weights = best.name === ENSEMBLE ? learned : { ...learned, ...onlyOf(best.name) };
  const { money, fits } = moneyOf(answers, weights, customers);
  const spends = new Set(money.parts.flatMap(({ spend }) => ('mean' in spend ? [] : [spend])));
  warnings.push(...[...fits, ...spends].flatMap(({ diagnostics }) => diagnostics.warnings));
  return {
    money,
    report: {
      chosen: best.name,
      chosenBy: 'backtest',
      fittedTo: customers.length,
      buyers,
      judgedOn: judged.length,
      windows: learned.windows,
      backtest: learned.backtest.toSorted((a, b) => b.score - a.score),
      weights: MEMBERS.flatMap(({ name }, m) => {
        const [counts, spends] = [weights.counts[m] ?? 0, weights.spends[m] ?? 0];
        return counts > 0 || spends > 0 ? [{ name, counts, money: spends }] : [];
      }),
      levels: money.levels,
      seed: INTERVAL_SEED,
    },
    transactionModels: answers.flatMap(({ transactions }) =>
      transactions ? [transactionFit(transactions, fits.includes(transactions))] : [],
    ),
  };
}

const repeatCustomers = (customers: ReturnType<Book['customersAt']>) =>
  customers.filter(({ frequency }) => frequency > 0).length;

/** All weight on one member. */
function onlyOf(name: string): Pick<EnsembleWeights, 'counts' | 'spends'> {
  const weights = Float64Array.from(MEMBERS, (member) => (member.name === name ? 1 : 0));
  return { counts: weights, spends: weights };
}

/** The models of the members with weight, fitted to all that is known, with the interval's levels from the newest window. */
function moneyOf(
  answers: readonly Answer[],
  weights: EnsembleWeights,
  customers: ReturnType<Book['customersAt']>,
): { money: MoneyModels; fits: readonly FittedTransactionModel[] } {
  const parts = answers.flatMap(({ value }, m) => {
    const weight = weights.spends[m] ?? 0;
    return value && weight > 0 ? [{ ...value, weight }] : [];
  });
  const mixture = mixtureOf(answers, weights).filter(({ weight }) => weight > 0);
  const money = {
    parts,
    predictive: { mixture, spend: spendOfOrders(customers) },
    levels: levelsOfNewest(weights).spend,
  };
  return {
    money,
    fits: [...new Set([...parts.map(({ transactions }) => transactions), ...mixture.map(({ model }) => model)])],
  };
}

/** Says when what anybody could say without a model was not worse. */
function noticeOf(best: BacktestRow, rows: readonly BacktestRow[]): readonly string[] {
  const naive = bestOf(rows.filter(({ kind }) => kind === 'naive'));
  if (naive === null || best.score > naive.score) return [];
  return [
    `On windows inside this book no value model beats "${naive.name}", which needs none (mean R2 ${naive.score.toFixed(3)}; the best model, ${best.name}, ${best.score.toFixed(3)}): take values as an order of customers, not as amounts.`,
  ];
}

function transactionFit({ name, diagnostics, parameters }: FittedTransactionModel, chosen: boolean): TransactionFit {
  const { logLikelihood, converged } = diagnostics;
  return { name, logLikelihood, converged, chosen, parameters: { ...parameters } };
}

function spendOf(buyers: readonly Inputs[], warnings: string[]): FittedSpend {
  try {
    const spend = gammaGamma.fit(buyers, {});
    warnings.push(...spend.diagnostics.warnings);
    return spend;
  } catch (error) {
    if (!(error instanceof NotFittedError)) throw error;
    const spenders = buyers.filter((each) => each.spendDays > 0);
    const mean = spenders.reduce((sum, each) => sum + each.meanSpend, 0) / Math.max(spenders.length, 1);
    warnings.push(`${error.message} Every purchase is taken at the book's mean of ${mean.toFixed(2)}.`);
    return { mean };
  }
}
