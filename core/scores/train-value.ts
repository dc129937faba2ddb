import { explosionOf } from '../backtest/explosion.ts';
import { NotFittedError } from '../domain/errors.ts';
import { readinessOf } from '../evaluation/readiness.ts';
import type { Inputs } from '../features/inputs.ts';
import { mbgNbd } from '../models/clv/beta-geometric.ts';
import { YEAR_WEEKS } from '../models/clv/discounting.ts';
import { gammaGamma } from '../models/clv/gamma-gamma.ts';
import type { FittedSpend } from '../models/clv/money-models.ts';
import { INTERVAL_SEED, NOMINAL_LEVELS } from '../models/clv/predictive.ts';
import { ENOUGH_REPEAT_CUSTOMERS } from '../models/clv/public-prior.ts';
import type { FittedTransactionModel } from '../models/clv/transaction-model.ts';
import { likeliestOf, TRANSACTION_MODELS } from '../models/clv/transaction-models.ts';
import type { TransactionRow } from '../models/clv/transaction-row.ts';
import type { TrainingCustomer } from './train.ts';
import { trainingBook } from './training-book.ts';
import { transactionRow, type ValueModels } from './value.ts';
import { valueByBacktest } from './value-by-backtest.ts';
import { type ChosenValue, transactionFit, type ValueContext } from './value-report.ts';

/** The value models of a book, how they were chosen, and how each fit went. */
export interface TrainedValue extends Omit<ChosenValue, 'money'> {
  value: ValueModels;
}

/**
 * Chooses how value is told: by windows inside the book; where it is too small for that, the likeliest transaction model with
 * Gamma-Gamma. Null when no customer has bought twice. What is odd about the book is said first.
 *
 * @param buyers inputs of every customer with a purchase
 * @param sample customers with their history; the whole book when it is small
 */
export function trainValue(
  buyers: readonly Inputs[],
  sample: readonly TrainingCustomer[],
  context: ValueContext,
): TrainedValue | null {
  const book = trainingBook(sample, context.currency);
  if (book !== null) context.warnings.push(...readinessOf(book, context.asOf).warnings);
  try {
    // What churn reads, whatever tells the money.
    const transactions = mbgNbd.fit(buyers.map(transactionRow), {});
    const { money, ...chosen } =
      (book && valueByBacktest(book, sample, buyers.length, context)) ?? valueByLikelihood(buyers, context);
    return { ...chosen, value: { ...money, transactions } };
  } catch (error) {
    if (!(error instanceof NotFittedError)) throw error;
    context.warnings.push(error.message);
    return null;
  }
}

/** Too little for a window: the likeliest transaction model with Gamma-Gamma. */
function valueByLikelihood(buyers: readonly Inputs[], { warnings }: ValueContext): ChosenValue {
  const rows = buyers.map(transactionRow);
  const fits = TRANSACTION_MODELS.map((family) => family.fit(rows, {}));
  const best = likeliestOf(fits);
  const spend = spendOf(buyers, warnings);
  const weights = [{ name: best.name, counts: 1, money: 1 }];
  warnings.push(
    ...best.diagnostics.warnings,
    ...explosionOf(best.name, expectedOf(best, rows), rows, YEAR_WEEKS),
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

function expectedOf(model: FittedTransactionModel, rows: readonly TransactionRow[]): Float64Array {
  return Float64Array.from(rows, (row) => model.expectedPurchases(row, YEAR_WEEKS));
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
