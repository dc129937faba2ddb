import type { CalendarDay } from '../domain/calendar-day.ts';
import type { NewEvent } from '../domain/outbound-event.ts';
import type { Score } from '../scores/score.ts';
import { toldScores } from '../scores/told.ts';
import type { PlaybookStep } from './schema.ts';
import type { TaskRecord } from './task.ts';

/** A webhook step as the event that its endpoint is told. Names and addresses are not in it: whoever may know them asks by id. */
export function stepEvent(
  { endpoint, note }: Extract<PlaybookStep, { do: 'webhook' }>,
  about: {
    customerId: string;
    playbook: string;
    /** Of the playbook's steps, from 0. */
    index: number;
    crossedOn: CalendarDay;
    asOf: CalendarDay;
    key: string;
    record: TaskRecord;
    score: Score;
  },
): NewEvent {
  const { customerId, playbook, index, crossedOn, asOf, key, record, score } = about;
  return {
    type: 'playbook.step',
    customerId,
    onlyTo: endpoint,
    data: {
      customerId,
      playbook,
      step: index + 1,
      crossedOn,
      on: asOf,
      note,
      actionKey: key,
      connectionId: record.connectionId,
      contactExternalId: record.externalId,
      scores: toldScores(score),
      reasons: [...score.reasons],
    },
  };
}
