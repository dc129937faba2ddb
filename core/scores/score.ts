import type { CalendarDay } from '../domain/calendar-day.ts';
import type { Segment } from '../segments/segment-names.ts';
import type { DataQuality } from './data-quality.ts';
import type { Standing } from './priority.ts';

/** Bands are cut-offs frozen at training: high = the top fifth of customers who are not lapsed, medium = the next 30 %. */
export type Band = 'high' | 'medium' | 'low';

/**
 * `prospect`: never bought. `active`: bought within two churn horizons. `lapsed`: silent for longer; win-back only, no save task.
 */
export type Lifecycle = 'prospect' | 'active' | 'lapsed';

/** Which score a contribution belongs to. */
export type ScoreName = 'clv' | 'churn' | 'engagement';

/** What one group of inputs adds to a score, against the book's median customer. */
export interface Contribution {
  group: string;
  /** In the score's own unit: money for clv, probability 0..1 for churn, points for engagement. */
  contribution: number;
}

/** Baseline (the median customer's score) and contributions; they add up to the score to 1e-9. */
export interface Explanation {
  baseline: number;
  contributions: readonly Contribution[];
}

/** The numbers of one customer on one day. Money in major units of `currency`, rounded to its minor unit. */
export interface ScoreNumbers {
  asOf: CalendarDay;
  lifecycle: Lifecycle;
  /** Discounted value of the next 12 months' purchases, risk-adjusted; null for prospects. */
  clv12m: number | null;
  /** 10th and 90th percentile of the simulated 12-month money. */
  clv12mLow: number | null;
  clv12mHigh: number | null;
  /** What 12 months are worth if the customer stays. */
  valueIfKept12m: number | null;
  /** Probability of leaving within the horizon as the model's definition has it, 0..1, calibrated; null for prospects, and by contract for who has none. */
  churnProbability: number | null;
  /** `lapsed` customers are beyond a band: the question is no longer whether they leave. */
  churnBand: Band | 'lapsed' | null;
  valueBand: Band | null;
  /** 0..100. */
  engagement: number;
  engagementTrend: 'rising' | 'steady' | 'falling';
  /** 0..100: what to look at first. */
  priority: number;
  /** Where the customer stands by each criterion of the priority; null when it cannot be said. */
  standing: Standing | null;
  /** By recency, frequency and money; null for prospects. */
  segment: Segment | null;
}

/** A customer's score as it is kept: numbers, why, and why they moved. */
export interface Score extends ScoreNumbers {
  currency: string;
  churnHorizonDays: number;
  modelVersion: string;
  /** Letter of the cluster of customers who behave alike; null for prospects and small books. */
  cluster: string | null;
  explanations: Partial<Record<ScoreName, Explanation>>;
  /** Three sentences for a rep, most important first. */
  reasons: readonly string[];
  /** Why it moved since the score before; null for the first. */
  change: string | null;
  /** How far all this can be believed; absent where statistics of an earlier version were scored. */
  dataQuality?: DataQuality;
  nextAction: string | null;
  nextActionOn: CalendarDay | null;
}
