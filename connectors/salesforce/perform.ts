import type { Action, ActionReceipt } from '../../core/domain/actions.ts';
import type { ActionPerformer } from '../../core/ports/connector.ts';
import { unable } from '../http/unable.ts';
import { addToCampaign, findMember } from './add-to-campaign.ts';
import type { SalesforceClient } from './client.ts';
import { closeTask } from './close-task.ts';
import { enrolInCadence, findEnrolment } from './enrol-cadence.ts';
import { flagCases } from './flag-cases.ts';
import { findCase, openCase } from './open-case.ts';
import { findTask, openTask } from './open-task.ts';

/** What can be done for a customer in Salesforce: tasks, cadences, campaign members, cases, notes on open ones. */
export function createPerformer(client: SalesforceClient): ActionPerformer {
  return {
    kinds: ['task', 'close', 'sequence', 'list', 'ticket', 'flag'],
    perform: async (action: Action): Promise<ActionReceipt> => {
      switch (action.kind) {
        case 'task':
          return openTask(client, action);
        case 'close':
          return closeTask(client, action);
        case 'sequence':
          return enrolInCadence(client, action);
        case 'list':
          return addToCampaign(client, action);
        case 'ticket':
          return openCase(client, action);
        case 'flag':
          return flagCases(client, action);
        default:
          throw unable('Salesforce', action.kind);
      }
    },
    find: async (action: Action): Promise<ActionReceipt | null> => {
      switch (action.kind) {
        case 'task':
          return findTask(client, action);
        case 'sequence':
          return findEnrolment(client, action);
        case 'list':
          return findMember(client, action);
        case 'ticket':
          return findCase(client, action);
        default:
          // An update of our own field: it is simply done again.
          return null;
      }
    },
  };
}
