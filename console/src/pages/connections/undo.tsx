import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ConfirmButton } from '../../components/confirm-button.tsx';
import { Scroll } from '../../components/scroll.tsx';
import { Empty, Loaded, Problem } from '../../components/states.tsx';
import { counted, moment, NONE, whole } from '../../format.ts';
import { JobStatus } from '../../jobs/job-status.tsx';
import { isOpen, type JobOf, useJob, useStartJob } from '../../jobs/use-jobs.ts';
import { useSignedIn } from '../../session/session-context.ts';

type Undone = NonNullable<JobOf<'undo'>['result']>;

/** The write runs that can be taken back; admins look what that would restore, then do it. */
export function Undo() {
  const { client, may } = useSignedIn();
  const runs = useQuery({ queryKey: ['write-runs'], queryFn: () => client.listWriteRuns({ limit: 10 }) });
  return (
    <Loaded query={runs} what="the write runs">
      {({ runs: all }) => {
        const last = all.find(({ undoneAt }) => undoneAt === null);
        return all.length === 0 ? (
          <Empty title="Nothing was written in the last two weeks." />
        ) : (
          <>
            <Scroll label="Write runs">
              <table className="plain">
                <thead>
                  <tr>
                    <th scope="col">Run</th>
                    <th scope="col">Written</th>
                    <th scope="col" className="number">
                      Records
                    </th>
                    <th scope="col">Taken back</th>
                  </tr>
                </thead>
                <tbody>
                  {all.map(({ runId, startedAt, records, undoneAt }) => (
                    <tr key={runId}>
                      <th scope="row">{runId}</th>
                      <td className="nowrap">{moment(startedAt)}</td>
                      <td className="number">{whole(records)}</td>
                      <td className="nowrap">{undoneAt === null ? NONE : moment(undoneAt)}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </Scroll>
            {may('admin') && <UndoRun runId={last?.runId ?? null} />}
          </>
        );
      }}
    </Loaded>
  );
}

/** The preview of an undo and the undo itself, of the last run that stands; what was taken back stays to be read when none does any more. */
function UndoRun({ runId }: { runId: number | null }) {
  const start = useStartJob();
  const preview = useJob('undo', { dryRun: true });
  const done = useJob('undo', { dryRun: false });
  const [asked, setAsked] = useState<number | null>(null);
  const seen = preview?.result?.runId === runId ? preview.result : null;
  const busy = isOpen(preview) || isOpen(done) || start.isPending;
  const look = (run: number) => {
    setAsked(run);
    start.mutate({ kind: 'undo', runId: run, dryRun: true });
  };
  return (
    <>
      {runId !== null && (
        <>
          {(isOpen(preview) || asked === runId) && <JobStatus job={preview} what={`Looking at run ${runId}`} />}
          {seen && <UndoReport undone={seen} would />}
          <div className="actions">
            <button type="button" disabled={busy} onClick={() => look(runId)}>
              {seen ? 'Look again' : `See what taking back run ${runId} would restore`}
            </button>
            {seen && !isOpen(preview) && (
              <ConfirmButton
                label={`Take back run ${runId}`}
                question={`${counted(seen.fields, 'value')} on ${counted(seen.records, 'record')} get back what they were. The workspace is paused, so that the next cycle does not write the same again.`}
                onConfirm={() => start.mutate({ kind: 'undo', runId, dryRun: false })}
              />
            )}
          </div>
        </>
      )}
      <JobStatus job={done} what="Taking back" />
      {done?.result && <UndoReport undone={done.result} would={false} />}
      <Problem error={start.error} />
    </>
  );
}

function UndoReport({ undone, would }: { undone: Undone; would: boolean }) {
  const { runId, records, fields, changedSince, gone, unseen, failed, unavailable } = undone;
  return (
    <div className="part">
      <h3>{would ? `What taking back run ${runId} would do` : `Run ${runId} was taken back`}</h3>
      <p>
        {counted(fields, 'value')} on {counted(records, 'record')} {would ? 'would get back' : 'got back'} what they
        were.
        {gone > 0 && ` ${counted(gone, 'record')} are gone at the vendor.`}
        {unseen > 0 && ` ${counted(unseen, 'record')} cannot be looked at first.`}
      </p>
      {(changedSince.length > 0 || failed.length > 0 || unavailable.length > 0) && (
        <ul className="remarks">
          {changedSince.map((each) => (
            <li key={`${each.connectionId} ${each.field} ${each.by}`}>
              {each.connectionId}, {each.field}: left alone on {counted(each.records, 'record')}, changed by {each.by}{' '}
              since.
            </li>
          ))}
          {failed.map((each) => (
            <li key={`${each.connectionId} ${each.vendorCode}`}>
              {each.connectionId}: {counted(each.records, 'record')} refused ({each.vendorCode}). Take it back again to
              try them once more.
            </li>
          ))}
          {unavailable.map((each) => (
            <li key={each.connectionId}>
              {each.connectionId}: {each.message}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
