import { z } from 'zod';
import type { ObjectName } from './mapping.ts';
import { PROPERTY_PREFIX } from './mapping.ts';

const id = z.union([z.string(), z.number()]).transform(String);

/**
 * One event of a HubSpot webhook. Examples name its type subscriptionType, the table of fields eventType.
 * https://developers.hubspot.com/docs/api-reference/webhooks/guide
 */
export const changeEventSchema = z
  .object({
    subscriptionType: z.string().nullish(),
    eventType: z.string().nullish(),
    objectTypeId: z.string().nullish(),
    objectId: id.nullish(),
    occurredAt: z.number().nullish(),
    propertyName: z.string().nullish(),
    changeSource: z.string().nullish(),
    sourceId: id.nullish(),
    primaryObjectId: id.nullish(),
    mergedObjectIds: z.array(id).nullish(),
    newObjectId: id.nullish(),
    associationType: z.string().nullish(),
    fromObjectId: id.nullish(),
    toObjectId: id.nullish(),
  })
  .refine((event) => (event.subscriptionType ?? event.eventType) != null, {
    error: 'the type of the event',
    path: ['subscriptionType'],
  });
export type ChangeEvent = z.output<typeof changeEventSchema>;

/** What an event asks for. Times are milliseconds: events come in no order. */
export type Wanted =
  | { act: 'read'; object: ObjectName; id: string; at: number }
  | { act: 'delete'; object: ObjectName; id: string; at: number; mergedInto: string | null; forPrivacy: boolean };

const SINGULAR: Readonly<Record<string, ObjectName>> = {
  contact: 'contacts',
  company: 'companies',
  deal: 'deals',
  order: 'orders',
  ticket: 'tickets',
  email: 'emails',
  meeting: 'meetings',
  call: 'calls',
  task: 'tasks',
};
const TYPE_IDS: Readonly<Record<string, ObjectName>> = {
  '0-1': 'contacts',
  '0-2': 'companies',
  '0-3': 'deals',
  '0-5': 'tickets',
  '0-27': 'tasks',
  '0-47': 'meetings',
  '0-48': 'calls',
  '0-49': 'emails',
  '0-123': 'orders',
};

/** What an event asks for; nothing when it is an echo of our own write or about something that we do not read. */
export function wantedBy(
  event: ChangeEvent,
  reads: { appId: string | null; propertiesOf(object: ObjectName): readonly string[] | null },
): readonly Wanted[] {
  const [noun = '', verb = ''] = (event.subscriptionType ?? event.eventType ?? '').split('.');
  // The writer is the source; the event's own appId is the app that receives it, which is always ours. Another tool may use the same
  // app's key to have somebody forgotten: that is no write of ours.
  const isOurs = event.changeSource === 'INTEGRATION' && reads.appId !== null && event.sourceId === reads.appId;
  if (isOurs && verb !== 'privacyDeletion') return [];
  const at = event.occurredAt ?? 0;
  if (verb === 'associationChange') return ends(event, at).filter((end) => reads.propertiesOf(end.object) !== null);
  const object = noun === 'object' ? TYPE_IDS[event.objectTypeId ?? ''] : SINGULAR[noun];
  const properties = object && reads.propertiesOf(object);
  if (!object || !properties) return [];
  const objectId = event.objectId ?? event.newObjectId ?? event.primaryObjectId;
  if (!objectId) return [];
  switch (verb) {
    case 'creation':
    case 'restore':
      return [{ act: 'read', object, id: objectId, at }];
    case 'propertyChange': {
      const name = event.propertyName ?? '';
      return name.startsWith(PROPERTY_PREFIX) || !properties.includes(name)
        ? []
        : [{ act: 'read', object, id: objectId, at }];
    }
    case 'deletion':
    case 'privacyDeletion':
      return [{ act: 'delete', object, id: objectId, at, mergedInto: null, forPrivacy: verb === 'privacyDeletion' }];
    case 'merge': {
      const survivor = event.newObjectId ?? event.primaryObjectId ?? objectId;
      const gone = new Set([
        ...(event.mergedObjectIds ?? []),
        ...(event.primaryObjectId ? [event.primaryObjectId] : []),
      ]);
      gone.delete(survivor);
      return [
        { act: 'read', object, id: survivor, at },
        ...[...gone].map(
          (each): Wanted => ({ act: 'delete', object, id: each, at, mergedInto: survivor, forPrivacy: false }),
        ),
      ];
    }
    default:
      return [];
  }
}

/** "DEAL_TO_CONTACT": the record that we keep the association on is the sale or the activity; between people, the contact. */
function ends(event: ChangeEvent, at: number): readonly Wanted[] {
  const [from = '', to = ''] = (event.associationType ?? '').toLowerCase().split('_to_');
  const both = [
    { object: SINGULAR[from], id: event.fromObjectId },
    { object: SINGULAR[to], id: event.toObjectId },
  ].flatMap(({ object, id }): Wanted[] => (object && id ? [{ act: 'read', object, id, at }] : []));
  const kept = both.filter((end) => end.object !== 'companies');
  const fact = kept.find((end) => end.object !== 'contacts');
  return fact ? [fact] : kept;
}
