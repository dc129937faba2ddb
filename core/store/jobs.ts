import type { Json } from '../domain/json.ts';
import { stableJson } from '../domain/stable-json.ts';
import type { Clock } from '../ports/clock.ts';
import type { Database, Sql } from '../ports/database.ts';
import type { Job, JobProblem, JobProgress, JobRequest, Jobs } from '../ports/jobs.ts';
import { audit } from './audit.ts';

/** Channel that tells whoever works or watches that a job was asked for, goes on or ended. */
const JOBS_CHANNEL = 'staypower_jobs';

/** Days for which ended work is kept; older goes when new work is asked for. */
const KEPT_DAYS = 90;

/** Begun so often without an end, it is given up: it takes its process with it. */
const MOST_ATTEMPTS = 3;

const COLUMNS = `job_id as "jobId", kind, connection_id as "connectionId", dry_run as "dryRun", state, progress, result, problem,
  requested_by as "requestedBy", requested_at as "requestedAt", started_at as "startedAt", ended_at as "endedAt"`;

/** The jobs of a workspace, for those who ask for them. */
export function createJobs(database: Database, { clock }: { clock: Clock }): Jobs {
  return {
    start: (request, { by }) =>
      database.transaction(async (sql) => {
        const now = clock.now().toISOString();
        await sql.query(
          `delete from jobs where ended_at < $1::timestamptz - interval '${KEPT_DAYS} days' and state in ('done', 'failed')`,
          [now],
        );
        const [same] = await sql.query<Job>(
          `select ${COLUMNS} from jobs where state = 'waiting' and request = $1::jsonb order by job_id limit 1`,
          [stableJson(request)],
        );
        if (same) return same;
        const [job] = await sql.query<Job>(
          `insert into jobs (kind, connection_id, dry_run, request, state, attempts, requested_by, requested_at)
           values ($1, $2, $3, $4::jsonb, 'waiting', 0, $5, $6) returning ${COLUMNS}`,
          [request.kind, connectionOf(request), isDry(request), stableJson(request), by, now],
        );
        if (!job) throw new Error('an insert with RETURNING gave no row');
        if (changesSomething(request))
          await audit(sql, now, by, `job.${request.kind}`, { jobId: job.jobId, ...toldOf(request) });
        await sql.notify(JOBS_CHANNEL);
        return job;
      }),
    latest: () =>
      database.query<Job>(
        `select ${COLUMNS} from jobs where job_id in (select max(job_id) from jobs group by kind, connection_id, dry_run)
         order by job_id desc`,
      ),
    get: async (jobId) => {
      const [job] = await database.query<Job>(`select ${COLUMNS} from jobs where job_id = $1`, [jobId]);
      return job ?? null;
    },
    listen: (woken) => database.listen(JOBS_CHANNEL, woken),
  };
}

/** A job to be done now. */
export interface OpenJob {
  jobId: number;
  request: JobRequest;
  requestedBy: string;
}

/**
 * Marks the next job as begun: the oldest that waits, or one whose process died over it. To be called by who holds the turn of all jobs.
 * One that was begun too often is given up.
 *
 * @returns null when there is none
 */
export async function beginJob(database: Database, now: string): Promise<OpenJob | null> {
  for (;;) {
    const [job] = await database.query<OpenJob & { attempts: number }>(
      `select job_id as "jobId", request, requested_by as "requestedBy", attempts from jobs
       where state in ('waiting', 'running') order by job_id limit 1`,
    );
    if (!job) return null;
    const { attempts, ...open } = job;
    if (attempts < MOST_ATTEMPTS) {
      await database.query(
        `update jobs set state = 'running', attempts = attempts + 1, progress = null, started_at = coalesce(started_at, $2) where job_id = $1`,
        [job.jobId, now],
      );
      await database.notify(JOBS_CHANNEL);
      return open;
    }
    await endJob(database, job.jobId, now, {
      problem: {
        message: `The process that did it ended over it, ${MOST_ATTEMPTS} times.`,
        remedy: 'The log of the server or worker says why it ended; then begin it again.',
      },
    });
  }
}

/** Notes how far a job is. */
export async function keepProgress(sql: Sql, jobId: number, progress: JobProgress): Promise<void> {
  await sql.query(`update jobs set progress = $2::jsonb where job_id = $1 and state = 'running'`, [
    jobId,
    JSON.stringify(progress),
  ]);
  await sql.notify(JOBS_CHANNEL);
}

/** Notes what came of a job. Of an erasure nothing stays that could tell whose it was. */
export async function endJob(
  sql: Sql,
  jobId: number,
  now: string,
  outcome: { result: Json } | { problem: JobProblem },
): Promise<void> {
  const result = 'result' in outcome ? JSON.stringify(outcome.result) : null;
  const problem = 'problem' in outcome ? JSON.stringify(outcome.problem) : null;
  await sql.query(
    `update jobs set state = case when $3::jsonb is null then 'done' else 'failed' end, progress = null, result = $2::jsonb,
            problem = $3::jsonb, ended_at = $4, request = case when kind = 'erase' then '{}'::jsonb else request end
     where job_id = $1`,
    [jobId, result, problem, now],
  );
  await sql.notify(JOBS_CHANNEL);
}

/** Whether there is work, whoever is at it. */
export async function isJobOpen(sql: Sql): Promise<boolean> {
  return (await sql.query(`select 1 from jobs where state in ('waiting', 'running') limit 1`)).length > 0;
}

function connectionOf(request: JobRequest): string | null {
  return 'connectionId' in request ? request.connectionId : null;
}

function isDry(request: JobRequest): boolean {
  return 'dryRun' in request && request.dryRun;
}

function changesSomething(request: JobRequest): boolean {
  return request.kind !== 'check' && request.kind !== 'look' && !isDry(request);
}

/** What the audit log says of a job: ids of ours and what was chosen, never whom an erasure is about. */
function toldOf(request: JobRequest): Readonly<Record<string, string | number>> {
  switch (request.kind) {
    case 'map':
      return { connectionId: request.connectionId, changes: request.changes.join(' ') || 'none' };
    case 'unprovision':
      return { connectionId: request.connectionId };
    case 'undo':
      return { run: request.runId ?? 'last' };
    default:
      return {};
  }
}
