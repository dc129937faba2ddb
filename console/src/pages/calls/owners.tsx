import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { OwnerQueue } from '../../../../webhooks/client/staypower-client.ts';
import { Choice } from '../../components/field.tsx';
import { Problem } from '../../components/states.tsx';
import { useClient } from '../../session/session-context.ts';

/** Which of the CRM's owners each person is. */
export function Owners({ queue: { owners, people } }: { queue: OwnerQueue }) {
  const client = useClient();
  const queries = useQueryClient();
  const set = useMutation({
    mutationFn: (link: { userId: string; ownerId: string | null }) => client.setQueueOwner(link),
    onSettled: () => queries.invalidateQueries({ queryKey: ['queue'] }),
  });
  const ids = owners.flatMap(({ ownerId }) => ownerId ?? []);
  return (
    <>
      <div className="filters">
        {people.map(({ userId, name, ownerId }) => {
          const known = ownerId === null || ids.includes(ownerId) ? ids : [ownerId, ...ids];
          return (
            <Choice
              key={userId}
              label={name}
              value={ownerId ?? ''}
              options={[{ value: '', label: 'no owner' }, ...known.map((id) => ({ value: id, label: `owner ${id}` }))]}
              onChange={(id) => set.mutate({ userId, ownerId: id === '' ? null : id })}
            />
          );
        })}
      </div>
      {ids.length === 0 && <p className="hint">Owners can be chosen once a task of theirs is open.</p>}
      <Problem error={set.error} />
    </>
  );
}
