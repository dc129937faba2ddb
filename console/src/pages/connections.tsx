import { useQuery } from '@tanstack/react-query';
import { Page, Section } from '../components/page.tsx';
import { Stat } from '../components/stat.tsx';
import { Loaded } from '../components/states.tsx';
import { whole } from '../format.ts';
import { useJobStream } from '../jobs/use-jobs.ts';
import { useLocation } from '../routing.ts';
import { useSignedIn } from '../session/session-context.ts';
import { ConnectionTable } from './connections/connection-table.tsx';
import { PauseControl } from './connections/pause-control.tsx';
import { Quality } from './connections/quality.tsx';
import { Quarantine } from './connections/quarantine.tsx';
import SetupPage from './connections/setup/setup-page.tsx';
import { SetupCard } from './connections/setup-card.tsx';
import { Undo } from './connections/undo.tsx';
import { Uninstall } from './connections/uninstall.tsx';

/** The steps of setting up where the address names them, else how the connections are. */
export default function ConnectionsPage() {
  const { path } = useLocation();
  return path[1] === 'setup' ? <SetupPage step={path[2]} /> : <ConnectionsState />;
}

/** Whether the CRMs can be read and written: what waits, calls left, what was rejected, and the way to stop everything. */
function ConnectionsState() {
  const { client, may } = useSignedIn();
  const traffic = useQuery({ queryKey: ['traffic'], queryFn: () => client.getTraffic() });
  const grants = useQuery({ queryKey: ['connections'], queryFn: () => client.listConnections() });
  return (
    <Page title="Connections">
      <Loaded query={traffic} what="the connections">
        {(state) => (
          <>
            {may('admin') && <SetupCard />}
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
            <Section
              title="Written to the CRMs"
              hint="What was written can be taken back for two weeks, where a field still holds it."
            >
              <Undo />
            </Section>
          </>
        )}
      </Loaded>
      <Section
        title="Data quality"
        hint="What rules found in sales, activities and contacts, and what to do about it. Fewer is better."
      >
        <Quality />
      </Section>
      {may('rep') && (
        <Section
          title="Rejected records"
          hint="What could not be read or written, and what to do about it. The newest first."
        >
          <Quarantine />
        </Section>
      )}
      {may('admin') && traffic.data && traffic.data.connections.length > 0 && (
        <Section
          title="Uninstall"
          hint="Takes what is ours out of a CRM: fields, open tasks, permissions, access. What is not ours is named and left."
        >
          <Uninstall connections={traffic.data.connections} />
        </Section>
      )}
      {may('admin') && <JobNews />}
    </Page>
  );
}

/** Keeps what admins see of long work up to date. */
function JobNews() {
  useJobStream();
  return null;
}
