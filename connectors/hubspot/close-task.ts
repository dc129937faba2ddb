import type { ActionReceipt, CloseAction } from '../../core/domain/actions.ts';
import { VendorError } from '../../core/domain/errors.ts';
import { API_VERSION } from './api-versions.ts';
import type { HubSpotClient } from './client.ts';
import { crmObjectSchema } from './replies.ts';

/** Completes a task of ours; doing it twice is doing it once, and one that is gone needs nothing. */
export async function closeTask(client: HubSpotClient, { taskId }: CloseAction): Promise<ActionReceipt> {
  try {
    await client.call({
      method: 'PATCH',
      path: `/crm/objects/${API_VERSION}/tasks/${encodeURIComponent(taskId)}`,
      body: { properties: { hs_task_status: 'COMPLETED' } },
      reply: crmObjectSchema,
    });
  } catch (error) {
    if (!(error instanceof VendorError && error.status === 404)) throw error;
  }
  return { externalId: taskId, readBack: false };
}
