import { z } from 'zod';
import { VendorError } from '../../core/domain/errors.ts';
import type { SalesforceClient } from './client.ts';

/** A Bulk 2.0 job as GET answers it. */
const bulkJob = z.object({
  id: z.string(),
  state: z.enum(['Open', 'UploadComplete', 'InProgress', 'JobComplete', 'Failed', 'Aborted']),
  numberRecordsProcessed: z.number().optional(),
  numberRecordsFailed: z.number().optional(),
  errorMessage: z.string().nullish(),
});
export type BulkJob = z.output<typeof bulkJob>;

/** First wait before a job is asked after; each further one is half as long again. Each question costs an API call. */
const FIRST_WAIT_MS = 400;
const LONGEST_WAIT_MS = 30_000;
/** Salesforce gives a job up by itself after ten tries of ten minutes. */
const PATIENCE_MS = 2 * 3_600_000;

/** Reads a job's state from a reply. Throws VendorError for another body. */
export function readJob(body: unknown): BulkJob {
  const job = bulkJob.safeParse(body);
  if (job.success) return job.data;
  throw new VendorError('Salesforce: expected the state of a Bulk job, found another body. Try again.', {
    retry: 'later',
    status: 200,
  });
}

/**
 * Waits until a job has come to its end, whatever that is.
 *
 * @param path of the job, from the host
 * @throws VendorError (later) when it takes longer than two hours
 */
export async function endOf(client: SalesforceClient, path: string): Promise<BulkJob> {
  const deadline = performance.now() + PATIENCE_MS;
  for (let waitMs = FIRST_WAIT_MS; performance.now() < deadline; waitMs = Math.min(waitMs * 1.5, LONGEST_WAIT_MS)) {
    await new Promise((resolve) => setTimeout(resolve, waitMs));
    const job = readJob((await client.call({ method: 'GET', path })).body);
    if (job.state === 'JobComplete' || job.state === 'Failed' || job.state === 'Aborted') return job;
  }
  throw new VendorError('Salesforce: a Bulk job did not end within two hours. It is looked at again by the next run.', {
    retry: 'later',
    status: 0,
  });
}
