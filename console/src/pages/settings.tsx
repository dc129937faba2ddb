import { Page, Section } from '../components/page.tsx';
import { useSignedIn } from '../session/session-context.ts';
import { AuditEntries } from './settings/audit-entries.tsx';
import { Erasure } from './settings/erasure.tsx';
import { Keys } from './settings/keys.tsx';
import { OwnPassword } from './settings/own-password.tsx';
import { Secrets } from './settings/secrets.tsx';
import { Users } from './settings/users.tsx';

/** One's own password; and for admins who may do what, and who did. */
export default function SettingsPage() {
  const { may } = useSignedIn();
  return (
    <Page title="Settings">
      <Section title="Your password">
        <OwnPassword />
      </Section>
      {may('admin') && (
        <>
          <Section
            title="People"
            hint="Viewers look, reps also act on customers, admins also change the workspace. A change of role signs the person out."
          >
            <Users />
          </Section>
          <Section title="Keys" hint="For programs that call the API. A key is shown once, when it is made.">
            <Keys />
          </Section>
          <Section title="Secrets" hint="Which are set, and how each is replaced. Values are shown to nobody.">
            <Secrets />
          </Section>
          <Section
            title="Forget a person"
            hint="Removes somebody from every table, clears our fields on their records, and gives a signed receipt."
          >
            <Erasure />
          </Section>
          <Section title="Audit" hint="Every change, the latest first.">
            <AuditEntries />
          </Section>
        </>
      )}
    </Page>
  );
}
