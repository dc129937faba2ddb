import { type CalendarDay, daysBetween } from '../domain/calendar-day.ts';
import { boostedValue } from '../models/clv/boosted-value.ts';
import type { LearnedValueRow } from '../models/clv/learned-value.ts';
import { expectedSpend } from '../models/clv/lifetime-value.ts';
import { neural } from '../models/clv/neural.ts';
import { backtestWindows } from './backtest-windows.ts';
import type { Book, BookCustomer } from './book.ts';
import { likeliestModels, type Member, type Question, spendPerPurchase } from './members.ts';
import { type BaseModels, VALUE_FEATURES, valueRows } from './value-features.ts';

/** Windows inside the past that the learned models are trained on. */
const TRAINING_WINDOWS = 3;
/** Examples at most, taken at even steps: beyond, another example says little that the others do not. */
const MOST_EXAMPLES = 12_000;
const SEED = 7;

/**
 * The learned ways of telling: trained on windows that ended by the day of the question, facts of each window's first day alone. The
 * backtest judges them by what they learn from half of the history, so both begin with the weight of all transaction models
 * together, for money twice that (of none to 16 models' weight, chosen as the ensemble's ridge was); the network, where it has passed
 * its trial.
 */
export const LEARNED_MEMBERS: readonly Member[] = [
  { family: boostedValue, onTrial: false },
  { family: neural, onTrial: true },
].map(
  ({ family, onTrial }): Member => ({
    name: family.name,
    priorWeight: { counts: 4, spends: 8 },
    onTrial,
    kind: 'learned',
    answer: (question) => {
      const { book, examples } = lessonsOf(question);
      const fitted = family.fit(examples, { featureNames: VALUE_FEATURES, book, seed: SEED });
      const said = fitted.predict(book);
      return {
        counts: Float64Array.from(said, ({ count }) => count),
        spends: Float64Array.from(said, ({ spend }) => spend),
        fit: { parameters: {}, diagnostics: fitted.diagnostics },
      };
    },
  }),
);

/** What there is to learn from, and whom it is asked of. */
interface Lessons {
  book: readonly LearnedValueRow[];
  examples: readonly LearnedValueRow[];
}

/** Both learned models are asked one after the other: the lessons of a question are made once. */
const lessons = new WeakMap<Question, Lessons>();

function lessonsOf(question: Question): Lessons {
  const made = lessons.get(question) ?? {
    book: valueRows(baseModels(question.customers), question),
    examples: examplesFor(question),
  };
  lessons.set(question, made);
  return made;
}

/** Customers on days in the past, with what came after. */
function examplesFor({ book, asOf, weeks }: Pick<Question, 'book' | 'asOf' | 'weeks'>): readonly LearnedValueRow[] {
  const rows = backtestWindows(book.firstDay, asOf, weeks, TRAINING_WINDOWS).flatMap(({ from, to }) =>
    windowExamples(book, from, to),
  );
  const step = Math.max(1, Math.ceil(rows.length / MOST_EXAMPLES));
  return rows.filter((_, i) => i % step === 0);
}

function windowExamples(book: Book, from: CalendarDay, to: CalendarDay): readonly LearnedValueRow[] {
  const customers = book.customersAt(from);
  // A window in whose past nobody has bought twice has no expectation to start from.
  if (customers.every((customer) => customer.frequency === 0)) return [];
  const outcomes = book.outcomesOf(customers, from, to);
  const question = { book, asOf: from, weeks: daysBetween(from, to) / 7, customers };
  return valueRows(baseModels(customers), question).flatMap((row, i) => {
    const outcome = outcomes[i];
    return outcome ? [{ ...row, outcome }] : [];
  });
}

/**
 * The likeliest transaction model, and the mean of both models of spend: each is the better one on half of the books, and half of the
 * error of either is its own.
 */
function baseModels(customers: readonly BookCustomer[]): BaseModels {
  const models = likeliestModels(customers);
  const gammaGamma = spendPerPurchase(customers);
  return {
    transactions: models.transactions,
    spendOf: (customer) => (expectedSpend(models, customer) + gammaGamma.of(customer)) / 2,
  };
}
