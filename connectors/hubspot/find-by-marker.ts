import type { ActionReceipt } from '../../core/domain/actions.ts';
import { VendorError } from '../../core/domain/errors.ts';
import { API_VERSION } from './api-versions.ts';
import type { HubSpotClient } from './client.ts';
import { readLinks } from './read-associations.ts';
import { readObjects } from './read-objects.ts';
import { crmObjectSchema } from './replies.ts';

/**
 * Looks for what we made for a contact by the marker in its text. Associations are read, not searched: search knows a new record only some
 * moments later, and not finding it would make it twice.
 *
 * @param where the object that was made, and the property that holds the marker
 */
export async function findByMarker(
  client: HubSpotClient,
  { object, property }: { object: 'tasks' | 'tickets'; property: string },
  action: { key: string; contactExternalId: string },
): Promise<ActionReceipt | null> {
  const contactId = await currentId(client, action.contactExternalId);
  if (contactId === null) return null;
  const links = (await readLinks(client, 'contacts', object, [contactId])).get(contactId) ?? [];
  const records = await readObjects(
    client,
    { object, properties: [property] },
    links.map((link) => link.id),
  );
  const found = records.find((record) => record.properties[property]?.includes(markerOf(action.key)));
  return found ? { externalId: found.id, readBack: true } : null;
}

/** What stands at the end of a text that we wrote. Brackets keep "a-1" from being found in "a-12". */
export function markerOf(key: string): string {
  return `[${key}]`;
}

/** Whether a text ends as those that we wrote. */
export function endsWithMarker(text: string): boolean {
  return /\[[a-z][a-z0-9-]{0,30}-[a-z0-9]{22}\]\s*$/.test(text);
}

/** A contact's id now: a merge gives it another and takes its records along. Null when it is gone. */
async function currentId(client: HubSpotClient, id: string): Promise<string | null> {
  try {
    const path = `/crm/objects/${API_VERSION}/contacts/${encodeURIComponent(id)}`;
    return (await client.call({ method: 'GET', path, reply: crmObjectSchema })).id;
  } catch (error) {
    if (error instanceof VendorError && error.status === 404) return null;
    throw error;
  }
}
