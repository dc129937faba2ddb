import type { ActionReceipt, CloseAction } from '../../core/domain/actions.ts';
import { VendorError } from '../../core/domain/errors.ts';
import type { SalesforceClient } from './client.ts';
import { queryRows } from './soql.ts';

/**
 * Closes a task of ours, with the first of the organisation's own words for a closed one. Doing it twice is doing it once, and a task that is gone
 * needs nothing. https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_taskstatus.htm
 */
export async function closeTask(client: SalesforceClient, { taskId }: CloseAction): Promise<ActionReceipt> {
  const [status] = await queryRows(
    client,
    'SELECT MasterLabel FROM TaskStatus WHERE IsClosed = true ORDER BY SortOrder',
    { resource: 'query', priority: 0 },
  );
  if (status === undefined) {
    throw new VendorError('Salesforce has no status for a closed task. Add one under Setup, Task Status.', {
      retry: 'never',
      status: 200,
      vendorCode: 'NO_CLOSED_STATUS',
    });
  }
  try {
    await client.call({
      method: 'PATCH',
      path: `/sobjects/Task/${taskId}`,
      priority: 0,
      body: { Status: String(status['MasterLabel']) },
    });
  } catch (error) {
    if (!(error instanceof VendorError && (error.status === 404 || error.vendorCode === 'ENTITY_IS_DELETED')))
      throw error;
  }
  return { externalId: taskId, readBack: false };
}
