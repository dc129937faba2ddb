import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { ConfirmButton } from '../../components/confirm-button.tsx';
import { Field } from '../../components/field.tsx';
import { Scroll } from '../../components/scroll.tsx';
import { SecretDialog } from '../../components/secret-dialog.tsx';
import { Empty, Loaded, Problem } from '../../components/states.tsx';
import { day, whole } from '../../format.ts';
import { useSignedIn } from '../../session/session-context.ts';
import { inWords } from '../../wording.ts';

/** The endpoints; admins add and remove them, send again what failed, and give them new secrets. */
export function Endpoints() {
  const { client, may } = useSignedIn();
  const queries = useQueryClient();
  const endpoints = useQuery({ queryKey: ['webhooks'], queryFn: () => client.listWebhooks() });
  const [url, setUrl] = useState('');
  const [secret, setSecret] = useState<string | null>(null);
  const changed = () => {
    for (const key of ['webhooks', 'deliveries', 'audit']) void queries.invalidateQueries({ queryKey: [key] });
  };
  const told = ({ secret: given }: { secret: string }) => {
    setSecret(given);
    setUrl('');
    changed();
  };
  const add = useMutation({ mutationFn: () => client.addWebhook({ url }), onSuccess: told });
  const rotate = useMutation({ mutationFn: (id: string) => client.rotateWebhookSecret(id), onSuccess: told });
  const replay = useMutation({ mutationFn: (id: string) => client.replayWebhook(id, {}), onSuccess: changed });
  const remove = useMutation({ mutationFn: (id: string) => client.removeWebhook(id), onSuccess: changed });
  const problem = add.error ?? rotate.error ?? replay.error ?? remove.error;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    add.mutate();
  };
  return (
    <>
      <Loaded query={endpoints} what="the endpoints">
        {({ endpoints: all }) =>
          all.length === 0 ? (
            <Empty title="Nobody is told yet." />
          ) : (
            <Scroll label="Endpoints">
              <table className="plain">
                <thead>
                  <tr>
                    <th scope="col">Address</th>
                    <th scope="col">State</th>
                    <th scope="col">Told of</th>
                    <th scope="col">Since</th>
                    <th scope="col" className="number">
                      Waiting
                    </th>
                    <th scope="col" className="number">
                      Given up
                    </th>
                    {may('admin') && <th scope="col">Change</th>}
                  </tr>
                </thead>
                <tbody>
                  {all.map((each) => (
                    <tr key={each.endpointId}>
                      <th scope="row" className="nowrap">
                        {each.url}
                      </th>
                      <td className={each.state === 'enabled' ? 'name' : 'name worse'}>
                        {inWords(each.state)}
                        {each.reason !== null && `: ${each.reason}`}
                      </td>
                      <td className="hint">{each.eventTypes.join(', ')}</td>
                      <td className="nowrap">{day(each.createdAt)}</td>
                      <td className="number">{whole(each.waiting)}</td>
                      <td className="number">{whole(each.failed)}</td>
                      {may('admin') && (
                        <td>
                          <span className="actions">
                            <button
                              type="button"
                              disabled={replay.isPending}
                              onClick={() => replay.mutate(each.endpointId)}
                            >
                              Send again
                            </button>
                            <button
                              type="button"
                              disabled={rotate.isPending}
                              onClick={() => rotate.mutate(each.endpointId)}
                            >
                              New secret
                            </button>
                            <ConfirmButton
                              label="Remove"
                              question={`${each.url} is told nothing any more. Its secrets and its log are forgotten.`}
                              onConfirm={() => remove.mutate(each.endpointId)}
                            />
                          </span>
                        </td>
                      )}
                    </tr>
                  ))}
                </tbody>
              </table>
            </Scroll>
          )
        }
      </Loaded>
      {may('admin') && (
        <form className="form-row" onSubmit={submit}>
          <Field label="Address to tell (https)" value={url} onChange={setUrl} />
          <button type="submit" className="primary" disabled={add.isPending}>
            Add endpoint
          </button>
        </form>
      )}
      <Problem error={problem} />
      {secret !== null && <SecretDialog title="The signing secret" secret={secret} onClose={() => setSecret(null)} />}
    </>
  );
}
