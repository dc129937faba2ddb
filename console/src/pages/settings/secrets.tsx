import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Secrets as SecretStates } from '../../../../webhooks/client/staypower-client.ts';
import { ConfirmButton } from '../../components/confirm-button.tsx';
import { Scroll } from '../../components/scroll.tsx';
import { SecretDialog } from '../../components/secret-dialog.tsx';
import { Loaded, Problem } from '../../components/states.tsx';
import { counted, moment, NONE } from '../../format.ts';
import { useClient } from '../../session/session-context.ts';

/** Which secrets there are and how each is replaced; the values of none are shown. */
export function Secrets() {
  const client = useClient();
  const secrets = useQuery({ queryKey: ['secrets'], queryFn: () => client.getSecrets() });
  return (
    <Loaded query={secrets} what="the secrets">
      {({ connections, encryption }) => (
        <>
          <Encryption encryption={encryption} />
          <Endpoints />
          <OfConnections connections={connections} />
        </>
      )}
    </Loaded>
  );
}

function Encryption({ encryption }: { encryption: SecretStates['encryption'] }) {
  const client = useClient();
  const queries = useQueryClient();
  const seal = useMutation({
    mutationFn: () => client.sealAnew(),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ['secrets'] });
      void queries.invalidateQueries({ queryKey: ['audit'] });
    },
  });
  const { keyId, keys, sealed, sealedByOther } = encryption;
  return (
    <div className="part">
      <h3>Encryption key of the store</h3>
      {keyId === null ? (
        <p>
          <code>STAYPOWER_KEY</code> is not set: nothing can be connected in a browser, and webhook endpoints cannot be
          added. Make one with <code>openssl rand -base64 32</code>, and keep a copy elsewhere than the store.
        </p>
      ) : (
        <>
          <p>
            Key {keyId} seals; {counted(keys, 'key')} can open. Sealed in the store:{' '}
            {sealed === 1 ? '1 secret' : `${sealed} secrets`}, {sealedByOther} of them with another key.
          </p>
          <details>
            <summary>How to replace it</summary>
            <ol>
              <li>
                Make a new key, and set <code>STAYPOWER_KEY=NEW,OLD</code> for every process; start each again.
              </li>
              <li>Seal everything anew, here.</li>
              <li>
                Once it says that 0 are sealed with another key, set <code>STAYPOWER_KEY=NEW</code> and start each
                again.
              </li>
            </ol>
          </details>
          <div className="actions">
            <button type="button" disabled={seal.isPending} onClick={() => seal.mutate()}>
              Seal everything with key {keyId}
            </button>
          </div>
          {seal.data && (
            <output>
              Sealed anew: {counted(seal.data.connections, 'connection')}, {counted(seal.data.webhooks, 'endpoint')}.
            </output>
          )}
        </>
      )}
      <Problem error={seal.error} />
    </div>
  );
}

/** Secrets by which receivers check our messages. */
function Endpoints() {
  const client = useClient();
  const endpoints = useQuery({ queryKey: ['webhooks'], queryFn: () => client.listWebhooks() });
  const [secret, setSecret] = useState<string | null>(null);
  const rotate = useMutation({
    mutationFn: (endpointId: string) => client.rotateWebhookSecret(endpointId),
    onSuccess: (answer) => setSecret(answer.secret),
  });
  return (
    <div className="part">
      <h3>Signing secrets of webhook endpoints</h3>
      <Loaded query={endpoints} what="the endpoints">
        {({ endpoints: all }) =>
          all.length === 0 ? (
            <p>There is no endpoint.</p>
          ) : (
            <ul className="movements">
              {all.map(({ endpointId, url }) => (
                <li key={endpointId}>
                  <span>{url}</span>
                  <ConfirmButton
                    label="Replace its secret"
                    question={`${url} gets a new secret, shown once. For a day messages carry the signatures of both.`}
                    onConfirm={() => rotate.mutate(endpointId)}
                  />
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
      {rotate.data && <output>The old secret signs until {moment(rotate.data.oldUntil)}.</output>}
      <Problem error={rotate.error} />
      {secret !== null && <SecretDialog title="The new secret" secret={secret} onClose={() => setSecret(null)} />}
    </div>
  );
}

function OfConnections({ connections }: { connections: SecretStates['connections'] }) {
  const rows = connections.flatMap(({ connectionId, secrets }) => secrets.map((each) => ({ connectionId, ...each })));
  return (
    <div className="part">
      <h3>Secrets of connections</h3>
      <p className="hint">
        They are in the environment of the server. Where two values can count, put the new one before the old one
        (NEW,OLD), start the server again, change it at the vendor, then take the old one away.
      </p>
      <Scroll label="Secrets of connections">
        <table className="plain">
          <thead>
            <tr>
              <th scope="col">Variable</th>
              <th scope="col">What it is</th>
              <th scope="col">State</th>
              <th scope="col">To replace it</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ variable, what, needed, live, rotates }) => (
              <tr key={variable}>
                <th scope="row">
                  <code>{variable}</code>
                </th>
                <td className="hint">{what}</td>
                <td className="nowrap">{stateOf(live, needed)}</td>
                <td className="nowrap">
                  {live === 0 ? NONE : rotates ? 'NEW,OLD, then NEW' : 'set it, and start again'}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </div>
  );
}

function stateOf(live: number, needed: boolean): string {
  if (live > 1) return `${live} values count`;
  if (live === 1) return 'set';
  return needed ? 'not set (or signed in)' : 'not set';
}
