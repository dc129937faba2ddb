import type { Setup } from '../../../../../webhooks/client/staypower-client.ts';
import { JobButton } from '../../../jobs/job-button.tsx';
import { useJob } from '../../../jobs/use-jobs.ts';
import { vendorName } from '../../../wording.ts';
import { MappingForm } from './mapping-form.tsx';
import { MappingFound } from './mapping-found.tsx';

type Connection = Setup['connections'][number];

/** What is read of each connection: looked at, chosen and kept. */
export function MapStep({ setup }: { setup: Setup }) {
  const choosing = setup.connections.filter(({ canMap }) => canMap);
  const others = setup.connections.filter(({ canMap }) => !canMap);
  return (
    <>
      {choosing.map((connection) => (
        <ConnectionMapping key={connection.connectionId} connection={connection} />
      ))}
      {others.length > 0 && (
        <p className="hint">
          {others.map(({ connectionId }) => connectionId).join(', ')}: what is read of it is set in the configuration.
        </p>
      )}
    </>
  );
}

function ConnectionMapping({ connection: { connectionId, vendor, mappingVersion } }: { connection: Connection }) {
  const look = useJob('look', { connectionId });
  const mapped = useJob('map', { connectionId });
  // The later of the two has the present state.
  const kept = mapped?.result && (look === null || mapped.jobId > look.jobId) ? mapped.result : null;
  const report = kept?.report ?? look?.result ?? null;
  return (
    <div className="part">
      <h3>
        {connectionId} <span className="hint">({vendorName(vendor)})</span>{' '}
        <span className={`band step-${mappingVersion === null ? 'open' : 'done'}`}>
          {mappingVersion === null ? 'Not kept yet' : `Version ${mappingVersion}`}
        </span>
      </h3>
      {kept && kept.readAgain.length > 0 && (
        <p>The next reading goes through these from their beginning: {kept.readAgain.join(', ')}.</p>
      )}
      {report && <MappingFound report={report} />}
      {report && <MappingForm key={look?.jobId} connectionId={connectionId} report={report} job={mapped} />}
      <JobButton
        label={`Look at ${connectionId}`}
        again={`Look at ${connectionId} again`}
        request={{ kind: 'look', connectionId }}
        job={look}
      />
    </div>
  );
}
