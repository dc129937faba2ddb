import { useQuery } from '@tanstack/react-query';
import { Page, Section } from '../components/page.tsx';
import { Empty, Loaded } from '../components/states.tsx';
import { useLocation } from '../routing.ts';
import { useSignedIn } from '../session/session-context.ts';
import { EditPage } from './playbooks/edit-page.tsx';
import { Effects } from './playbooks/effects.tsx';
import { NewPlaybook } from './playbooks/new-playbook.tsx';
import { PlaybookSection } from './playbooks/playbook-section.tsx';

/** What is done when a customer enters a state: each rule in words, what it is at, what it would have done, what it has achieved; and where it is written. */
export default function PlaybooksPage() {
  const { path, query } = useLocation();
  const { may } = useSignedIn();
  const [, doing, name] = path;
  if (doing !== undefined && !may('rep')) {
    return (
      <Page title="Playbooks">
        <Empty title="Playbooks are written by reps and admins.">
          <p>Ask an admin for the role, or for the change.</p>
        </Empty>
      </Page>
    );
  }
  if (doing === 'edit' && name !== undefined) return <EditPage key={name} edited={{ name }} />;
  if (doing === 'new') return <EditPage key={query.get('from')} edited={{ from: query.get('from') }} />;
  return <PlaybookList />;
}

function PlaybookList() {
  const { client, may } = useSignedIn();
  const playbooks = useQuery({ queryKey: ['playbooks'], queryFn: () => client.listPlaybooks() });
  const file = useQuery({ queryKey: ['playbook-file'], queryFn: () => client.getPlaybookFile() });
  return (
    <Page title="Playbooks">
      <Loaded query={playbooks} what="the playbooks">
        {({ playbooks: all }) => (
          <>
            {all.length === 0 && (
              <Empty title="No playbook is in use.">
                <p>Begin with one of those that are shipped, below.</p>
              </Empty>
            )}
            {all.map((playbook) => (
              <PlaybookSection key={playbook.name} playbook={playbook} file={file.data ?? null} />
            ))}
            {may('rep') && (
              <Section title="Another playbook" hint="It is checked and tried on your past before it is saved.">
                <Loaded query={file} what="the playbooks that are shipped">
                  {(found) => <NewPlaybook file={found} />}
                </Loaded>
              </Section>
            )}
            <Section
              title="Measured effect"
              hint="Customers who were treated beside those held out at random. The 95 % intervals hold however often one looks."
            >
              <Effects />
            </Section>
          </>
        )}
      </Loaded>
    </Page>
  );
}
