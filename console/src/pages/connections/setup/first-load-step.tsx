import { Stat } from '../../../components/stat.tsx';
import { moment, whole } from '../../../format.ts';
import { JobButton } from '../../../jobs/job-button.tsx';
import { type JobOf, useJob } from '../../../jobs/use-jobs.ts';
import { href } from '../../../routing.ts';

type Loaded = NonNullable<JobOf<'first-load'>['result']>;

/** Reads and scores everything, with what it brought and what the book can carry. */
export function FirstLoadStep() {
  const job = useJob('first-load');
  return (
    <>
      {job?.result && <Brought result={job.result} at={job.endedAt} />}
      <JobButton label="Read and score" again="Read what is new" request={{ kind: 'first-load' }} job={job} />
    </>
  );
}

function Brought({ result, at }: { result: Loaded; at: string | null }) {
  const { pulled, rejected, customers, scored, unavailable, readiness } = result;
  return (
    <>
      <dl className="stats">
        <Stat label="Read" value={whole(pulled)} unit="records" note={`new or changed, ${moment(at)}`} />
        <Stat label="Customers" value={whole(customers)} unit="recognised" />
        <Stat label="Scored" value={whole(scored)} unit="customers" direction="who have bought" />
        <Stat label="Rejected" value={whole(rejected)} unit="records" direction="lower is better" />
      </dl>
      {rejected > 0 && (
        <p>
          What was rejected waits, listed with what to do, on <a href={href(['connections'])}>Connections</a>.
        </p>
      )}
      {unavailable.length > 0 && (
        <ul className="remarks">
          {unavailable.map(({ connectionId, message }) => (
            <li key={connectionId}>
              {connectionId}: {message}
            </li>
          ))}
        </ul>
      )}
      {readiness === null ? (
        <p>There is no purchase yet: map where purchases stand, or import a file of orders.</p>
      ) : (
        <Readiness readiness={readiness} />
      )}
    </>
  );
}

function Readiness({ readiness }: { readiness: NonNullable<Loaded['readiness']> }) {
  const { customers, returned, setting, horizonDays, models, warnings } = readiness;
  return (
    <div className="part">
      <h3>What this book can carry</h3>
      <p>
        {setting === 'contractual'
          ? `Customers leave by contract: ${whole(customers)} have or had one, renewed ${whole(returned)} times.`
          : `${whole(customers)} customers have bought, ${whole(returned)} of them again. Leaving is no purchase within ${horizonDays ?? '?'} days.`}
      </p>
      <ul>
        {models.map(({ model, ready, reason, waitUntil }) => (
          <li key={model}>
            {model}: {ready ? 'ready' : 'not yet'}. {reason}
            {waitUntil !== null && ` (from ${waitUntil} on)`}
          </li>
        ))}
      </ul>
      {warnings.length > 0 && (
        <ul className="remarks">
          {warnings.map((warning) => (
            <li key={warning}>{warning}</li>
          ))}
        </ul>
      )}
    </div>
  );
}
