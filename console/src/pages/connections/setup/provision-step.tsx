import { Scroll } from '../../../components/scroll.tsx';
import { counted } from '../../../format.ts';
import { JobButton } from '../../../jobs/job-button.tsx';
import { type JobOf, useJob } from '../../../jobs/use-jobs.ts';
import { inWords } from '../../../wording.ts';

type Connection = NonNullable<JobOf<'provision'>['result']>['connections'][number];

/** Which fields would be created, vendor by vendor. */
export function PlanStep() {
  const job = useJob('provision', { dryRun: true });
  return (
    <>
      <Provisioned job={job} created="would be created" />
      <JobButton
        label="See what would be created"
        again="Look again"
        request={{ kind: 'provision', dryRun: true }}
        job={job}
      />
    </>
  );
}

/** Creates the fields. */
export function ProvisionStep() {
  const job = useJob('provision', { dryRun: false });
  return (
    <>
      <Provisioned job={job} created="created" />
      <JobButton
        label="Create the fields"
        again="Create what is missing"
        request={{ kind: 'provision', dryRun: false }}
        job={job}
      />
    </>
  );
}

function Provisioned({ job, created }: { job: JobOf<'provision'> | null; created: string }) {
  const connections = job?.result?.connections;
  if (connections === undefined) return null;
  if (connections.length === 0) return <p>No vendor here has fields of ours.</p>;
  return connections.map((connection) => (
    <ConnectionSteps key={connection.connectionId} connection={connection} created={created} />
  ));
}

function ConnectionSteps({
  connection: { connectionId, steps },
  created,
}: {
  connection: Connection;
  created: string;
}) {
  const of = (outcome: Connection['steps'][number]['outcome']) => steps.filter((step) => step.outcome === outcome);
  const conflicts = of('conflict');
  const words = { create: created, exists: 'is there', conflict: 'is somebody else’s' } as const;
  return (
    <div className="part">
      <h3>{connectionId}</h3>
      <p>
        {counted(of('create').length, 'piece')} {created}, {of('exists').length} there already
        {conflicts.length > 0 && (
          <>
            , <strong className="worse">{conflicts.length} in conflict</strong>
          </>
        )}
        .
      </p>
      {conflicts.length > 0 && (
        <ul className="remarks">
          {conflicts.map(({ name, on, note }) => (
            <li key={`${on} ${name}`}>
              {name} on {on}: {note}
            </li>
          ))}
        </ul>
      )}
      <Scroll label={`Fields of ${connectionId}`} className="scroll bounded">
        <table className="plain">
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">On</th>
              <th scope="col">What</th>
              <th scope="col">Outcome</th>
            </tr>
          </thead>
          <tbody>
            {steps.map(({ what, name, on, outcome, note }) => (
              <tr key={`${what} ${on} ${name}`}>
                <th scope="row" className="nowrap">
                  {name}
                </th>
                <td>{on}</td>
                <td>{inWords(what)}</td>
                <td className={outcome === 'conflict' ? 'worse' : 'nowrap'}>
                  {words[outcome]}
                  {note !== '' && outcome !== 'conflict' && `: ${note}`}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </div>
  );
}
