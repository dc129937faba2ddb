import type { StepAction, TaskAction } from '../domain/actions.ts';
import type { CalendarDay } from '../domain/calendar-day.ts';
import type { Score } from '../scores/score.ts';
import type { ConnectionStep } from './schema.ts';

/** The record at the step's vendor that a step is about. */
export interface StepTarget {
  contactExternalId: string;
  /** The company that the record belongs to there; null when it has none. */
  parentExternalId: string | null;
}

/**
 * A step as an action; null where there is nothing to do it on (a group step for a user without a company).
 *
 * @param about key of this action; the crossing's task (of a ticket step: its own words as one), as it would be opened at this vendor; key of
 *   what was planned for the crossing
 */
export function stepAction(
  step: ConnectionStep,
  target: StepTarget,
  about: { key: string; task: TaskAction; beside: string; playbook: string; score: Score; asOf: CalendarDay },
): StepAction | null {
  const { key, beside, playbook, score, asOf } = about;
  const { contactExternalId } = target;
  const fallback: TaskAction = { ...about.task, key, contactExternalId };
  switch (step.do) {
    case 'list':
      return { kind: 'list', key, beside, contactExternalId, listId: step.listId, fallback };
    case 'ticket': {
      const { subject, body, priority } = fallback;
      return { kind: 'ticket', key, beside, contactExternalId, subject, body, priority, fallback };
    }
    case 'flag':
      return { kind: 'flag', key, beside, contactExternalId, note: step.note, fallback };
    case 'track':
      return {
        kind: 'track',
        key,
        beside,
        contactExternalId,
        event: step.event,
        properties: {
          playbook,
          as_of: asOf,
          currency: score.currency,
          ...(score.valueIfKept12m !== null && { value_if_kept_12m: score.valueIfKept12m }),
          ...(score.churnProbability !== null && {
            churn_probability: Math.round(score.churnProbability * 1000) / 10,
          }),
        },
      };
    case 'group':
      return target.parentExternalId === null
        ? null
        : {
            kind: 'group',
            key,
            beside,
            contactExternalId,
            groupId: target.parentExternalId,
            traits: { staypower_last_playbook: playbook, staypower_last_playbook_on: asOf },
          };
    case 'audience':
      return { kind: 'audience', key, beside, contactExternalId, name: step.name };
  }
}
