import type { PlanningSettings } from '../planning/settings.ts';
import type { OutcomeEffect, OutcomeName, PlaybookResult } from '../ports/playbooks.ts';
import { sequentialEffect } from './playbook-effect.ts';

/** A customer's first entry into a playbook, and what is known of what came of it. */
export interface Trial {
  playbook: string;
  /** What the arm was drawn for: the account, or the customer without one. */
  unit: string;
  treated: boolean;
  /** Somebody was given the customer. */
  acted: boolean;
  /** Null until the follow-up is over. */
  followed: {
    /** Stayed; of who had left or never came: bought. */
    kept: boolean;
    /** Within the horizon after the entry, in major units. */
    revenue: number;
    /** Days from the entry to leaving; null for who was kept, had left before or never came. */
    leadDays: number | null;
  } | null;
  /** The first answer after the entry, 0 to 10; null without one. */
  npsAnswer: number | null;
}

/** What a playbook has achieved by the entries into it: each customer once, by the arm drawn, whatever was done then. */
export function playbookResult(
  playbook: string,
  trials: readonly Trial[],
  settings: Pick<PlanningSettings, 'actions' | 'costPerHour' | 'margin'>,
): PlaybookResult {
  const outcomes = [
    compare('kept', trials, ({ followed }) => (followed === null ? null : Number(followed.kept))),
    compare('revenue', trials, ({ followed }) => (followed === null ? null : followed.revenue)),
    compare('nps', trials, ({ npsAnswer }) => (npsAnswer === null ? null : npsPoints(npsAnswer))),
  ] as const;
  const [, revenue] = outcomes;
  const acted = trials.filter((trial) => trial.acted).length;
  const costOf = costPerCustomer(playbook, settings);
  const cost = costOf === null ? null : costOf * acted;
  const saved = savedBy(revenue);
  return {
    playbook,
    entered: trials.length,
    acted,
    following: trials.filter(({ followed }) => followed === null).length,
    outcomes,
    saved: {
      known: saved !== null,
      value: (saved?.value ?? 0).toFixed(2),
      low: (saved?.low ?? 0).toFixed(2),
      high: (saved?.high ?? 0).toFixed(2),
    },
    cost: cost === null ? null : cost.toFixed(2),
    returnOnCost: saved !== null && cost !== null && cost > 0 ? (settings.margin * saved.value - cost) / cost : null,
    lead: leadOf(trials),
  };
}

function compare(
  outcome: OutcomeName,
  trials: readonly Trial[],
  outcomeOf: (trial: Trial) => number | null,
): OutcomeEffect {
  return {
    outcome,
    ...sequentialEffect(
      trials.flatMap((trial) => {
        const value = outcomeOf(trial);
        return value === null ? [] : [{ unit: trial.unit, treated: trial.treated, outcome: value }];
      }),
    ),
  };
}

/** Promoters (9, 10) count 100, detractors (0 to 6) -100: their mean is the Net Promoter Score. */
function npsPoints(answer: number): number {
  return answer >= 9 ? 100 : answer <= 6 ? -100 : 0;
}

/** Over all treated who were followed; null while zero is not excluded. */
function savedBy({ effect, treated }: OutcomeEffect): { value: number; low: number; high: number } | null {
  if (effect === null || (effect.low <= 0 && effect.high >= 0)) return null;
  const all = (each: number) => each * treated.customers;
  return { value: all(effect.value), low: all(effect.low), high: all(effect.high) };
}

function costPerCustomer(
  playbook: string,
  { actions, costPerHour }: Pick<PlanningSettings, 'actions' | 'costPerHour'>,
): number | null {
  const action = actions.find((each) => each.playbook === playbook);
  return action === undefined ? null : action.cost + (action.minutes / 60) * costPerHour;
}

function leadOf(trials: readonly Trial[]): PlaybookResult['lead'] {
  const days = trials
    .flatMap(({ followed }) => (followed === null || followed.leadDays === null ? [] : [followed.leadDays]))
    .sort((a, b) => a - b);
  const at = (share: number) => days[Math.round(share * (days.length - 1))];
  const [lowDays, medianDays, highDays] = [at(0.1), at(0.5), at(0.9)];
  if (lowDays === undefined || medianDays === undefined || highDays === undefined) return null;
  return { leavers: days.length, lowDays, medianDays, highDays };
}
