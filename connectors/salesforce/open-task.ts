import { z } from 'zod';
import type { ActionReceipt, TaskAction } from '../../core/domain/actions.ts';
import { UnknownOutcomeError, VendorError } from '../../core/domain/errors.ts';
import type { SalesforceClient } from './client.ts';
import { findByMarker, markerOf, SUBJECT_LENGTH } from './marker.ts';
import { queryRows } from './soql.ts';

/** Ids of contacts and tasks, before they go into a query. */
const created = z.object({ id: z.string() });

/**
 * Opens a Task for a contact, or about no record. Status is left to the organisation's default; the key stands in the description, where `findTask` looks
 * for it.
 *
 * @throws UnknownOutcomeError when no answer came
 */
export async function openTask(client: SalesforceClient, task: TaskAction): Promise<ActionReceipt> {
  const priority = await priorityName(client, task.priority);
  const { body } = await client.call({
    method: 'POST',
    path: '/sobjects/Task',
    creates: true,
    priority: 0,
    body: {
      ...(task.contactExternalId === null ? {} : { WhoId: task.contactExternalId }),
      Subject: task.subject.slice(0, SUBJECT_LENGTH),
      Description: `${task.body}\n\n${markerOf(task.key)}`,
      // A calendar day: it is not shifted by any time zone.
      ActivityDate: task.dueOn,
      ...(priority === null ? {} : { Priority: priority }),
      ...(task.ownerId === null ? {} : { OwnerId: task.ownerId }),
    },
  });
  const reply = created.safeParse(body);
  if (reply.success) return { externalId: reply.data.id, readBack: false };
  throw new UnknownOutcomeError('Salesforce: expected the id of the new task, found another body. Look for it first.');
}

/** Looks for a task by its key among the contact's. */
export function findTask(client: SalesforceClient, task: TaskAction): Promise<ActionReceipt | null> {
  return findByMarker(client, { object: 'Task', contactField: 'WhoId' }, task);
}

/**
 * The organisation's own word for a priority; null = its default. Admins rename and remove the shipped ones.
 * https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_taskpriority.htm
 */
async function priorityName(client: SalesforceClient, priority: TaskAction['priority']): Promise<string | null> {
  if (priority === 'medium') return null;
  try {
    const rows = await queryRows(client, 'SELECT MasterLabel, IsHighPriority FROM TaskPriority ORDER BY SortOrder', {
      resource: 'query',
      priority: 0,
    });
    const match = rows.find((row) =>
      priority === 'high' ? row['IsHighPriority'] === true : String(row['MasterLabel']).toLowerCase() === 'low',
    );
    return match ? String(match['MasterLabel']) : null;
  } catch (error) {
    // Not allowed to see the table: the default does.
    if (error instanceof VendorError && error.retry === 'never') return null;
    throw error;
  }
}
