import { useQuery } from '@tanstack/react-query';
import { Page, Section } from '../components/page.tsx';
import { Stat } from '../components/stat.tsx';
import { Loaded } from '../components/states.tsx';
import { whole } from '../format.ts';
import { useSignedIn } from '../session/session-context.ts';
import { ConnectionTable } from './connections/connection-table.tsx';
import { PauseControl } from './connections/pause-control.tsx';
import { Quarantine } from './connections/quarantine.tsx';

/** Whether the CRMs can be read and written: what waits, calls left, what was rejected, and the way to stop everything. */
export default function ConnectionsPage() {
  const { client, may } = useSignedIn();
  const traffic = useQuery({ queryKey: ['traffic'], queryFn: () => client.getTraffic() });
  const grants = useQuery({ queryKey: ['connections'], queryFn: () => client.listConnections() });
  return (
    <Page title="Connections">
      <Loaded query={traffic} what="the connections">
        {(state) => (
          <>
            <PauseControl paused={state.paused} />
            <dl className="stats">
              <Stat
                label="Messages waiting"
                value={whole(state.inboxWaiting)}
                unit="to be read"
                direction="lower is better"
              />
              <Stat
                label="Lag"
                value={whole(state.inboxLagSeconds)}
                unit="seconds"
                direction="lower is better"
                note="age of the oldest waiting message"
              />
              <Stat
                label="On their way"
                value={whole(state.outboxWaiting)}
                unit="fields and actions"
                note="to the CRMs"
              />
              <Stat label="Rejected" value={whole(state.quarantined)} unit="records" direction="lower is better" />
            </dl>
            <Section
              title="Connections"
              hint="Calls are those of the day, as the vendor last said, with those of other apps."
            >
              <Loaded query={grants} what="who is connected">
                {({ connections }) => <ConnectionTable connections={state.connections} grants={connections} />}
              </Loaded>
            </Section>
          </>
        )}
      </Loaded>
      {may('rep') && (
        <Section
          title="Rejected records"
          hint="What could not be read or written, and what to do about it. The newest first."
        >
          <Quarantine />
        </Section>
      )}
    </Page>
  );
}
