import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { ConfirmButton } from '../../components/confirm-button.tsx';
import { Choice, Field } from '../../components/field.tsx';
import { Scroll } from '../../components/scroll.tsx';
import { SecretDialog } from '../../components/secret-dialog.tsx';
import { Loaded, Problem } from '../../components/states.tsx';
import { day } from '../../format.ts';
import { ROLES, type Role } from '../../session/session-api.ts';
import { useSignedIn } from '../../session/session-context.ts';

const ROLE_OPTIONS = ROLES.map((role) => ({ value: role, label: role }));

/** Who may sign in: added, given a role, given a new password, removed. */
export function Users() {
  const { client, session } = useSignedIn();
  const queries = useQueryClient();
  const users = useQuery({ queryKey: ['users'], queryFn: () => client.listUsers() });
  const [secret, setSecret] = useState<string | null>(null);
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('viewer');
  const changed = () => {
    void queries.invalidateQueries({ queryKey: ['users'] });
    void queries.invalidateQueries({ queryKey: ['audit'] });
  };
  const change = useMutation({
    mutationFn: async (work: () => Promise<{ password?: string }>) => work(),
    onSuccess: ({ password }) => {
      if (password !== undefined) setSecret(password);
      changed();
    },
  });
  const add = (event: FormEvent) => {
    event.preventDefault();
    change.mutate(async () => {
      const added = await client.addUser({ name, role });
      setName('');
      return added;
    });
  };
  return (
    <>
      <Loaded query={users} what="people">
        {({ users: all }) => (
          <Scroll label="People">
            <table className="plain">
              <thead>
                <tr>
                  <th scope="col">Name</th>
                  <th scope="col">Role</th>
                  <th scope="col">Since</th>
                  <th scope="col">Change</th>
                </tr>
              </thead>
              <tbody>
                {all.map((user) => (
                  <tr key={user.userId}>
                    <th scope="row">{user.name}</th>
                    <td>
                      <select
                        aria-label={`Role of ${user.name}`}
                        value={user.role}
                        disabled={user.userId === session.userId}
                        onChange={(event) => {
                          const chosen = ROLES.find((each) => each === event.target.value);
                          if (chosen)
                            change.mutate(async () => {
                              await client.changeUserRole(user.userId, { role: chosen });
                              return {};
                            });
                        }}
                      >
                        {ROLES.map((each) => (
                          <option key={each}>{each}</option>
                        ))}
                      </select>
                    </td>
                    <td>{day(user.createdAt)}</td>
                    <td>
                      {user.userId === session.userId ? (
                        'you'
                      ) : (
                        <div className="actions">
                          <button type="button" onClick={() => change.mutate(() => client.resetPassword(user.userId))}>
                            New password
                          </button>
                          <ConfirmButton
                            label="Remove"
                            question={`${user.name} can no longer sign in.`}
                            onConfirm={() =>
                              change.mutate(async () => {
                                await client.removeUser(user.userId);
                                return {};
                              })
                            }
                          />
                        </div>
                      )}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Scroll>
        )}
      </Loaded>
      <form className="form-row" onSubmit={add}>
        <Field label="Name or e-mail" value={name} onChange={setName} />
        <Choice label="Role" value={role} options={ROLE_OPTIONS} onChange={setRole} />
        <button type="submit" className="primary" disabled={change.isPending}>
          Add person
        </button>
      </form>
      <Problem error={change.error} />
      {secret !== null && <SecretDialog title="The password" secret={secret} onClose={() => setSecret(null)} />}
    </>
  );
}
