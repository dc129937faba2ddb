import type { CalendarDay } from '../domain/calendar-day.ts';
import type { UpliftEvaluation } from '../evaluation/uplift.ts';
import type { CampaignPlan } from '../planning/campaigns.ts';
import type { PolicyValue } from '../planning/off-policy.ts';
import type { DecisionsReview } from '../planning/review-decisions.ts';
import type { Outlook, ScenarioChanges } from '../planning/scenario.ts';
import type { UsedMargin } from '../scores/margin.ts';

/** What to do with one customer. Money in decimal strings of the answer's currency. */
export interface AdviceRow {
  customerId: string;
  name: string | null;
  segment: string | null;
  churnProbability: number;
  valueIfKept12m: string;
  /** What of it is earned, as a share, and whether the customer's own sales, the book's or `planning.margin` tell it. */
  marginShare: number | null;
  marginFrom: UsedMargin['from'];
  /** Null: leave this customer alone. */
  action: string | null;
  /** The day to do it on; null without an action, or where no day of the horizon is allowed. */
  on: CalendarDay | null;
  /** Expected margin of what is kept because of it, what it costs, and the difference. */
  savedValue: string;
  cost: string;
  net: string;
  /** Probability that it earns more than it costs, 0..1. */
  chanceItPays: number | null;
  /** Chosen in order to learn. */
  explores: boolean;
  /** In a sentence. */
  why: string;
}

/** What is believed of an action's save rate: the share of leavers that stay because of it. */
export interface EffectRow {
  action: string;
  /** Null: over all segments. */
  segment: string | null;
  saveRate: number;
  /** 80 % interval. */
  low: number;
  high: number;
  /** Customers of both arms that it rests on; 0 is the prior alone. */
  customers: number;
}

/** The next best actions of a book. */
export interface AdviceAnswer {
  asOf: CalendarDay;
  currency: string;
  /** Active customers with a churn risk and a value whom one may contact, and how many of them are advised an action. */
  customers: number;
  advised: number;
  /** Customers by where their margin comes from. */
  margins: Readonly<Record<UsedMargin['from'], number>>;
  /** Expected over all who are advised one. */
  savedValue: string;
  cost: string;
  net: string;
  effects: readonly EffectRow[];
  /** What the advice would have kept of those who entered a playbook, for each of them, beside doing nothing and treating all: margin of 12 months. */
  review: readonly { playbook: string; advice: PolicyValue; nobody: PolicyValue; everybody: PolicyValue }[];
  /** Highest net first; then those left alone. */
  /** What playbooks that carry advice out have earned by it, judged by the probabilities they decided by. */
  decisions: readonly DecisionsReview[];
  rows: readonly AdviceRow[];
}

/** Somebody who gets something, in a plan. */
export interface PlannedRow {
  customerId: string;
  name: string | null;
  ownerId: string | null;
  action: string;
  minutes: number;
  /** Expected, in a decimal string of the answer's currency. */
  net: string;
}

/** A plan of the whole book within the limits of the configuration. */
export interface AllocationAnswer {
  asOf: CalendarDay;
  currency: string;
  /** Who could get something that pays, and who does. */
  customers: number;
  chosen: number;
  /** Expected net of the plan, and what no plan within the limits can exceed. */
  net: string;
  bound: string;
  /** The plan is at most this share below the best one; 0 when it is proved to be the best. */
  gap: number;
  method: 'exact' | 'rounded';
  /** `price`: what one more unit of it would bring; 0 where there is enough. */
  limits: readonly { name: string; available: number; used: number; price: number }[];
  /** Highest net first. */
  rows: readonly PlannedRow[];
  /** The best of those who get nothing, and why. */
  notChosen: readonly { customerId: string; name: string | null; why: string }[];
}

/** Which campaigns to run, and what another budget would bring. */
export interface CampaignAnswer {
  currency: string;
  /** Campaigns of the configuration. */
  campaigns: number;
  plan: CampaignPlan;
  /** The same with less and more money; empty without a budget. */
  otherBudgets: readonly CampaignPlan[];
}

/** A scenario: what it changes and what comes of it. Plain JSON; its id says what is in it, so that two people speak of the same. */
export interface ScenarioDocument {
  id: string;
  name: string;
  asOf: CalendarDay;
  currency: string;
  modelVersion: string;
  seed: number;
  changes: ScenarioChanges;
  /** Sum of clv_12m of all customers: what the segments' report adds up to. */
  forecast: number;
  /** Discounted revenue of the next 12 months of today's customers; `low` and `high` hold eight of ten simulated years. */
  withoutPlan: Outlook;
  withPlan: Outlook;
  planAdds: Outlook;
  planCost: number;
  contacts: number;
}

/** What to do first with the hours and the money there are. */
export interface Planning {
  /** Null before the first training. Same day and seed, same advice. */
  advice(options: { asOf: CalendarDay; seed: number; limit: number }): Promise<AdviceAnswer | null>;
  /** Null before the first training. `limit` cuts both lists. */
  allocation(options: { asOf: CalendarDay; limit: number }): Promise<AllocationAnswer | null>;
  /** Null before the first training. */
  campaigns(options: { asOf: CalendarDay }): Promise<CampaignAnswer | null>;
  /** Whom a playbook moves, by its own holdout. Null before the first training; throws NotFittedError while an arm is too small. */
  uplift(options: { asOf: CalendarDay; playbook: string; seed: number }): Promise<UpliftEvaluation | null>;
  /** Computes a scenario and keeps it. Null before the first training. */
  scenario(options: {
    asOf: CalendarDay;
    seed: number;
    name: string;
    changes: ScenarioChanges;
  }): Promise<ScenarioDocument | null>;
  /** Those kept, by name. */
  scenarios(): Promise<readonly ScenarioDocument[]>;
  /** Null when there is none of this id. */
  scenarioOf(id: string): Promise<ScenarioDocument | null>;
}
