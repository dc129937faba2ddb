import type { Connections, Traffic } from '../../../../webhooks/client/staypower-client.ts';
import { Scroll } from '../../components/scroll.tsx';
import { Empty } from '../../components/states.tsx';
import { moment, NONE, whole } from '../../format.ts';
import { vendorName } from '../../wording.ts';

type Connection = Traffic['connections'][number];

/** The connections of the workspace: whether each is good, and what its vendor leaves for today. */
export function ConnectionTable({
  connections,
  grants,
}: {
  connections: readonly Connection[];
  grants: Connections['connections'];
}) {
  if (connections.length === 0) {
    return (
      <Empty title="No connection is configured.">
        <p>
          <code>staypower init</code> writes a configuration, and <code>staypower connect</code> signs in at a vendor.
        </p>
      </Empty>
    );
  }
  return (
    <Scroll label="Connections">
      <table className="plain">
        <thead>
          <tr>
            <th scope="col">Connection</th>
            <th scope="col">Vendor</th>
            <th scope="col">State</th>
            <th scope="col" className="number">
              Calls left today
            </th>
            <th scope="col">As of</th>
            <th scope="col">They run out</th>
            <th scope="col" className="number">
              Rejected
            </th>
          </tr>
        </thead>
        <tbody>
          {connections.map(({ connectionId, vendor, access, calls, quarantined }) => {
            const grant = grants.find((each) => each.connectionId === connectionId);
            return (
              <tr key={connectionId}>
                <th scope="row" className="nowrap">
                  {connectionId}
                </th>
                <td>{vendorName(vendor)}</td>
                <td className={grant?.notice ? 'worse' : 'name'}>{stateOf(access, grant)}</td>
                <td className="number">
                  {calls === null ? NONE : `${whole(Math.max(calls.limit - calls.used, 0))} of ${whole(calls.limit)}`}
                </td>
                <td className="nowrap">{moment(calls?.at ?? null)}</td>
                <td className="nowrap">{calls === null ? NONE : runsOut(calls)}</td>
                <td className="number">{whole(quarantined)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </Scroll>
  );
}

/** Who was connected by a key of the configuration has no grant, and shows in its calls alone whether it works. */
function stateOf(access: Connection['access'], grant: Connections['connections'][number] | undefined): string {
  if (grant === undefined) return access === 'key' ? 'By the keys of the configuration' : 'Not connected yet';
  return grant.notice ?? `Connected to ${grant.account} since ${moment(grant.connectedAt)}`;
}

function runsOut({ runsOutAt }: NonNullable<Connection['calls']>): string {
  return runsOutAt === null ? 'not as things go' : moment(runsOutAt);
}
