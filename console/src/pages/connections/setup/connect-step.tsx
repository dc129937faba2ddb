import { useMutation } from '@tanstack/react-query';
import type { Setup } from '../../../../../webhooks/client/staypower-client.ts';
import { Empty, Problem } from '../../../components/states.tsx';
import { useSignedIn } from '../../../session/session-context.ts';
import { vendorName } from '../../../wording.ts';
import { beginSignIn } from './sign-in.ts';

type Connection = Setup['connections'][number];

/** Each connection, how it is let in, and the way to the vendor's own page where an admin approves it. */
export function ConnectStep({ setup }: { setup: Setup }) {
  if (setup.connections.length === 0) {
    return (
      <Empty title="No connection is configured.">
        <p>
          <code>staypower init --connect hubspot salesforce segment</code> writes a configuration and the names of its
          secrets. Then start the server again.
        </p>
      </Empty>
    );
  }
  return (
    <ul className="movements">
      {setup.connections.map((connection) => (
        <li key={connection.connectionId}>
          <ConnectionAccess connection={connection} />
        </li>
      ))}
    </ul>
  );
}

function ConnectionAccess({ connection }: { connection: Connection }) {
  const { session } = useSignedIn();
  const { connectionId, vendor, scopes, account, notice } = connection;
  const signIn = useMutation({
    mutationFn: () => beginSignIn(connection, session.csrfToken),
    onSuccess: (address) => location.assign(address),
  });
  return (
    <div className="part">
      <h3>
        {connectionId} <span className="hint">({vendorName(vendor)})</span>
      </h3>
      <p>{accessOf(connection)}</p>
      {notice !== null && (
        <p className="problem" role="alert">
          {notice}
        </p>
      )}
      {scopes.length > 0 && (
        <>
          <details>
            <summary>What it asks for, and why ({scopes.length})</summary>
            <ul>
              {scopes.map(({ name, why, optional }) => (
                <li key={name}>
                  <code>{name}</code>
                  {optional && ' (optional)'}: {why}
                </li>
              ))}
            </ul>
          </details>
          <div className="actions">
            <button
              type="button"
              className={account === null ? 'primary' : undefined}
              disabled={signIn.isPending}
              onClick={() => signIn.mutate()}
            >
              {account === null ? `Connect ${connectionId}` : `Connect ${connectionId} again`}
            </button>
          </div>
          <Problem error={signIn.error} />
        </>
      )}
    </div>
  );
}

function accessOf({ access, account, vendor }: Connection): string {
  if (account !== null) return `Connected to the account ${account}.`;
  if (access === 'sign-in') return 'Not connected yet: approve it on the vendor’s own page.';
  return vendor === 'csv' ? 'Files: there is nothing to connect.' : 'By the keys in the environment of the server.';
}
