import { DataError } from '../../core/domain/errors.ts';
import type { InboxMessage } from '../../core/ports/inbox.ts';
import { isObject, readJsonBody } from './json-body.ts';

const OBJECT_TYPES = ['CONTACT', 'COMPANY', 'DEAL', 'ORDER', 'TICKET'];

/**
 * Takes a verified call of a custom workflow action: "look at this record again". It becomes a message like those of HubSpot's change
 * events, upon which the connector reads the record as it is now. The callbackId is one for each enrolment and step.
 * https://developers.hubspot.com/docs/api-reference/automation-actions-v4-v4/guide
 *
 * @throws DataError when the body names no callback and no record that we read
 */
export function readHubSpotWorkflowAction(rawBody: Buffer): readonly InboxMessage[] {
  const body = readJsonBody(rawBody);
  const callbackId = isObject(body) ? body['callbackId'] : undefined;
  const object = isObject(body) ? body['object'] : undefined;
  const objectId = isObject(object) ? object['objectId'] : undefined;
  const objectType = isObject(object) ? object['objectType'] : undefined;
  const named = typeof callbackId === 'string' && callbackId !== '';
  const numbered = (typeof objectId === 'number' || typeof objectId === 'string') && String(objectId) !== '';
  if (!named || !numbered || typeof objectType !== 'string' || !OBJECT_TYPES.includes(objectType)) {
    throw new DataError({
      field: 'body',
      expected: `a callbackId, and an object with objectId and an objectType of ${OBJECT_TYPES.join(', ')}`,
      remedy: 'call it from a custom workflow action on one of these objects',
    });
  }
  const payload = { subscriptionType: `${objectType.toLowerCase()}.creation`, objectId, changeSource: 'WORKFLOW' };
  return [{ deliveryKey: `workflow ${callbackId}`, payload, about: String(objectId) }];
}
