import type { CalendarDay } from '../domain/calendar-day.ts';
import type { ArmMean } from '../evaluation/playbook-effect.ts';
import type { Playbook } from '../playbooks/schema.ts';
import type { Simulation } from '../playbooks/simulate.ts';

/** A playbook as a person reads it, and what its runs are at. */
export interface PlaybookCard {
  name: string;
  description: string;
  enabled: boolean;
  /** Who enters, how often, and what keeps a customer from it: in sentences. */
  rule: readonly string[];
  holdoutShare: number;
  runs: {
    /** Held out by the draw; waiting for capacity or hours; acted on; waiting for a later step; let go, without consent among them. */
    heldOut: number;
    queued: number;
    fired: number;
    waiting: number;
    letGo: number;
  };
}

/** An outcome that arms are compared by. */
export type OutcomeName = 'kept' | 'revenue' | 'nps';

/** The two arms by one outcome. `kept` is a share, `revenue` money per customer in the answer's currency, `nps` points from -100 to 100. */
export interface OutcomeEffect {
  outcome: OutcomeName;
  treated: ArmMean;
  heldOut: ArmMean;
  /** Treated minus held out, with a 95 % interval that holds at all looks together; null while an arm is too small. */
  effect: { value: number; low: number; high: number } | null;
}

/** What a playbook has achieved, by its own random holdout. Money in decimal strings of the answer's currency. */
export interface PlaybookResult {
  playbook: string;
  /** Customers who entered, each once; of them acted on, and not yet followed to the end of the horizon. */
  entered: number;
  acted: number;
  following: number;
  outcomes: readonly OutcomeEffect[];
  /**
   * Revenue within the horizon of all treated customers that would not have been there: "0.00" and not known while the interval of `revenue` holds zero.
   */
  saved: { known: boolean; value: string; low: string; high: string };
  /** What acting on them cost by the actions under `planning`; null where no action names this playbook. */
  cost: string | null;
  /** Margin of what was saved less the cost, per unit of cost; null without a cost, or while nothing is known. */
  returnOnCost: number | null;
  /** Days from entering to leaving, of those who left: how early they were told. 10th and 90th percentile. */
  lead: { leavers: number; lowDays: number; medianDays: number; highDays: number } | null;
}

/** What the playbooks have achieved. */
export interface EffectsAnswer {
  asOf: CalendarDay;
  currency: string;
  /** Days for which each customer is followed. */
  followUpDays: number;
  playbooks: readonly PlaybookResult[];
}

/** What a playbook would have done, and since when there are scores to tell it by. */
export interface SimulationAnswer extends Simulation {
  currency: string;
  /** The first day of kept scores. Before it the days from `from` on are told by hindsight: today's model, week by week. */
  historyFrom: CalendarDay;
}

/** What a playbook's first task would say of a customer as of now. */
export interface TaskPreview {
  customerId: string;
  name: string | null;
  /** Whether the customer is in the state that the playbook watches; an example else. */
  isIn: boolean;
  subject: string;
  body: string;
}

/** Questions about playbooks. */
export interface Playbooks {
  list(): Promise<readonly PlaybookCard[]>;
  /** Null before the first training. */
  effects(options: { asOf: CalendarDay }): Promise<EffectsAnswer | null>;
  /** Any playbook's first task, filled in for the most urgent who are in its state, or for the most urgent at all where nobody is. */
  preview(options: { playbook: Playbook; limit: number }): Promise<readonly TaskPreview[]>;
  /** Any playbook, also one that is not configured, over the `days` up to and with asOf. Null before the first scoring. days >= 1. */
  simulate(options: { playbook: Playbook; asOf: CalendarDay; days: number }): Promise<SimulationAnswer | null>;
  /** The same for a configured one. Throws DataError for a name that none has. */
  simulateNamed(name: string, options: { asOf: CalendarDay; days: number }): Promise<SimulationAnswer | null>;
}
