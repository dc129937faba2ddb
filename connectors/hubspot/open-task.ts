import type { ActionReceipt, TaskAction } from '../../core/domain/actions.ts';
import { API_VERSION } from './api-versions.ts';
import type { HubSpotClient } from './client.ts';
import { findByMarker, markerOf } from './find-by-marker.ts';
import { crmObjectSchema } from './replies.ts';
import { instantAt } from './wall-clock.ts';

/** Task to contact, as HubSpot defines it. https://developers.hubspot.com/docs/api-reference/crm-associations-v4/guide */
const TASK_TO_CONTACT = 204;
const DUE_HOUR = 9;

/**
 * Opens a task on a contact, due at nine in the morning of its day.
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
      associations: [
        {
          to: { id: task.contactExternalId },
          types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: TASK_TO_CONTACT }],
        },
      ],
    },
    reply: crmObjectSchema,
  });
  return { externalId: created.id, readBack: false };
}

/** Looks for a task by its marker among those of the contact. */
export function findTask(client: HubSpotClient, task: TaskAction): Promise<ActionReceipt | null> {
  return findByMarker(client, { object: 'tasks', property: 'hs_task_body' }, task);
}

/** The text with the marker below it; HubSpot shows it as HTML. */
function bodyOf(task: TaskAction): string {
  const escaped = task.body.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return `${escaped.replaceAll('\n', '<br>')}<br><br>${markerOf(task.key)}`;
}
