import type { BacktestWindow } from '../backtest/backtest-windows.ts';
import type { BacktestRow } from '../backtest/ensemble.ts';
import type { CalendarDay } from '../domain/calendar-day.ts';
import type { CohortForecast } from '../evaluation/cohort-forecast.ts';
import type { MoneyModels } from '../models/clv/money-models.ts';
import type { Levels } from '../models/clv/predictive.ts';
import type { FittedTransactionModel } from '../models/clv/transaction-model.ts';

/** How the value model of a book was chosen, and what it is made of. */
export interface ValueReport {
  /** A model's name, or `ensemble`. */
  chosen: string;
  /**
   * `backtest`: the best on windows inside the book; `likelihood`: the likeliest, where there is too little for windows; `only-one`: contracts, too,
   * where there is too little to judge by.
   */
  chosenBy: 'backtest' | 'likelihood' | 'only-one';
  /** Present where value comes from contracts: counts are days of cover then, not purchases. */
  from?: 'contracts';
  /** Customers with a purchase that the models were fitted to, of how many in the book. */
  fittedTo: number;
  buyers: number;
  /** Customers, prospects included, whom the windows were drawn from; 0 without a window. */
  judgedOn: number;
  windows: readonly BacktestWindow[];
  /** The winner beside the losers and the naive rows, best first; empty without a window. */
  backtest: readonly BacktestRow[];
  /** Of what the chosen one is made: shares of the purchases that intervals are simulated from, and of expected money. */
  weights: readonly { name: string; counts: number; money: number }[];
  /** Levels of the 80 % interval; the 10th and 90th percentile where there is too little to learn others. */
  levels: Levels;
  /** Seed of the futures behind intervals; null where they are exact. */
  seed: number | null;
  /** How the chosen one's forecast on the newest window fared, by when customers came; absent without a window, and from contracts. */
  cohorts?: CohortForecast;
}

/** A fit of a transaction model, as the report shows it. */
export interface TransactionFit {
  name: string;
  logLikelihood: number | null;
  converged: boolean;
  /** Whether scores use it. */
  chosen: boolean;
  parameters: Readonly<Record<string, number>>;
}

/** What the value of a book is told by, how it was chosen, and how each fit went. */
export interface ChosenValue {
  money: MoneyModels;
  report: ValueReport;
  transactionModels: readonly TransactionFit[];
}

/** What choosing a value model is told; it adds sentences to `warnings`. */
export interface ValueContext {
  asOf: CalendarDay;
  currency: string;
  warnings: string[];
}

/** The report's line of a fit. */
export function transactionFit(fit: FittedTransactionModel, chosen: boolean): TransactionFit {
  const { name, diagnostics, parameters } = fit;
  const { logLikelihood, converged } = diagnostics;
  return { name, logLikelihood, converged, chosen, parameters: { ...parameters } };
}
