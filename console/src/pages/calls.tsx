import { useQuery } from '@tanstack/react-query';
import type { OwnerQueue } from '../../../webhooks/client/staypower-client.ts';
import { Choice } from '../components/field.tsx';
import { Page, Section } from '../components/page.tsx';
import { Empty, Loaded } from '../components/states.tsx';
import { counted } from '../format.ts';
import { href, navigate, useLocation } from '../routing.ts';
import { useSignedIn } from '../session/session-context.ts';
import { Call } from './calls/call.tsx';
import { Owners } from './calls/owners.tsx';

/** Whom to call first: a rep's own open tasks by what is expected to be lost, or any owner's for an admin. */
export default function CallsPage() {
  const { client, may } = useSignedIn();
  const { query } = useLocation();
  const owner = query.get('owner');
  const queue = useQuery({
    queryKey: ['queue', owner],
    queryFn: () => client.getQueue(owner === null ? {} : { owner }),
  });
  return (
    <Page title="Calls">
      <Loaded query={queue} what="the calls">
        {(found) => (
          <>
            {may('admin') && <OwnerChoice queue={found} chosen={owner ?? found.owner ?? ''} />}
            <Calls queue={found} isOwn={owner === null} />
            {may('admin') && (
              <Section title="Who is who" hint="A rep sees the calls of the CRM’s owner that is set here.">
                <Owners queue={found} />
              </Section>
            )}
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Calls({ queue: { calls, asOf, currency, owner }, isOwn }: { queue: OwnerQueue; isOwn: boolean }) {
  if (calls.length === 0) {
    return owner === null && isOwn ? (
      <Empty title="Nobody’s calls are chosen.">
        <p>It is not set yet which of the CRM’s owners you are. An admin sets it on this page, under “Who is who”.</p>
      </Empty>
    ) : (
      <Empty title="No call is open.">
        <p>Playbooks open them when customers enter the state they watch.</p>
      </Empty>
    );
  }
  const today = calls.filter(({ dueOn }) => dueOn <= asOf);
  const later = calls.filter(({ dueOn }) => dueOn > asOf);
  const whose = isOwn ? 'Your' : 'The';
  return (
    <>
      <Section
        title={`${whose} ${counted(today.length, 'call')} today`}
        hint="By what is expected to be lost in 12 months if nothing is done: churn risk x value if kept."
      >
        {today.length === 0 && <p>Nothing is due today.</p>}
        {today.map((call) => (
          <Call key={call.actionKey} call={call} currency={currency} />
        ))}
      </Section>
      {later.length > 0 && (
        <Section title={`${counted(later.length, 'call')} due later`}>
          {later.map((call) => (
            <Call key={call.actionKey} call={call} currency={currency} />
          ))}
        </Section>
      )}
    </>
  );
}

function OwnerChoice({ queue: { owners }, chosen }: { queue: OwnerQueue; chosen: string }) {
  const options = owners.map(({ ownerId, open }) => ({
    value: ownerId ?? '',
    label: `${ownerId ?? 'nobody'} (${open} open)`,
  }));
  if (options.length === 0) return null;
  const known = options.some(({ value }) => value === chosen);
  return (
    <div className="form-row">
      <Choice
        label="Owner"
        value={chosen}
        options={known ? options : [{ value: chosen, label: chosen === '' ? 'choose' : chosen }, ...options]}
        onChange={(owner) => navigate(href(['calls'], new URLSearchParams({ owner })))}
      />
    </div>
  );
}
