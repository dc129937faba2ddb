import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { QualityFindings, QualityReport } from '../../../../webhooks/client/staypower-client.ts';
import { Scroll } from '../../components/scroll.tsx';
import { Empty, Loaded, Problem } from '../../components/states.tsx';
import { counted, day, moment, whole } from '../../format.ts';
import { useSignedIn } from '../../session/session-context.ts';
import { inWords } from '../../wording.ts';
import { QualityFixes } from './quality-fixes.tsx';

type Count = QualityReport['counts'][number];

/** What rules of data quality found: counts by rule, the records with what to do, and the fixes to what connections say. */
export function Quality() {
  const { client, may } = useSignedIn();
  const report = useQuery({ queryKey: ['quality'], queryFn: () => client.getQuality() });
  const [chosen, choose] = useState<Count | null>(null);
  return (
    <Loaded query={report} what="the data quality">
      {(data) => (
        <>
          {data.counts.length === 0 ? (
            <Empty title="No rule has found anything." />
          ) : (
            <Counts report={data} chosen={chosen} onChoose={choose} />
          )}
          {chosen && may('rep') && <Findings of={chosen} />}
          {may('rep') && (
            <QualityFixes connections={[...new Set(data.counts.map(({ connectionId }) => connectionId))]} />
          )}
        </>
      )}
    </Loaded>
  );
}

function Counts({
  report: { counts, days },
  chosen,
  onChoose,
}: {
  report: QualityReport;
  chosen: Count | null;
  onChoose: (count: Count) => void;
}) {
  const { may } = useSignedIn();
  const lastOf = (count: Count) =>
    days.filter(({ connectionId, rule }) => connectionId === count.connectionId && rule === count.rule).at(-1);
  return (
    <Scroll label="Findings by rule">
      <table className="plain">
        <thead>
          <tr>
            <th scope="col">What was found</th>
            <th scope="col">Connection</th>
            <th scope="col" className="number">
              Open
            </th>
            <th scope="col" className="number">
              Kept out of the book
            </th>
            <th scope="col">Last found</th>
            {may('rep') && <th scope="col">Records</th>}
          </tr>
        </thead>
        <tbody>
          {counts.map((count) => {
            const last = lastOf(count);
            return (
              <tr key={`${count.connectionId} ${count.rule}`}>
                <th scope="row">
                  {inWords(count.rule)}
                  <small className="hint">: {count.finds}</small>
                </th>
                <td>{count.connectionId}</td>
                <td className="number">
                  {whole(count.open)}
                  {count.accepted > 0 && <small className="hint"> and {whole(count.accepted)} accepted</small>}
                </td>
                <td className="number">{whole(count.keptOut)}</td>
                <td className="nowrap">
                  {last ? `${day(last.day)}: ${whole(last.found)} of ${whole(last.judged)}` : '–'}
                </td>
                {may('rep') && (
                  <td>
                    {count.rule !== 'unreadable' && (
                      <button
                        type="button"
                        aria-pressed={chosen?.rule === count.rule && chosen.connectionId === count.connectionId}
                        onClick={() => onChoose(count)}
                      >
                        Show
                      </button>
                    )}
                  </td>
                )}
              </tr>
            );
          })}
        </tbody>
      </table>
    </Scroll>
  );
}

/** The records that a rule found on one connection; admins accept what may be as it is. */
function Findings({ of: { connectionId, rule } }: { of: Count }) {
  const { client, may } = useSignedIn();
  const queries = useQueryClient();
  const findings = useQuery({
    queryKey: ['quality', connectionId, rule],
    queryFn: () => client.listQualityFindings({ connectionId, rule }),
  });
  const accept = useMutation({
    mutationFn: (externalId: string | null) =>
      client.acceptQuality({ connectionId, rule, ...(externalId !== null && { externalId }) }),
    onSuccess: () => queries.invalidateQueries(),
  });
  return (
    <>
      <h3>
        {inWords(rule)} on {connectionId}
      </h3>
      <Loaded query={findings} what="the records">
        {({ findings: records }) =>
          records.length === 0 ? (
            <Empty title="Nothing of this is open." />
          ) : (
            <FindingTable
              records={records}
              onAccept={may('admin') && !accept.isPending ? (externalId) => accept.mutate(externalId) : null}
            />
          )
        }
      </Loaded>
      {accept.data && (
        <output>{counted(accept.data.accepted, 'finding')} accepted: counted as it is with the next run.</output>
      )}
      <Problem error={accept.error} />
    </>
  );
}

function FindingTable({
  records,
  onAccept,
}: {
  records: QualityFindings['findings'];
  /** Of one record, or of all; null for who may not. */
  onAccept: ((externalId: string | null) => void) | null;
}) {
  const acceptable = records.filter(({ severity }) => severity !== 'reject');
  return (
    <>
      <Scroll label="Records of the rule" className="scroll bounded">
        <table className="plain">
          <thead>
            <tr>
              <th scope="col">Record</th>
              <th scope="col">What is wrong</th>
              <th scope="col">What to do</th>
              <th scope="col">Since</th>
              {onAccept && <th scope="col">Accept</th>}
            </tr>
          </thead>
          <tbody>
            {records.map((each) => (
              <tr key={`${each.kind} ${each.externalId}`}>
                <th scope="row" className="nowrap">
                  {each.kind === '' ? each.externalId : `${each.kind} ${each.externalId}`}
                </th>
                <td className="hint">
                  {each.message}. {each.severity === 'warn' ? 'It is counted.' : 'It is kept out of the book.'}
                </td>
                <td className="hint">{each.remedy}</td>
                <td className="nowrap">{moment(each.firstAt)}</td>
                {onAccept && (
                  <td>
                    {each.severity !== 'reject' && (
                      <button
                        type="button"
                        aria-label={`Accept ${each.externalId} as it is`}
                        onClick={() => onAccept(each.externalId)}
                      >
                        Accept
                      </button>
                    )}
                  </td>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      {onAccept && acceptable.length > 1 && (
        <div className="actions">
          <button type="button" onClick={() => onAccept(null)}>
            Accept all as they are
          </button>
        </div>
      )}
    </>
  );
}
