import type { CustomerOrder } from '../domain/customer-order.ts';
import type { CustomerSummary } from './engine.ts';

/** One cell of the grid of value and risk. Bands are null for who has none yet. */
export interface GridCell {
  valueBand: string | null;
  churnBand: string | null;
  customers: number;
  /** Churn probability x value if kept, summed; decimal string of the overview's currency. */
  valueAtRisk: string;
}

/** A customer whose scores moved, and why. */
export interface Movement {
  customerId: string;
  name: string | null;
  /** Value at risk before and after, decimal strings of the overview's currency. */
  valueAtRiskBefore: string;
  valueAtRiskNow: string;
  churnProbabilityBefore: number | null;
  churnProbabilityNow: number | null;
  /** Value at risk says nothing of who has lapsed: what was at risk is lost. Null for who was active before and is now. */
  turn: 'lapsed' | 'returned' | null;
  /** In words, as on the record. */
  change: string | null;
  at: string;
}

/** What a playbook has kept, by its random holdout. */
export interface PlaybookEffect {
  playbook: string;
  /** Customers followed to the end of the horizon, and how many of them left. */
  treated: { customers: number; left: number };
  heldOut: { customers: number; left: number };
  /** 12 months' value that would have left; decimal strings; the 95 % interval holds at all looks together. Null while an arm has fewer than 20 customers. */
  saved: { value: string; low: string; high: string } | null;
}

/** The book at a glance. Money in decimal strings of `currency`, the next 12 months. */
export interface BookOverview {
  currency: string | null;
  /** The latest day that scores are of, and when they were made; null before the first scoring. */
  asOf: string | null;
  scoredAt: string | null;
  horizonDays: number | null;
  customers: number;
  /** Those with a value today. */
  scored: number;
  expectedValue: string;
  valueAtRisk: string;
  grid: readonly GridCell[];
  /** Of the last seven days: how many customers moved, and those whose value at risk moved most. */
  moved: number;
  movements: readonly Movement[];
  tasks: {
    /** Opened in the last seven days, waiting to be opened, and waiting for their owner's capacity. */
    openedLastWeek: number;
    waiting: number;
    queued: number;
  };
  effects: readonly PlaybookEffect[];
  /** What the book lacks for scores, in sentences. */
  missing: readonly string[];
}

/** Whom to list. Filters that are left out let everybody through. */
export interface CustomerFilter {
  /** A part of the name; or a whole e-mail address, external id or customer id. */
  text?: string;
  churnBand?: string;
  valueBand?: string;
  lifecycle?: string;
  segment?: string;
}

/** A customer in a list of the console. */
export interface ListedCustomer extends CustomerSummary {
  segment: string | null;
  valueAtRisk: string | null;
}

/** Questions about the book that a person asks who looks at lists. */
export interface Book {
  overview(): Promise<BookOverview>;
  /** How many the filter lets through. */
  count(filter: CustomerFilter): Promise<number>;
  /** A stretch of the list; who has no value in what it is ordered by comes last. offset >= 0, limit >= 1. */
  list(
    filter: CustomerFilter,
    page: { order: CustomerOrder; descending: boolean; offset: number; limit: number },
  ): Promise<readonly ListedCustomer[]>;
}
