import type { Job } from '../../../webhooks/client/staypower-client.ts';
import { whole } from '../format.ts';
import { inWords } from '../wording.ts';

/** How far a job is, or why it failed and what to do; nothing once it is done, and before there is one. */
export function JobStatus({ job, what }: { job: Job | null; what: string }) {
  if (job === null || job.state === 'done') return null;
  if (job.state === 'failed') {
    return (
      <div className="state problem" role="alert">
        <p className="state-title">{what}: this did not work.</p>
        <p className="lines">{job.problem?.message}</p>
        <p>{job.problem?.remedy}</p>
      </div>
    );
  }
  return (
    <div className="state job">
      <output>
        <span className="spinner" aria-hidden="true" /> {what}:{' '}
        {job.state === 'waiting' ? 'waits for its turn…' : textOf(job)}
      </output>
      {job.progress !== null && job.progress.total !== null && job.progress.total > 0 && (
        <progress aria-label={what} max={job.progress.total} value={Math.min(job.progress.done, job.progress.total)} />
      )}
    </div>
  );
}

function textOf({ progress }: Job): string {
  if (progress === null) return 'under way…';
  const { step, detail, done, total } = progress;
  const counts = done > 0 || total !== null ? ` ${whole(done)}${total === null ? '' : ` of ${whole(total)}`}` : '';
  return `${inWords(step)} ${detail}`.trim() + (counts === '' ? '…' : `:${counts}`);
}
