import { NONE, whole } from '../../../format.ts';
import { JobButton } from '../../../jobs/job-button.tsx';
import { useJob } from '../../../jobs/use-jobs.ts';
import { vendorName } from '../../../wording.ts';

/** Whether each account lets us in, and what is to be mended where it does not. */
export function CheckStep() {
  const job = useJob('check');
  return (
    <>
      {job?.result?.connections.map(({ connectionId, vendor, report }) => (
        <div className="part" key={connectionId}>
          <h3>
            {connectionId} <span className="hint">({vendorName(vendor)})</span>{' '}
            <span className={`band step-${report.problems.length === 0 ? 'done' : 'problem'}`}>
              {report.problems.length === 0 ? 'Ready' : 'Not ready'}
            </span>
          </h3>
          <p>
            Account {report.account || 'unknown'}; calls left today:{' '}
            {report.callsLeftToday === null ? `${NONE} (it does not say)` : whole(report.callsLeftToday)}.
          </p>
          {report.problems.length > 0 && (
            <ul className="remarks">
              {report.problems.map(({ what, remedy }) => (
                <li key={what}>
                  {what} <strong>{remedy}</strong>
                </li>
              ))}
            </ul>
          )}
        </div>
      ))}
      <JobButton label="Check the connections" again="Check again" request={{ kind: 'check' }} job={job} />
    </>
  );
}
