import { type UseMutationResult, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { Job, NewJob } from '../../../webhooks/client/staypower-client.ts';
import { useClient } from '../session/session-context.ts';

/** A job of one kind. */
export type JobOf<Kind extends Job['kind']> = Extract<Job, { kind: Kind }>;

const KEY = ['jobs'];

/** Keeps the jobs of the workspace up to date while a page is open, and reads the rest of it again whenever one has ended. For admins. */
export function useJobStream(): void {
  const client = useClient();
  const queries = useQueryClient();
  useEffect(() => {
    const ended = new AbortController();
    const open = new Set<number>();
    const follow = async () => {
      for await (const { event } of client.streamJobs({ signal: ended.signal })) {
        queries.setQueryData<readonly Job[]>(KEY, (known = []) => withJob(known, event));
        if (event.endedAt === null) open.add(event.jobId);
        else if (open.delete(event.jobId)) {
          void queries.invalidateQueries({
            predicate: ({ queryKey }) => !['session', 'jobs'].includes(String(queryKey[0])),
          });
        }
      }
    };
    // Where the stream is refused, what was asked for once stays as it was: a reload tells the rest.
    follow().catch(() => undefined);
    return () => ended.abort();
  }, [client, queries]);
}

/** The latest job of a kind: of a connection, and of a dry run or not, where these are said. Null while there is none. */
export function useJob<Kind extends Job['kind']>(
  kind: Kind,
  is: { connectionId?: string; dryRun?: boolean } = {},
): JobOf<Kind> | null {
  const client = useClient();
  const { data } = useQuery({
    queryKey: KEY,
    queryFn: async (): Promise<readonly Job[]> => (await client.listJobs()).jobs,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const found = data?.find(
    (job) =>
      job.kind === kind &&
      (is.connectionId === undefined || job.connectionId === is.connectionId) &&
      (is.dryRun === undefined || job.dryRun === is.dryRun),
  );
  return (found as JobOf<Kind> | undefined) ?? null;
}

/** Asks for a job; it shows up in `useJob` at once. */
export function useStartJob(): UseMutationResult<Job, Error, NewJob> {
  const client = useClient();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (job: NewJob) => client.startJob(job),
    onSuccess: (job) => {
      // The stream may have told more of it already.
      queries.setQueryData<readonly Job[]>(KEY, (known = []) =>
        known.some(({ jobId }) => jobId === job.jobId) ? known : withJob(known, job),
      );
      void queries.invalidateQueries({ queryKey: ['setup'] });
      void queries.invalidateQueries({ queryKey: ['audit'] });
    },
  });
}

/** Whether a job is still to end. */
export function isOpen(job: Job | null): boolean {
  return job !== null && job.endedAt === null;
}

/** The newest first, each job once. */
function withJob(known: readonly Job[], job: Job): readonly Job[] {
  return [job, ...known.filter(({ jobId }) => jobId !== job.jobId)].sort((a, b) => b.jobId - a.jobId);
}
