import { AuthError, ConfigError, DataError, isUnavailable, StaypowerError } from '../domain/errors.ts';
import type { Json } from '../domain/json.ts';
import type { Clock } from '../ports/clock.ts';
import type { Database } from '../ports/database.ts';
import type { JobProblem, JobProgress, JobRequest } from '../ports/jobs.ts';
import type { Logger } from '../ports/logger.ts';
import { beginJob, createJobs, endJob, isJobOpen, keepProgress, type OpenJob } from '../store/jobs.ts';
import { createLoop } from './loop.ts';

/** Does what was asked for, and gives what is kept of it. Throws the errors of core/domain/errors.ts where it cannot. */
export type JobRunner = (
  request: JobRequest,
  context: { by: string; onProgress: (progress: JobProgress) => void },
) => Promise<Json>;

/** The turn in which jobs are done: one at a time, whatever process does it. */
const TURN = 'jobs';
/** Where another process has the turn, or died with it. */
const LOOK_AGAIN_MS = 5_000;
/** Progress is written so often at the most. */
const PROGRESS_EVERY_MS = 250;

/** The share of a process in the jobs of its workspace. */
export interface JobWork {
  /** Begins no other job, and resolves when the one under way has ended. */
  stop(): Promise<void>;
}

/**
 * Does jobs as they are asked for, one at a time over all processes of the workspace. A job whose process died is begun again by another:
 * every kind goes on where it was, or can be repeated. Never throws: what fails is kept with the job.
 */
export async function workJobs(
  database: Database,
  run: JobRunner,
  { clock, logger }: { clock: Clock; logger: Logger },
): Promise<JobWork> {
  let stopped = false;
  const loop = createLoop(
    async () => {
      await database.holding([TURN], async (held) => {
        if (held.length === 0) return;
        for (;;) {
          const job = stopped ? null : await beginJob(database, clock.now().toISOString());
          if (job === null) return;
          await runOne(database, job, run, { clock, logger });
        }
      });
      return isJobOpen(database);
    },
    {
      retryMs: LOOK_AGAIN_MS,
      onError: (error) =>
        logger.error({ error: error instanceof Error ? error.message : String(error) }, 'jobs wait: the store failed'),
    },
  );
  const unlisten = await createJobs(database, { clock }).listen(loop.wake);
  loop.wake();
  return {
    stop: async () => {
      stopped = true;
      await unlisten();
      await loop.stop();
    },
  };
}

async function runOne(
  database: Database,
  { jobId, request, requestedBy }: OpenJob,
  run: JobRunner,
  { clock, logger }: { clock: Clock; logger: Logger },
): Promise<void> {
  const { kind } = request;
  const progress = progressKeeper((each) => keepProgress(database, jobId, each));
  let outcome: { result: Json } | { problem: JobProblem };
  try {
    outcome = { result: await run(request, { by: requestedBy, onProgress: progress.tell }) };
    logger.info({ jobId, kind }, 'job done');
  } catch (error) {
    outcome = { problem: problemOf(error) };
    logger.warn({ jobId, kind, error: error instanceof Error ? error.message : String(error) }, 'job failed');
  }
  await progress.end();
  await endJob(database, jobId, clock.now().toISOString(), outcome);
}

/** Keeps the last that was told, now and then; a write that fails is made up for by the next. */
function progressKeeper(keep: (progress: JobProgress) => Promise<void>): {
  tell: (progress: JobProgress) => void;
  end: () => Promise<void>;
} {
  let last: JobProgress | null = null;
  let writing: Promise<void> = Promise.resolve();
  const flush = () => {
    if (last === null) return;
    const told = last;
    last = null;
    writing = writing.then(() => keep(told)).catch(() => undefined);
  };
  const timer = setInterval(flush, PROGRESS_EVERY_MS);
  return {
    tell: (progress) => {
      last = progress;
    },
    end: async () => {
      clearInterval(timer);
      await writing;
    },
  };
}

/** What went wrong in words for an admin. A fault of ours says nothing of itself: its message may hold anything. */
function problemOf(error: unknown): JobProblem {
  if (!(error instanceof StaypowerError)) {
    return { message: 'It failed by a fault of this program.', remedy: 'The log of the server or worker says more.' };
  }
  const { message } = error;
  if (error instanceof AuthError) {
    return { message, remedy: error.remedy ?? 'Connect it again, or give it a valid key; then try again.' };
  }
  // These say in their message what to do.
  if (error instanceof ConfigError || error instanceof DataError) return { message, remedy: 'Then try again.' };
  return {
    message,
    remedy: isUnavailable(error) ? 'It passes by waiting: try again.' : 'Mend what the message says, then try again.',
  };
}
