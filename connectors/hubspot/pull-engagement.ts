import type { ObjectReader } from './mapping.ts';
import {
  activityDeletions,
  activityProperties,
  type EngagementObject,
  eventsOf,
  tookPlace,
} from './mapping-engagement.ts';
import type { HubSpotSettings } from './settings.ts';

/** How activities are read: one object type after another, each with the contacts that took part. */
export function engagementReaders(settings: HubSpotSettings): readonly ObjectReader[] {
  return settings.engagementObjects.map(engagementReader);
}

function engagementReader(object: EngagementObject): ObjectReader {
  return {
    object,
    optional: true,
    modifiedProperty: 'hs_lastmodifieddate',
    properties: activityProperties(object),
    associations: ['contacts'],
    needsLinks: (record) => tookPlace(object, record),
    translate: (record, links, known) => eventsOf(object, record, links, known),
    deletions: (id) => activityDeletions(object, id),
  };
}
