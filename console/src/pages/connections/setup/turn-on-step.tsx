import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Setup } from '../../../../../webhooks/client/staypower-client.ts';
import { Loaded, Problem } from '../../../components/states.tsx';
import { moment } from '../../../format.ts';
import { href } from '../../../routing.ts';
import { useClient } from '../../../session/session-context.ts';

/** Lets scores out and playbooks act, or says that they do. */
export function TurnOnStep({ setup: { paused, steps } }: { setup: Setup }) {
  const client = useClient();
  const queries = useQueryClient();
  const playbooks = useQuery({ queryKey: ['playbooks'], queryFn: () => client.listPlaybooks() });
  const turnOn = useMutation({
    mutationFn: () => client.resumeWorkspace(),
    onSuccess: () => queries.invalidateQueries(),
  });
  const left = steps.filter(({ step, state }) => state !== 'done' && step !== 'shadow' && step !== 'turn-on');
  return (
    <>
      <Loaded query={playbooks} what="the playbooks">
        {({ playbooks: all }) => {
          const enabled = all.filter((each) => each.enabled);
          return (
            <div className="part">
              <h3>Playbooks that would act ({enabled.length})</h3>
              <ul>
                {enabled.map(({ name, description, rule }) => (
                  <li key={name}>
                    <strong>{name}</strong>: {description || rule[0]}
                  </li>
                ))}
              </ul>
              <p>
                What each would have done on the last 90 days, and its whole rule:{' '}
                <a href={href(['playbooks'])}>Playbooks</a>.
              </p>
            </div>
          );
        }}
      </Loaded>
      {paused === null ? (
        <p>
          It is on: scores are written as they change, and playbooks act. To pause it, take a write run back or
          uninstall it, see <a href={href(['connections'])}>Connections</a>.
        </p>
      ) : (
        <>
          {left.length > 0 && (
            <p className="worse">
              {left.length === 1 ? 'One step before this one is' : `${left.length} steps before this one are`} not done.
              What a CRM has no fields for is rejected there.
            </p>
          )}
          <p className="hint">
            {paused.held === null ? 'Paused' : 'Held'} since {moment(paused.since)}, by {paused.by}: {paused.reason}.
          </p>
          <div className="actions">
            <button type="button" className="primary" disabled={turnOn.isPending} onClick={() => turnOn.mutate()}>
              {paused.held === null ? 'Resume' : 'Turn on writing and playbooks'}
            </button>
          </div>
        </>
      )}
      <Problem error={turnOn.error} />
    </>
  );
}
