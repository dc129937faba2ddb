import type { Book, BookCustomer } from '../backtest/book.ts';
import { type BacktestRow, bestOf, ENSEMBLE, type EnsembleWeights, learnWeights } from '../backtest/ensemble.ts';
import { explosionOf } from '../backtest/explosion.ts';
import { levelsOfNewest, mixtureOf } from '../backtest/interval-levels.ts';
import { type Answer, MODEL_MEMBERS, NAIVE_MEMBERS, spendOfOrders } from '../backtest/members.ts';
import type { CalendarDay } from '../domain/calendar-day.ts';
import { cohortForecast } from '../evaluation/cohort-forecast.ts';
import { periodFor } from '../evaluation/cohort-periods.ts';
import { YEAR_WEEKS } from '../models/clv/discounting.ts';
import type { MoneyModels } from '../models/clv/money-models.ts';
import { INTERVAL_SEED } from '../models/clv/predictive.ts';
import { ENOUGH_REPEAT_CUSTOMERS } from '../models/clv/public-prior.ts';
import type { FittedTransactionModel } from '../models/clv/transaction-model.ts';
import type { TrainingCustomer } from './train.ts';
import { trainingBook } from './training-book.ts';
import { type ChosenValue, transactionFit, type ValueContext, type ValueReport } from './value-report.ts';

/**
 * What is compared on the windows. Learned models are not: they read single days (the last amount, the last eight weeks) that the
 * running statistics of a customer do not hold, and the live thread scores from these alone.
 */
const MEMBERS = [...MODEL_MEMBERS, ...NAIVE_MEMBERS];
/** Customers that windows are drawn from, at most: more would say the same, and every window fits every model anew. */
const JUDGED_ON = 10_000;

/**
 * Chooses by windows inside the book: each model fitted to what was known on a window's first day and judged beside the naive rows by what
 * came, up to a year. Null where there is too little for one.
 *
 * @param book all customers of the sample
 * @param buyers customers with a purchase in the whole book
 */
export function valueByBacktest(
  book: Book,
  sample: readonly TrainingCustomer[],
  buyers: number,
  { asOf, currency, warnings }: ValueContext,
): ChosenValue | null {
  const judged = sample.slice(0, JUDGED_ON);
  const past = trainingBook(judged, currency);
  if (past === null) return null;
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
  warnings.push(
    ...[...fits, ...spends].flatMap(({ diagnostics }) => diagnostics.warnings),
    ...answers.flatMap(({ counts, transactions }) =>
      transactions && fits.includes(transactions) ? explosionOf(transactions.name, counts, customers, weeks) : [],
    ),
  );
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
      ...forecastOf(best.name, learned, past.firstDay),
    },
    transactionModels: answers.flatMap(({ transactions }) =>
      transactions ? [transactionFit(transactions, fits.includes(transactions))] : [],
    ),
  };
}

const repeatCustomers = (customers: readonly BookCustomer[]) =>
  customers.filter(({ frequency }) => frequency > 0).length;

/** All weight on one member. */
function onlyOf(name: string): Pick<EnsembleWeights, 'counts' | 'spends'> {
  const weights = Float64Array.from(MEMBERS, (member) => (member.name === name ? 1 : 0));
  return { counts: weights, spends: weights };
}

/** How the chosen one's forecast of the newest window fared, fitted to what was known on its first day. */
function forecastOf(
  name: string,
  { replays, names, counts }: EnsembleWeights,
  firstDay: CalendarDay,
): Pick<ValueReport, 'cohorts'> {
  const toldBy = ({ window, question, answers, outcomes, ensemble }: EnsembleWeights['replays'][number]) => {
    const answer = name === ENSEMBLE ? ensemble : answers[names.indexOf(name)];
    const [heaviest] = mixtureOf(answers, { counts }).toSorted((a, b) => b.weight - a.weight);
    if (!answer || !heaviest) return null;
    return {
      window,
      customers: question.customers,
      expected: answer.spends,
      actual: outcomes.map(({ spend }) => spend),
      models: { transactions: heaviest.model, spend: spendOfOrders(question.customers) },
    };
  };
  const [newest] = replays;
  const told = newest && toldBy(newest);
  if (!newest || !told) return {};
  const earlier = replays.find(({ window }) => window.to <= newest.window.from);
  const period = periodFor(firstDay, newest.window.from);
  return { cohorts: cohortForecast(told, (earlier && toldBy(earlier)) ?? null, period) };
}

/** The models of the members with weight, fitted to all that is known, with the interval's levels from the newest window. */
function moneyOf(
  answers: readonly Answer[],
  weights: EnsembleWeights,
  customers: readonly BookCustomer[],
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
