import { DataError } from '../../core/domain/errors.ts';
import type { Json } from '../../core/domain/json.ts';
import { hashOf } from '../../core/domain/stable-json.ts';
import type { InboxMessage } from '../../core/ports/inbox.ts';
import { isObject, readJsonBody } from './json-body.ts';

/**
 * What makes an event the event it is. `eventId` is "not guaranteed to be unique" and `attemptNumber` counts deliveries; an
 * association or a merge names its records in fields of its own.
 */
const IDENTITY = [
  'portalId',
  'subscriptionId',
  'subscriptionType',
  'eventType',
  'objectId',
  'occurredAt',
  'propertyName',
  'propertyValue',
  'fromObjectId',
  'toObjectId',
  'associationType',
  'associationRemoved',
  'primaryObjectId',
  'newObjectId',
] as const;

/**
 * Takes a verified HubSpot delivery apart: an array of up to 100 events, one message each, as HubSpot sent it. An event that cannot
 * be understood is not refused here, or HubSpot would send the whole array again ten times: the connector sets it aside.
 * https://developers.hubspot.com/docs/apps/legacy-apps/public-apps/create-generic-webhook-subscriptions
 *
 * @throws DataError when the body is not an array
 */
export function readHubSpotEvents(rawBody: Buffer): readonly InboxMessage[] {
  const events = readJsonBody(rawBody);
  if (!Array.isArray(events)) {
    throw new DataError({ field: 'body', expected: 'an array of events', remedy: 'mend the sender' });
  }
  return events.map((event: Json) => ({ deliveryKey: keyOf(event), payload: event, ...aboutOf(event) }));
}

/** An association names two records: it waits with the first. */
function aboutOf(event: Json): Pick<InboxMessage, 'about'> {
  const id = isObject(event) ? (event['objectId'] ?? event['fromObjectId']) : undefined;
  return typeof id === 'number' || typeof id === 'string' ? { about: String(id) } : {};
}

function keyOf(event: Json): string {
  if (!isObject(event) || event['occurredAt'] === undefined) return hashOf(event);
  return hashOf(IDENTITY.map((field) => event[field] ?? null));
}
