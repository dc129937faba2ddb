import { addDays, type CalendarDay, daysBetween, weekdayOf } from '../domain/calendar-day.ts';
import { nothingSpent, spend } from '../planning/advised-budget.ts';
import type { Score } from '../scores/score.ts';
import { type AdviceSource, adviceFor } from './advice.ts';
import { type ChurnCutoffs, countsAsIn, isInCell } from './cell.ts';
import { type CustomerFacts, factsOn } from './facts.ts';
import { armOf } from './holdout.ts';
import type { Playbook, PlaybookStep } from './schema.ts';
import { taskOf, withAdvised } from './task.ts';

/** What a simulation knows of a customer. */
export interface SimulatedCustomer {
  customerId: string;
  name: string | null;
  doNotContact: boolean;
  /** The account it belongs to, if any: what the arm is drawn for. */
  account: string | null;
  /** The record that a task would be about; null without one. */
  record: { connectionId: string; externalId: string; ownerId: string | null } | null;
  /** Scores as they were kept, ascending, each up to the next one; those before the window too. */
  scores: readonly Score[];
  /** Days with a purchase, ascending. */
  purchaseDays: readonly CalendarDay[];
}

/** A task that would have been opened. */
export interface SimulatedTask {
  on: CalendarDay;
  customerId: string;
  name: string | null;
  ownerId: string | null;
  subject: string;
  churnProbability: number | null;
  valueIfKept12m: number | null;
}

/** What a playbook would have done between two days, ends included. */
export interface Simulation {
  playbook: string;
  from: CalendarDay;
  to: CalendarDay;
  entered: number;
  heldOut: number;
  letGo: {
    withoutConsent: number;
    inCoolDown: number;
    leftState: number;
    withoutRecord: number;
    /** By a playbook that carries advice out: nothing that it may do would pay. */
    leftAlone: number;
  };
  /** Would still wait for their owner's capacity. */
  waiting: number;
  tasks: readonly SimulatedTask[];
  /** Steps after the first task that would have been done by the last day, by what they do; at a connection, for who has a record there. */
  steps: Readonly<Partial<Record<PlaybookStep['do'], number>>>;
}

/** A customer on a day. */
interface Moment {
  customer: SimulatedCustomer;
  score: Score;
  facts: CustomerFacts;
  /** Whether the customer counts as in the playbook's state. */
  isIn: boolean;
}

/**
 * Plays a playbook over days that are past, on the scores that were kept and the rule that planning follows: entering, draw, cool-down, capacity of
 * each owner, weekdays, advice within the limits of each day, and the steps with their waits. What other playbooks did is left out of account, and
 * every action is done on its day.
 *
 * @param advice with the effects that are believed today, for a playbook that carries advice out; its own task is opened without it
 */
export function simulate(
  playbook: Playbook,
  customers: readonly SimulatedCustomer[],
  given: { from: CalendarDay; to: CalendarDay; cutoffs: ChurnCutoffs; advice?: AdviceSource | null },
): Simulation {
  const { from, to, cutoffs, advice = null } = given;
  const letGo = { withoutConsent: 0, inCoolDown: 0, leftState: 0, withoutRecord: 0, leftAlone: 0 };
  const result = { entered: 0, heldOut: 0 };
  const tasks: SimulatedTask[] = [];
  const walks = customers.map((customer) => ({ customer, walk: walker(playbook, customer, cutoffs) }));
  const firedOn = new Map<string, CalendarDay>();
  const treatedOnce = new Set<string>();
  const queue = new Set<string>();
  const later = stepper(playbook);
  for (let day = addDays(from, -1); day <= to; day = addDays(day, 1)) {
    const today = new Map<string, Moment>();
    for (const { customer, walk } of walks) {
      const { entered, moment } = walk(day);
      if (moment === null) continue;
      const waits = queue.has(customer.customerId);
      if (waits || entered || later.waits(customer.customerId)) today.set(customer.customerId, moment);
      if (!entered || day < from) continue;
      result.entered += 1;
      const arm = armOf(playbook.name, customer.account ?? customer.customerId, playbook.holdoutShare);
      if (arm === 'held-out' && !treatedOnce.has(customer.customerId)) result.heldOut += 1;
      else {
        treatedOnce.add(customer.customerId);
        queue.add(customer.customerId);
      }
    }
    if (day < from || !(playbook.hours?.weekdays.includes(weekdayOf(day)) ?? true)) continue;
    later.advance(day, today);
    const tasksOf = new Map<string, number>();
    const spent = nothingSpent();
    const terms = advice && { ...advice, asOf: day };
    const urgent = [...queue]
      .flatMap((customerId) => today.get(customerId) ?? [])
      .sort((a, b) => b.score.priority - a.score.priority || (a.customer.customerId < b.customer.customerId ? -1 : 1));
    for (const { customer, score, facts } of urgent) {
      const { customerId, record } = customer;
      const last = firedOn.get(customerId);
      const why = customer.doNotContact
        ? 'withoutConsent'
        : last !== undefined && daysBetween(last, day) < playbook.coolDownDays
          ? 'inCoolDown'
          : record === null
            ? 'withoutRecord'
            : isInCell(playbook, score, facts)
              ? null
              : 'leftState';
      if (why !== null || record === null) {
        letGo[why ?? 'withoutRecord'] += 1;
        queue.delete(customerId);
        continue;
      }
      const owner = record.ownerId ?? '';
      const count = tasksOf.get(owner) ?? 0;
      if (count >= playbook.tasksPerOwnerPerDay) continue;
      const { ownerId } = record;
      const decision = adviceFor(playbook, { customerId, ownerId, score }, terms, spent);
      if (decision?.choice === null) {
        letGo.leftAlone += 1;
        queue.delete(customerId);
        continue;
      }
      if (decision && terms) spend(spent, decision.choice, ownerId, terms.settings);
      tasksOf.set(owner, count + 1);
      firedOn.set(customerId, day);
      queue.delete(customerId);
      tasks.push(
        taskOn(decision ? withAdvised(playbook, decision.choice.action.name) : playbook, customer, score, record, day),
      );
      later.begin(customerId, day);
    }
  }
  return { playbook: playbook.name, from, to, ...result, letGo, waiting: queue.size, tasks, steps: later.done };
}

/** Runs that are past their first task, and what was done in them. */
function stepper(playbook: Playbook) {
  const done: Partial<Record<PlaybookStep['do'], number>> = {};
  const waiting = new Map<string, { next: number; dueOn: CalendarDay; firedOn: CalendarDay }>();
  const walk = (customerId: string, from: number, day: CalendarDay, firedOn: CalendarDay, isIn: boolean) => {
    waiting.delete(customerId);
    for (const [index, step] of playbook.steps.entries()) {
      if (index < from) continue;
      if (step.do === 'wait') {
        waiting.set(customerId, { next: index + 1, dueOn: addDays(day, step.days), firedOn });
        return;
      }
      if (step.do === 'check') {
        if (!isIn) return;
      } else done[step.do] = (done[step.do] ?? 0) + 1;
    }
  };
  return {
    done,
    waits: (customerId: string) => waiting.has(customerId),
    begin: (customerId: string, day: CalendarDay) => walk(customerId, 0, day, day, true),
    advance: (day: CalendarDay, today: ReadonlyMap<string, Moment>) => {
      for (const [customerId, { next, dueOn, firedOn }] of [...waiting]) {
        const moment = today.get(customerId);
        if (moment === undefined || dueOn > day) continue;
        const { customer, facts, isIn } = moment;
        const bought = facts.silentDays !== null && addDays(day, -facts.silentDays) > firedOn;
        if (customer.doNotContact || (playbook.stopWhenSaved && bought)) waiting.delete(customerId);
        else walk(customerId, next, day, firedOn, isIn);
      }
    },
  };
}

/** Steps through a customer's days in order; each call says whether the customer entered on that day. */
function walker(playbook: Playbook, customer: SimulatedCustomer, cutoffs: ChurnCutoffs) {
  const { scores, purchaseDays } = customer;
  let [scoreAt, purchases] = [-1, 0];
  let wasIn = false;
  return (day: CalendarDay): { entered: boolean; moment: Moment | null } => {
    while ((scores[scoreAt + 1]?.asOf ?? '9999') <= day) scoreAt += 1;
    while ((purchaseDays[purchases] ?? '9999') <= day) purchases += 1;
    const score = scores[scoreAt];
    if (score === undefined) return { entered: false, moment: null };
    const facts = factsOn(statsOf(purchaseDays, purchases), day);
    const isIn = countsAsIn(playbook, wasIn, score, facts, cutoffs);
    const entered = isIn && !wasIn;
    wasIn = isIn;
    return { entered, moment: { customer, score, facts, isIn } };
  };
}

function statsOf(purchaseDays: readonly CalendarDay[], count: number) {
  const known = purchaseDays.slice(Math.max(0, count - 1), count);
  return {
    firstPurchase: count === 0 ? null : (purchaseDays[0] ?? null),
    lastPurchase: known[0] ?? null,
    purchaseDays: count,
  };
}

function taskOn(
  playbook: Playbook,
  customer: SimulatedCustomer,
  score: Score,
  record: NonNullable<SimulatedCustomer['record']>,
  day: CalendarDay,
): SimulatedTask {
  const bought = customer.purchaseDays.filter((each) => each <= day);
  const about = { name: customer.name, crossedOn: day, score, stats: statsOf(bought, bought.length) };
  return {
    on: day,
    customerId: customer.customerId,
    name: customer.name,
    ownerId: record.ownerId,
    subject: taskOf(playbook.task, '', about, record, day).subject,
    churnProbability: score.churnProbability,
    valueIfKept12m: score.valueIfKept12m,
  };
}
