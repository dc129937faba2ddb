import type { Action, ActionReceipt } from '../../core/domain/actions.ts';
import { DataError } from '../../core/domain/errors.ts';
import type { ActionPerformer } from '../../core/ports/connector.ts';
import type { ConnectorContext } from '../http/context.ts';
import { retrying } from '../http/retry.ts';
import { unable } from '../http/unable.ts';
import { type Identify, sendBatch, type TrackingEndpoint, type UserMessage } from './client.ts';
import { TRAIT_PREFIX } from './echo.ts';
import { userIdOf } from './mapping.ts';

/**
 * What can be said of a customer to Segment: events, traits of the company, and a trait for an audience. The messageId is the action's
 * key: a message that is sent again after a lost reply is dropped by Segment, which remembers ids for a day at least.
 * https://segment.com/docs/connections/sources/catalog/libraries/server/http-api/
 */
export function createPerformer(context: ConnectorContext, endpoint: TrackingEndpoint): ActionPerformer {
  return {
    kinds: ['track', 'group', 'audience'],
    perform: async (action: Action): Promise<ActionReceipt> => {
      const message = messageOf(action);
      await retrying(() => sendBatch(endpoint, [message], context.clock.now()), { retries: 2 });
      return { externalId: message.messageId, readBack: false };
    },
    // Nothing can be asked; sending again is safe.
    find: async () => null,
  };
}

function messageOf(action: Action): Identify | UserMessage {
  if (action.kind === 'task') throw unable('Segment', action.kind);
  const userId = userIdOf(action.contactExternalId);
  if (userId === null) {
    throw new DataError({
      row: action.contactExternalId,
      field: 'userId',
      expected: 'a user that has identified',
      remedy: 'nothing is to be done: the next crossing finds the user once it identifies',
    });
  }
  const common = { userId, messageId: `${TRAIT_PREFIX}${action.key}` };
  switch (action.kind) {
    case 'track':
      return { ...common, event: action.event, properties: action.properties };
    case 'group':
      return { ...common, groupId: action.groupId, traits: action.traits };
    case 'audience':
      return { ...common, traits: { [`${TRAIT_PREFIX}audience_${action.name}`]: true } };
    default:
      throw unable('Segment', action.kind);
  }
}
