import type { Json } from '../../domain/json.ts';
import type { Random } from '../../ports/clock.ts';
import type { FittedModel, ModelFamily } from '../../ports/model.ts';
import type { TransactionRow } from './transaction-row.ts';
import type { TransactionTable } from './transaction-table.ts';

/** What a transaction model says of one customer. */
export interface TransactionForecast {
  /** P(alive): for diagnosis only, never a score: BG/NBD gives every one-time buyer 1. */
  probabilityAlive: number;
}

/**
 * A fitted model of when customers buy, in a setting without contracts: what scoring and evaluation ask of any of them. All
 * times in weeks; `row` is what is known of the customer on the day that `weeks` count from.
 */
export interface FittedTransactionModel extends FittedModel<TransactionRow, TransactionForecast> {
  /** Under the paper's names. */
  readonly parameters: Readonly<Record<string, number>>;
  /** Conditional expectation of purchases in the next `weeks`. */
  expectedPurchases(row: TransactionRow, weeks: number): number;
  /**
   * The same with each purchase discounted to today. `discountPerWeek` is the factor of one week, e.g. 1.1 ** (-7 / 365); with
   * `weeks` = Infinity these are the discounted expected residual transactions (DERT), which need a factor below 1.
   */
  discountedPurchases(row: TransactionRow, weeks: number, discountPerWeek: number): number;
  /** Probability of no purchase in the next `weeks`. */
  probabilityOfNoPurchase(row: TransactionRow, weeks: number): number;
  /** Probabilities of 0, 1, ..., `most` purchases in the next `weeks`; what is missing to 1 lies above `most`. */
  distributionOfPurchases(row: TransactionRow, weeks: number, most: number): Float64Array;
  /** Mean of the posterior purchase rate, purchases a week, of a customer who is still active. */
  purchaseRateWhileActive(row: TransactionRow): number;
  /** Draws one future from the posterior: calls `onPurchase` with the week of each purchase, ascending, all below `weeks`. */
  drawPurchases(row: TransactionRow, weeks: number, random: Random, onPurchase: (week: number) => void): void;
  /** Expected repeat purchases of a customer nothing is known of but the first purchase, in its first `weeks`. */
  expectedPurchasesOfNewcomer(weeks: number): number;
}

/** Options of a fit. */
export interface TransactionOptions {
  /**
   * Weight of the public prior (public-prior.ts): 0 is plain maximum likelihood, 1 takes the prior at its word. By default it fades
   * out as the book gets its own repeat customers.
   */
  penalty?: number;
}

/** The model face of a transaction model. */
export interface TransactionModelFamily<Fitted extends FittedTransactionModel = FittedTransactionModel>
  extends ModelFamily<TransactionRow, TransactionForecast, TransactionOptions> {
  /** Throws DataError naming the row and field of unusable input, NotFittedError when nobody has bought twice. */
  fit(rows: readonly TransactionRow[], options: TransactionOptions): Fitted;
  /** The same from grouped rows: its cost grows with distinct rows, not with customers. */
  fitTable(table: TransactionTable, options: TransactionOptions): Fitted;
  load(artifact: Json): Fitted;
}
