import type { BacktestWindow } from '../backtest/backtest-windows.ts';
import type { BacktestRow } from '../backtest/ensemble.ts';
import type { Levels } from '../models/clv/predictive.ts';

/** How the value model of a book was chosen, and what it is made of. */
export interface ValueReport {
  /** A model's name, or `ensemble`. */
  chosen: string;
  /** `backtest`: the best on windows inside the book; `likelihood`: the likeliest, where there is too little for windows. */
  chosenBy: 'backtest' | 'likelihood';
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
  /** Seed of the futures behind intervals. */
  seed: number;
}
