import type { CohortPeriod } from '../evaluation/cohort-periods.ts';
import type { Driver } from '../explain/drivers.ts';
import type { Insight } from '../scores/insight.ts';
import type { Overview } from '../scores/overview.ts';
import type { PropensityReport } from '../scores/propensity.ts';
import type { Clusters } from '../segments/clusters.ts';
import type { RfmShares } from '../segments/rfm.ts';
import type { ModelCards } from './model-cards.ts';

/** One customer in a list. Money in decimal strings of `currency`; probabilities 0..1. */
export interface CustomerSummary {
  customerId: string;
  name: string | null;
  currency: string;
  clv12m: string | null;
  valueIfKept12m: string | null;
  churnProbability: number | null;
  churnBand: string | null;
  valueBand: string | null;
  engagement: number;
  priority: number;
  lifecycle: string;
  asOf: string;
  scoredAt: string;
}

/** Everything that explains one customer's scores. */
export interface CustomerExplanation extends CustomerSummary {
  clv12mLow: string | null;
  clv12mHigh: string | null;
  churnHorizonDays: number;
  reasons: readonly string[];
  change: string | null;
  nextAction: string | null;
  /** How far the scores can be believed, 0..100, and what lowers it in sentences; null for scores of an earlier version. */
  dataQuality: { score: number; lowered: readonly string[] } | null;
  modelVersion: string;
  engagementTrend: string;
  contributions: Readonly<Record<string, readonly { group: string; contribution: number }[]>>;
  baselines: Readonly<Record<string, number>>;
  records: readonly { connectionId: string; kind: string; externalId: string }[];
  /** Which record was joined to which, and why. */
  merges: readonly { record: string; joinedTo: string; reason: string; at: string }[];
  history: readonly { asOf: string; clv12m: string | null; churnProbability: number | null; engagement: number }[];
}

/** Questions that CLI, API and console ask; one implementation, so that they cannot differ. */
export interface Queries {
  /** Sorted by priority, highest first; `after` is the last customerId of the page before. limit 1..500. */
  customers(options: {
    limit: number;
    after: string | null;
    churnBand?: string;
    valueBand?: string;
  }): Promise<readonly CustomerSummary[]>;
  /** By customer id, e-mail address or external id; null when there is none. */
  explain(customer: string): Promise<CustomerExplanation | null>;
  /** Whether the store answers, what waits, and since when nothing may leave (null: it may). */
  health(): Promise<{
    ok: boolean;
    engine: string;
    /** Messages that nobody has read, and deliveries that nobody has taken apart. */
    inboxWaiting: number;
    outboxWaiting: number;
    quarantined: number;
    pausedSince: string | null;
  }>;
}

/** Customers taken together: a segment or a cluster. Money in decimal strings of the report's currency, the next 12 months. */
export interface GroupRow {
  id: string;
  /** In words: the segment's name, or how the cluster behaves. */
  name: string;
  /** Null for clusters. */
  whatToDo: string | null;
  customers: number;
  shareOfCustomers: number;
  expectedValue: string;
  /** Of the expected value of the book; 0 when that is nothing. */
  shareOfValue: number;
  meanChurnProbability: number | null;
  /** Churn probability x value if kept, summed over the active: the lapsed have left already. */
  valueAtRisk: string;
  /** What it brings in 12 months if one in ten of those who would leave stays: a tenth of the value at risk, an assumption. */
  gainIfOneInTenStays: string;
}

/** How much of the value the most valuable part of the customers holds. */
export interface Concentration {
  /** Part of the customers, 0..1: the most valuable. */
  part: number;
  customers: number;
  /** Of the expected value of 12 months, 0..1. */
  shareOfValue: number;
}

/** The book by segment and by cluster; those with most expected value first. */
export interface SegmentReport {
  asOf: string;
  currency: string;
  modelVersion: string;
  segments: readonly GroupRow[];
  clusters: readonly GroupRow[];
  /** Every number of clusters that was tried at training; the chosen one has the highest mean silhouette. */
  clustersTried: Clusters['tried'];
  /** The share of buyers with each RFM score from 1 to 5 at training: ties are never broken, so fifths are uneven. */
  rfmShares: RfmShares | null;
  /** The smallest part first. */
  concentration: readonly Concentration[];
}

/** Where buyers stand by recency, frequency and money, and how they moved between segments. */
export interface SegmentMoves {
  asOf: string;
  /** The day that `moves` compare with, and the first day of which scores are kept: before it nobody has a segment. */
  since: string;
  historyFrom: string;
  /** Segments in words, by their id, from the best to the lost. */
  names: Readonly<Record<string, string>>;
  /** The cells with somebody in them. `recency` and `worth` (the mean of frequency and money) from 1 (worst) to 5. */
  grid: readonly { recency: number; worth: number; segment: string; customers: number }[];
  /** Customers by the segment they were in and are in; `from` is null for who was in none yet. */
  moves: readonly { from: string | null; to: string; customers: number }[];
}

/** Money of some customers in a window of the past: foretold on its first day with an 80 % interval, and what came. Decimal strings. */
export interface ForetoldMoneyRow {
  customers: number;
  expected: string;
  low: string;
  high: string;
  actual: string;
}

/** Customers by when they came, as counted at the champion's training. Money in decimal strings of `currency`. */
export interface CohortsAnswer {
  modelVersion: string;
  currency: string;
  /** Null without a period that is over, and for a model of an earlier version. */
  triangle: {
    until: string;
    period: CohortPeriod;
    /** What staying is: an order in the period, or a contract on its last day. */
    staying: 'ordered' | 'under-contract';
    /** Customers looked at, 20,000 at most, and how many of them came before the first row. */
    customers: number;
    older: number;
    /** The earliest first; the first number of each list is of the period in which they came. */
    cohorts: readonly {
      name: string;
      customers: number;
      /** Shares, 0..1. */
      stayed: readonly number[];
      /** For each customer of the cohort, in each period and up to its end. */
      revenue: readonly string[];
      revenueSoFar: readonly string[];
    }[];
  } | null;
  /** How the champion's kind of model would have foretold the newest window; null where nothing could be judged. */
  forecast: {
    from: string;
    to: string;
    model: string;
    cohorts: readonly (ForetoldMoneyRow & { name: string })[];
    total: ForetoldMoneyRow;
    /** Of the cohorts, how many came inside their interval. */
    inside: number;
    /** The error of the sum, as a share of what came; above 0 too much was foretold. Null where nothing came. */
    totalError: number | null;
    /** Sum of the cohorts' errors, whatever their sign, as a share of what came. */
    weightedError: number | null;
  } | null;
}

/** One customer in the order of priority, and how that order depends on what is held important. */
export interface PriorityRow {
  customerId: string;
  name: string | null;
  rank: number;
  priority: number;
  /** The rank by the other way of weighing: TOPSIS for the weighted sum, and the reverse. */
  rankByOtherMethod: number;
  /** The rank if one criterion weighed twice. */
  rankIfDoubled: Readonly<Record<string, number>>;
  /** Sentences about the doublings that change the rank. */
  sensitivity: readonly string[];
}

/** What went with leaving, and with staying, in the horizon before the training. */
export interface DriversAnswer {
  asOf: string;
  horizonDays: number;
  /** Active customers who were followed, and comparisons made. */
  customers: number;
  tests: number;
  /** Those that stand after correction for all comparisons; each an association, not a cause. */
  drivers: readonly (Driver & { sentence: string })[];
}

/** Who is likely to do something within the horizon. */
export interface PropensityAnswer {
  horizonDays: number;
  /** How each target's model did, or why there is none. */
  targets: readonly PropensityReport[];
  /** Most likely first; empty when the target has no model. */
  customers: readonly { customerId: string; name: string | null; probability: number }[];
}

/** Questions that take a look at the whole book, or behind one customer's scores: for reports, not for the live thread. */
export interface Insights {
  /** Null before the first scoring. */
  segments(): Promise<SegmentReport | null>;
  /** Null before the first scoring. days >= 1. */
  segmentMoves(options: { days: number }): Promise<SegmentMoves | null>;
  /** Null before the first training. */
  cohorts(): Promise<CohortsAnswer | null>;
  priorities(options: { limit: number }): Promise<{ method: string; customers: readonly PriorityRow[] }>;
  /** Null before the first training. */
  drivers(): Promise<DriversAnswer | null>;
  /** Null before the first training. limit >= 0. */
  propensity(options: { target: string; limit: number }): Promise<PropensityAnswer | null>;
  /** What the scores rest on; null before the first scoring. */
  overview(): Promise<Overview | null>;
  /** The models that score today; null before the first training. */
  models(): Promise<ModelCards | null>;
  /** Null for who is not scored by a model of today's format. */
  customer(customerId: string): Promise<Insight | null>;
}
