import type { TaskAction } from '../../../core/domain/actions.ts';
import { calendarDay } from '../../../core/domain/calendar-day.ts';

/** A task on a contact, under a key of its own. */
export function taskFor(contactExternalId: string, key = 'sp-trap'): TaskAction {
  return {
    kind: 'task',
    key,
    contactExternalId,
    ownerId: null,
    subject: 'Call',
    body: 'Value at risk is high.',
    dueOn: calendarDay('2026-12-01'),
    priority: 'high',
  };
}
