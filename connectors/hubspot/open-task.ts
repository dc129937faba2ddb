import { z } from 'zod';
import type { ActionReceipt, TaskAction } from '../../core/domain/actions.ts';
import { API_VERSION } from './api-versions.ts';
import type { HubSpotClient } from './client.ts';
import { findByMarker, markerOf } from './find-by-marker.ts';
import { crmObjectSchema } from './replies.ts';
import { instantAt } from './wall-clock.ts';

/** Task to contact, as HubSpot defines it. https://developers.hubspot.com/docs/api-reference/crm-associations-v4/guide */
const TASK_TO_CONTACT = 204;
const DUE_HOUR = 9;
const found = z.object({ results: z.array(crmObjectSchema) });

/**
 * Opens a task on a contact, or on no record, due at nine in the morning of its day.
 *
 * @throws UnknownOutcomeError when no answer came: look for it with `findTask` first
 */
export async function openTask(client: HubSpotClient, task: TaskAction, timeZone: string): Promise<ActionReceipt> {
  const created = await client.call({
    method: 'POST',
    path: `/crm/objects/${API_VERSION}/tasks`,
    creates: true,
    body: {
      properties: {
        hs_timestamp: instantAt(task.dueOn, DUE_HOUR, timeZone),
        hs_task_subject: task.subject,
        hs_task_body: bodyOf(task),
        hs_task_status: 'NOT_STARTED',
        hs_task_priority: task.priority.toUpperCase(),
        hs_task_type: 'TODO',
        ...(task.ownerId !== null && { hubspot_owner_id: task.ownerId }),
      },
      ...(task.contactExternalId !== null && {
        associations: [
          {
            to: { id: task.contactExternalId },
            types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: TASK_TO_CONTACT }],
          },
        ],
      }),
    },
    reply: crmObjectSchema,
  });
  return { externalId: created.id, readBack: false };
}

/** Looks for a task by its marker among those of the contact, or among those of its subject where it is about no record. */
export function findTask(client: HubSpotClient, task: TaskAction): Promise<ActionReceipt | null> {
  const { key, contactExternalId } = task;
  return contactExternalId === null
    ? findBySubject(client, task)
    : findByMarker(client, { object: 'tasks', property: 'hs_task_body' }, { key, contactExternalId });
}

/** Search knows a new task some moments later: this is asked at the next cycle at the earliest. */
async function findBySubject(client: HubSpotClient, { key, subject }: TaskAction): Promise<ActionReceipt | null> {
  const { results } = await client.call({
    method: 'POST',
    path: `/crm/objects/${API_VERSION}/tasks/search`,
    body: {
      filterGroups: [{ filters: [{ propertyName: 'hs_task_subject', operator: 'EQ', value: subject }] }],
      properties: ['hs_task_body'],
      limit: 100,
    },
    reply: found,
  });
  const task = results.find(({ properties }) => properties['hs_task_body']?.includes(markerOf(key)));
  return task ? { externalId: task.id, readBack: true } : null;
}

/** The text with the marker below it; HubSpot shows it as HTML. */
function bodyOf(task: TaskAction): string {
  const escaped = task.body.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return `${escaped.replaceAll('\n', '<br>')}<br><br>${markerOf(task.key)}`;
}
