import { z } from 'zod';
import { VendorError } from '../../core/domain/errors.ts';
import type { FieldDefinition } from '../../core/domain/fields.ts';
import type { Installed, Uninstaller } from '../../core/ports/uninstall.ts';
import { API_VERSION } from './api-versions.ts';
import type { HubSpotClient } from './client.ts';
import { PROPERTY_GROUP, propertyOf } from './mapping.ts';
import { createFieldProvisioner } from './provision-fields.ts';
import { readObjects } from './read-objects.ts';
import { groupsSchema, propertiesSchema } from './replies.ts';

const OBJECTS = ['contacts', 'companies'] as const;
/** Version of the calls about an app's installation. */
const INSTALLS_VERSION = '2026-03';

/**
 * What is ours in a HubSpot account: tasks still open, our properties, and their group where nothing of somebody else's is in it.
 *
 * @param byGrant whether we came by OAuth and can leave by ourselves
 */
export function createUninstaller(client: HubSpotClient, byGrant: boolean): Uninstaller {
  return {
    list: async (fields, taskIds) => {
      const items = [...(await openTasks(client, taskIds))];
      const kept = await unusable(client, fields);
      for (const object of OBJECTS) items.push(...(await definitionsOn(client, object, fields, kept)));
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

/** Properties with a name of ours that we would not have made, by "object name", and why. */
async function unusable(
  client: HubSpotClient,
  fields: readonly FieldDefinition[],
): Promise<ReadonlyMap<string, string>> {
  const steps = await createFieldProvisioner(client).provision(fields, { dryRun: true });
  return new Map(
    steps
      .filter((step) => step.what === 'field' && step.outcome === 'conflict')
      .map((step) => [`${step.on} ${step.name}`, 'It is of another kind than we make: it is somebody else’s.']),
  );
}

async function definitionsOn(
  client: HubSpotClient,
  object: (typeof OBJECTS)[number],
  fields: readonly FieldDefinition[],
  kept: ReadonlyMap<string, string>,
): Promise<readonly Installed[]> {
  const base = `/crm/properties/${API_VERSION}/${object}`;
  const names = new Set(fields.map((field) => propertyOf(field).name));
  const properties = (await client.call({ method: 'GET', path: base, reply: propertiesSchema })).results;
  const groups = (await client.call({ method: 'GET', path: `${base}/groups`, reply: groupsSchema })).results;
  const ours = properties
    .filter((property) => names.has(property.name))
    .map(
      ({ name }): Installed => ({
        what: 'field',
        name,
        on: object,
        id: name,
        leftBecause: kept.get(`${object} ${name}`) ?? null,
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

function pathOf(item: Installed): string {
  if (item.what === 'task') return `/crm/objects/${API_VERSION}/tasks/${encodeURIComponent(item.id)}`;
  const name = item.what === 'group' ? `groups/${encodeURIComponent(item.id)}` : encodeURIComponent(item.id);
  return `/crm/properties/${API_VERSION}/${item.on}/${name}`;
}
