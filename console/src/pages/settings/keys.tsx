import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { ConfirmButton } from '../../components/confirm-button.tsx';
import { Choice, Field } from '../../components/field.tsx';
import { Scroll } from '../../components/scroll.tsx';
import { SecretDialog } from '../../components/secret-dialog.tsx';
import { Empty, Loaded, Problem } from '../../components/states.tsx';
import { day } from '../../format.ts';
import { ROLES, type Role } from '../../session/session-api.ts';
import { useClient } from '../../session/session-context.ts';

const ROLE_OPTIONS = ROLES.map((role) => ({ value: role, label: role }));

/** Keys of programs: made and revoked. */
export function Keys() {
  const client = useClient();
  const queries = useQueryClient();
  const keys = useQuery({ queryKey: ['keys'], queryFn: () => client.listKeys() });
  const [secret, setSecret] = useState<string | null>(null);
  const [label, setLabel] = useState('');
  const [role, setRole] = useState<Role>('viewer');
  const changed = () => {
    void queries.invalidateQueries({ queryKey: ['keys'] });
    void queries.invalidateQueries({ queryKey: ['audit'] });
  };
  const add = useMutation({
    mutationFn: () => client.addKey({ label, role }),
    onSuccess: ({ key }) => {
      setSecret(key);
      setLabel('');
      changed();
    },
  });
  const revoke = useMutation({ mutationFn: (keyId: string) => client.revokeKey(keyId), onSuccess: changed });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    add.mutate();
  };
  const problem = add.error ?? revoke.error;
  return (
    <>
      <Loaded query={keys} what="keys">
        {({ keys: all }) =>
          all.length === 0 ? (
            <Empty title="There is no key yet." />
          ) : (
            <Scroll label="Keys">
              <table className="plain">
                <thead>
                  <tr>
                    <th scope="col">For</th>
                    <th scope="col">Role</th>
                    <th scope="col">Since</th>
                    <th scope="col">Change</th>
                  </tr>
                </thead>
                <tbody>
                  {all.map((key) => (
                    <tr key={key.keyId}>
                      <th scope="row">{key.label}</th>
                      <td>{key.role}</td>
                      <td>{day(key.createdAt)}</td>
                      <td>
                        <ConfirmButton
                          label="Revoke"
                          question={`What uses the key “${key.label}” is refused from now on.`}
                          onConfirm={() => revoke.mutate(key.keyId)}
                        />
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </Scroll>
          )
        }
      </Loaded>
      <form className="form-row" onSubmit={submit}>
        <Field label="What it is for" value={label} onChange={setLabel} />
        <Choice label="Role" value={role} options={ROLE_OPTIONS} onChange={setRole} />
        <button type="submit" className="primary" disabled={add.isPending}>
          Make key
        </button>
      </form>
      <Problem error={problem} />
      {secret !== null && <SecretDialog title="The key" secret={secret} onClose={() => setSecret(null)} />}
    </>
  );
}
