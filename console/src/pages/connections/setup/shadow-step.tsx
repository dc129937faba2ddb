import { useQuery } from '@tanstack/react-query';
import type { WaitingWrites } from '../../../../../webhooks/client/staypower-client.ts';
import { Scroll } from '../../../components/scroll.tsx';
import { Empty, Loaded } from '../../../components/states.tsx';
import { counted, whole } from '../../../format.ts';
import { href } from '../../../routing.ts';
import { useClient } from '../../../session/session-context.ts';

/** What records would show, as the difference to what they show now. */
export function ShadowStep() {
  const client = useClient();
  const waiting = useQuery({ queryKey: ['waiting-writes'], queryFn: () => client.getWaitingWrites({ rows: 5 }) });
  return (
    <>
      <p>
        The same scores, with their reasons, are on <a href={href(['customers'])}>Customers</a> and{' '}
        <a href={href([])}>Overview</a>.
      </p>
      <Loaded query={waiting} what="what would be written">
        {({ connections }) =>
          connections.length === 0 ? (
            <Empty title="Nothing waits to be written.">
              <p>Before the first scores there is nothing; and what was written already does not wait any more.</p>
            </Empty>
          ) : (
            connections.map((each) => <WaitingOf key={each.connectionId} waiting={each} />)
          )
        }
      </Loaded>
    </>
  );
}

function WaitingOf({ waiting }: { waiting: WaitingWrites['connections'][number] }) {
  const { connectionId, records, compared, fields, rows } = waiting;
  return (
    <div className="part">
      <h3>{connectionId}</h3>
      <p>
        {counted(records, 'record')} would be written
        {compared < records && `; the first ${whole(compared)} are compared here`}.
      </p>
      <div className="columns">
        <Scroll label={`Values by field on ${connectionId}`} className="scroll bounded">
          <table className="plain">
            <thead>
              <tr>
                <th scope="col">Field</th>
                <th scope="col" className="number">
                  Records with another value
                </th>
              </tr>
            </thead>
            <tbody>
              {Object.entries(fields).map(([field, count]) => (
                <tr key={field}>
                  <th scope="row">{field}</th>
                  <td className="number">{whole(count)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
        <Scroll label={`How records of ${connectionId} would look`} className="scroll bounded">
          <table className="plain">
            <thead>
              <tr>
                <th scope="col">Record</th>
                <th scope="col">Field</th>
                <th scope="col">Is</th>
                <th scope="col">Becomes</th>
              </tr>
            </thead>
            <tbody>
              {rows.flatMap(({ recordKind, externalId, changes }) =>
                changes.map(({ field, from, to }) => (
                  <tr key={`${recordKind} ${externalId} ${field}`}>
                    <th scope="row" className="nowrap">
                      {recordKind} {externalId}
                    </th>
                    <td>{field}</td>
                    <td>{from ?? '(empty)'}</td>
                    <td className="hint">{to ?? '(empty)'}</td>
                  </tr>
                )),
              )}
            </tbody>
          </table>
        </Scroll>
      </div>
    </div>
  );
}
