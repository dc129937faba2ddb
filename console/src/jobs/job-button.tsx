import type { Job, NewJob } from '../../../webhooks/client/staypower-client.ts';
import { Problem } from '../components/states.tsx';
import { JobStatus } from './job-status.tsx';
import { isOpen, useStartJob } from './use-jobs.ts';

/** Asks for a job, and shows how far it is. */
export function JobButton({
  label,
  again,
  request,
  job,
}: {
  label: string;
  /** What the button says once it was done, or has failed. */
  again: string;
  request: NewJob;
  /** The latest job of the kind. */
  job: Job | null;
}) {
  const start = useStartJob();
  const open = isOpen(job);
  const isFirst = job === null || open;
  return (
    <>
      <JobStatus job={job} what={label} />
      <div className="actions">
        <button
          type="button"
          className={job?.state === 'done' ? undefined : 'primary'}
          disabled={open || start.isPending}
          onClick={() => start.mutate(request)}
        >
          {isFirst ? label : again}
        </button>
      </div>
      <Problem error={start.error} />
    </>
  );
}
