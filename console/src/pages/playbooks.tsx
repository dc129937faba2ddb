import { useQuery } from '@tanstack/react-query';
import { Page, Section } from '../components/page.tsx';
import { Empty, Loaded } from '../components/states.tsx';
import { useClient } from '../session/session-context.ts';
import { Effects } from './playbooks/effects.tsx';
import { PlaybookSection } from './playbooks/playbook-section.tsx';

/** What is done when a customer enters a state: each rule in words, what it is at, what it would have done, and what it has achieved. */
export default function PlaybooksPage() {
  const client = useClient();
  const playbooks = useQuery({ queryKey: ['playbooks'], queryFn: () => client.listPlaybooks() });
  return (
    <Page title="Playbooks">
      <Loaded query={playbooks} what="the playbooks">
        {({ playbooks: all }) =>
          all.length === 0 ? (
            <Empty title="No playbook is in use.">
              <p>
                <code>staypower playbooks list</code> names those that are shipped, and{' '}
                <code>staypower playbooks import NAME</code> takes one into use.
              </p>
            </Empty>
          ) : (
            <>
              {all.map((playbook) => (
                <PlaybookSection key={playbook.name} playbook={playbook} />
              ))}
              <Section
                title="Measured effect"
                hint="Customers who were treated beside those held out at random. The 95 % intervals hold however often one looks."
              >
                <Effects />
              </Section>
            </>
          )
        }
      </Loaded>
    </Page>
  );
}
