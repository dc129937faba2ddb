import { z } from 'zod';
import { VendorError } from '../../core/domain/errors.ts';
import type { FieldDefinition } from '../../core/domain/fields.ts';
import type { Installed, Uninstaller } from '../../core/ports/uninstall.ts';
import { API_VERSION } from './api-versions.ts';
import type { HubSpotClient } from './client.ts';
import { PROPERTY_GROUP, propertyOf } from './mapping.ts';
import { readObjects } from './read-objects.ts';
import { groupsSchema, propertiesSchema } from './replies.ts';

const OBJECTS = ['contacts', 'companies', 'tickets'] as const;
/** Version of the calls about an app's installation. */
const INSTALLS_VERSION = '2026-03';

/**
 * What is ours in a HubSpot account: tasks and tickets still open, our properties, and their group where nothing of somebody else's is in it.
 *
 * @param byGrant whether we came by OAuth and can leave by ourselves
 */
export function createUninstaller(client: HubSpotClient, byGrant: boolean): Uninstaller {
  return {
    list: async (fields, { tasks, tickets }) => {
      const items = [...(await openTasks(client, tasks)), ...(await openTickets(client, tickets))];
      for (const object of OBJECTS) items.push(...(await definitionsOn(client, object, fields)));
      return items;
    },
    remove: async (item) => {
      try {
        await client.call({ method: 'DELETE', path: pathOf(item), reply: z.unknown() });
      } catch (error) {
        if (!(error instanceof VendorError && error.status === 404)) throw error;
      }
    },
    leave: byGrant
      ? async () => {
          // https://developers.hubspot.com/docs/api-reference/latest/app-management/app-uninstalls/guide
          await client.call({
            method: 'DELETE',
            path: `/appinstalls/${INSTALLS_VERSION}/external-install`,
            reply: z.unknown(),
          });
        }
      : null,
  };
}

async function openTasks(client: HubSpotClient, taskIds: readonly string[]): Promise<readonly Installed[]> {
  const reader = { object: 'tasks', properties: ['hs_task_subject', 'hs_task_status'] } as const;
  const tasks = await readObjects(client, reader, taskIds);
  return tasks
    .filter((task) => task.properties['hs_task_status'] !== 'COMPLETED')
    .map(
      // The subject names a person: it is not shown.
      (task): Installed => ({ what: 'task', name: `task ${task.id}`, on: 'tasks', id: task.id, leftBecause: null }),
    );
}

async function openTickets(client: HubSpotClient, ticketIds: readonly string[]): Promise<readonly Installed[]> {
  const tickets = await readObjects(client, { object: 'tickets', properties: ['closed_date'] }, ticketIds);
  return tickets
    .filter((ticket) => !ticket.properties['closed_date'])
    .map(({ id }): Installed => ({ what: 'ticket', name: `ticket ${id}`, on: 'tickets', id, leftBecause: null }));
}

async function definitionsOn(
  client: HubSpotClient,
  object: (typeof OBJECTS)[number],
  fields: readonly FieldDefinition[],
): Promise<readonly Installed[]> {
  const types = new Map(fields.map(propertyOf).map(({ name, type }) => [name, type]));
  const found = await definitionsAt(client, object);
  if (found === null) return [];
  const { properties, groups } = found;
  const ours = properties
    .filter((property) => types.has(property.name))
    .map(
      ({ name, type }): Installed => ({
        what: 'field',
        name,
        on: object,
        id: name,
        leftBecause: type === types.get(name) ? null : 'It is of another kind than we make: it is somebody else’s.',
      }),
    );
  const removed = new Set(ours.filter((item) => item.leftBecause === null).map((item) => item.name));
  const others = properties.filter(
    (property) => property.groupName === PROPERTY_GROUP.name && !removed.has(property.name),
  );
  if (!groups.some((group) => group.name === PROPERTY_GROUP.name)) return ours;
  return [
    ...ours,
    {
      what: 'group',
      name: PROPERTY_GROUP.name,
      on: object,
      id: PROPERTY_GROUP.name,
      leftBecause:
        others.length === 0
          ? null
          : `It holds properties that are not ours: ${others.map((each) => each.name).join(', ')}.`,
    },
  ];
}

/** Null where we may not see them: then we could not have made any. */
async function definitionsAt(client: HubSpotClient, object: (typeof OBJECTS)[number]) {
  const base = `/crm/properties/${API_VERSION}/${object}`;
  try {
    const properties = (await client.call({ method: 'GET', path: base, reply: propertiesSchema })).results;
    const groups = (await client.call({ method: 'GET', path: `${base}/groups`, reply: groupsSchema })).results;
    return { properties, groups };
  } catch (error) {
    if (object === 'tickets' && error instanceof VendorError && error.status === 403) return null;
    throw error;
  }
}

function pathOf(item: Installed): string {
  if (item.what === 'task' || item.what === 'ticket') {
    return `/crm/objects/${API_VERSION}/${item.on}/${encodeURIComponent(item.id)}`;
  }
  const name = item.what === 'group' ? `groups/${encodeURIComponent(item.id)}` : encodeURIComponent(item.id);
  return `/crm/properties/${API_VERSION}/${item.on}/${name}`;
}
