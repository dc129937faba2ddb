/** One way of telling that was compared. */
export interface ModelCardMember {
  name: string;
  /** `naive` is what anybody could say without a model. */
  kind: 'model' | 'learned' | 'naive' | 'ensemble';
  chosen: boolean;
  /** Its shares of what scores are made of, 0..1; null without. */
  weights: { counts: number; money: number } | null;
  /** Under the paper's names; null for those without any to show. */
  parameters: Readonly<Record<string, number>> | null;
  /** Figures on the windows that it was judged by. */
  metrics: Readonly<Record<string, number | null>>;
}

/** One model behind the scores. */
export interface ModelCard {
  /** `value`, `churn`, `engagement`, or what customers may do. */
  name: string;
  /** The member that scores use. */
  chosen: string;
  /** `backtest`: on windows inside the book; `newest-window`: on the newest period; `likelihood` and `only-one`: too little to judge. */
  chosenBy: 'backtest' | 'newest-window' | 'likelihood' | 'only-one';
  /** Windows it was judged on: known on `from`, judged by what came up to `to`. */
  windows: readonly { from: string; to: string }[];
  /** Customers it learned from, or customers on past days. */
  examples: number;
  members: readonly ModelCardMember[];
  metrics: Readonly<Record<string, number | null>>;
  /** Null where nothing is drawn. */
  seed: number | null;
}

/** The models that score today, with what is to be known of them. */
export interface ModelCards {
  modelVersion: string;
  asOf: string;
  trainedAt: string;
  currency: string;
  churnDefinition: string;
  churnHorizonDays: number;
  customers: number;
  buyers: number;
  repeatBuyers: number;
  /** Equal for equal facts: what the models were trained on. */
  dataHash: string;
  warnings: readonly string[];
  models: readonly ModelCard[];
  /** Churn risks on customers that they were neither fitted to nor calibrated on; null where too few could be followed, and of earlier versions. */
  churnJudged: {
    customers: number;
    /** Share who left, 0..1. */
    left: number;
    /** Tenths by risk, the lowest first: the share foretold and the share that left. */
    calibration: readonly { rows: number; predicted: number; actual: number }[];
    /** Of the share of customers with the highest risks: what share of all leavers it holds, and how many times as many as by chance. */
    lift: readonly { share: number; captured: number; lift: number }[];
  } | null;
  /** What scores rest on: of each group of inputs its share, by size, of all that moves a score; empty for models of earlier versions. */
  importance: readonly { score: 'clv' | 'churn' | 'engagement'; group: string; share: number }[];
}
