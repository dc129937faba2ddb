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
}
