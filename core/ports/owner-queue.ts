import type { CalendarDay } from '../domain/calendar-day.ts';

/** A task that waits for its owner. Money in decimal strings of the answer's currency; probability 0..1. */
export interface QueuedCall {
  customerId: string;
  actionKey: string;
  name: string | null;
  /** Whose it is: the CRM's id of a user; null without one. */
  ownerId: string | null;
  playbook: string;
  subject: string;
  dueOn: CalendarDay;
  churnProbability: number | null;
  valueIfKept12m: string | null;
  /** What is expected to be lost: the product of both; "0.00" where one is not known. */
  valueAtRisk: string;
  reasons: readonly string[];
  nextAction: string | null;
  /** The last purchase, where it came after the task was opened: perhaps nothing is left to do. */
  boughtOn: CalendarDay | null;
}

/** Owners' open tasks. */
export interface OwnerQueueAnswer {
  asOf: CalendarDay;
  currency: string | null;
  /** Every owner with open tasks, and how many; null is nobody. Most first. */
  owners: readonly { ownerId: string | null; open: number }[];
  /** Of the asked owner, the highest value at risk first; empty where none is asked for. */
  calls: readonly QueuedCall[];
}

/** What is open for each owner of the CRM, and which of the console's people is which owner. */
export interface OwnerQueue {
  /** Tasks that playbooks opened in the last 60 days, whose customer may be contacted, not said to be done here nor in the CRM as far as it was read. */
  read(options: { asOf: CalendarDay; owner: string | null | undefined; limit: number }): Promise<OwnerQueueAnswer>;
  /**
   * Notes a task as done, and has the CRM close it, too. False where there is no such open task.
   *
   * @param owner only if it is this owner's; undefined: whosever
   */
  done(call: { customerId: string; actionKey: string; owner: string | undefined; by: string }): Promise<boolean>;
  /** The CRM's owner that somebody who signs in is; null: none was said. */
  ownerOf(userId: string): Promise<string | null>;
  /** By the ids of people. */
  ownersOfPeople(): Promise<Readonly<Record<string, string>>>;
  /** Null takes it back. */
  setOwner(link: { userId: string; ownerId: string | null; by: string }): Promise<void>;
}
