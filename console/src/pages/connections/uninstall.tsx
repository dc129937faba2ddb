import { useState } from 'react';
import type { Traffic } from '../../../../webhooks/client/staypower-client.ts';
import { Choice } from '../../components/field.tsx';
import { Scroll } from '../../components/scroll.tsx';
import { Problem } from '../../components/states.tsx';
import { TypedConfirm } from '../../components/typed-confirm.tsx';
import { JobStatus } from '../../jobs/job-status.tsx';
import { isOpen, type JobOf, useJob, useStartJob } from '../../jobs/use-jobs.ts';
import { inWords } from '../../wording.ts';

/** Takes what is ours out of one vendor: listed first, then removed once its name was typed. */
export function Uninstall({ connections }: { connections: Traffic['connections'] }) {
  const [chosen, setChosen] = useState(connections[0]?.connectionId ?? '');
  const start = useStartJob();
  const listed = useJob('unprovision', { connectionId: chosen, dryRun: true });
  const removed = useJob('unprovision', { connectionId: chosen, dryRun: false });
  const busy = isOpen(listed) || isOpen(removed) || start.isPending;
  // What was removed since is no longer what was listed.
  const isFresh = listed?.result != null && (removed === null || listed.jobId > removed.jobId);
  return (
    <>
      <div className="form-row">
        <Choice
          label="Uninstall from"
          value={chosen}
          options={connections.map(({ connectionId }) => ({ value: connectionId, label: connectionId }))}
          onChange={setChosen}
        />
        <button
          type="button"
          disabled={busy}
          onClick={() => start.mutate({ kind: 'unprovision', connectionId: chosen, dryRun: true })}
        >
          List what is ours there
        </button>
        {isFresh && (
          <TypedConfirm
            label={`Uninstall from ${chosen}`}
            question="What is listed is removed for good: fields with their values, open tasks, permissions, our access. The workspace is paused first."
            word={chosen}
            disabled={busy}
            onConfirm={() => start.mutate({ kind: 'unprovision', connectionId: chosen, dryRun: false })}
          />
        )}
      </div>
      <JobStatus job={listed} what="Listing" />
      {isFresh && <Steps job={listed} empty={`Nothing of ours is left at ${chosen}.`} />}
      <JobStatus job={removed} what="Uninstalling" />
      {!isFresh && removed && <Steps job={removed} empty={`Nothing of ours was left at ${chosen}.`} />}
      <Problem error={start.error} />
    </>
  );
}

function Steps({ job, empty }: { job: JobOf<'unprovision'>; empty: string }) {
  if (job.result === null) return null;
  const { steps, byHand } = job.result;
  return (
    <>
      {steps.length === 0 ? (
        <p>{empty}</p>
      ) : (
        <Scroll label={job.dryRun ? 'What would be removed' : 'What was removed'} className="scroll bounded">
          <table className="plain">
            <thead>
              <tr>
                <th scope="col">Name</th>
                <th scope="col">On</th>
                <th scope="col">What</th>
                <th scope="col">{job.dryRun ? 'Would be' : 'Is'}</th>
                <th scope="col">Note</th>
              </tr>
            </thead>
            <tbody>
              {steps.map(({ what, name, on, outcome, note }) => (
                <tr key={`${what} ${on} ${name} ${outcome}`}>
                  <th scope="row" className="nowrap">
                    {name}
                  </th>
                  <td>{on}</td>
                  <td>{inWords(what)}</td>
                  <td className={outcome === 'failed' ? 'worse' : 'nowrap'}>
                    {outcome === 'remove' ? 'removed' : outcome}
                  </td>
                  <td className="hint">{note}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
      <p>What only you can take away:</p>
      <ul>
        {byHand.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </>
  );
}
