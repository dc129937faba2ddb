import type { Action, ActionReceipt } from '../../core/domain/actions.ts';
import type { ActionPerformer } from '../../core/ports/connector.ts';
import { unable } from '../http/unable.ts';
import { addToList } from './add-to-list.ts';
import type { HubSpotClient } from './client.ts';
import { closeTask } from './close-task.ts';
import { enrolInSequence, findEnrolment } from './enrol-sequence.ts';
import { flagTickets } from './flag-tickets.ts';
import { findTask, openTask } from './open-task.ts';
import { findTicket, openTicket } from './open-ticket.ts';

/** What can be done for a customer in HubSpot: tasks, sequences, static lists, tickets, notes on open ones. */
export function createPerformer(client: HubSpotClient, timeZone: string): ActionPerformer {
  return {
    kinds: ['task', 'close', 'sequence', 'list', 'ticket', 'flag'],
    perform: async (action: Action): Promise<ActionReceipt> => {
      switch (action.kind) {
        case 'task':
          return openTask(client, action, timeZone);
        case 'close':
          return closeTask(client, action);
        case 'sequence':
          return enrolInSequence(client, action);
        case 'list':
          return addToList(client, action);
        case 'ticket':
          return openTicket(client, action);
        case 'flag':
          return flagTickets(client, action);
        default:
          throw unable('HubSpot', action.kind);
      }
    },
    find: async (action: Action): Promise<ActionReceipt | null> => {
      switch (action.kind) {
        case 'task':
          return findTask(client, action);
        case 'sequence':
          return findEnrolment(client, action);
        case 'ticket':
          return findTicket(client, action);
        default:
          // Memberships and our own property may be set again.
          return null;
      }
    },
  };
}
