import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { PlaybookFile, PlaybookText } from '../../../../webhooks/client/staypower-client.ts';
import { ConfirmButton } from '../../components/confirm-button.tsx';
import { Problem } from '../../components/states.tsx';
import { href } from '../../routing.ts';
import { useSignedIn } from '../../session/session-context.ts';

/** What can be done with a playbook: anybody may pass it on, reps may try a change, admins edit it, switch it off and take it out. */
export function PlaybookActions({ file, playbook }: { file: PlaybookFile; playbook: PlaybookText }) {
  const { client, may } = useSignedIn();
  const queries = useQueryClient();
  const { name, enabled, text } = playbook;
  const revision = file.revision ?? '';
  const change = useMutation({
    mutationFn: (work: () => Promise<unknown>) => work(),
    onSettled: () => queries.invalidateQueries(),
  });
  const isChangeable = may('admin') && file.revision !== null;
  return (
    <>
      <div className="actions">
        {may('rep') && (
          <a className="button" href={href(['playbooks', 'edit', name])}>
            {may('admin') ? 'Edit' : 'Try a change'}
          </a>
        )}
        <a
          className="button"
          download={`${name}.yaml`}
          href={`data:text/yaml;charset=utf-8,${encodeURIComponent(text)}`}
        >
          Save as a file
        </a>
        {isChangeable && (
          <>
            <button
              type="button"
              disabled={change.isPending}
              onClick={() => change.mutate(() => client.switchPlaybook(name, { enabled: !enabled, revision }))}
            >
              {enabled ? 'Switch off' : 'Switch on'}
            </button>
            <ConfirmButton
              label="Take out"
              question={`${name} is taken out of the configuration: nobody enters it any more, and steps that wait do not come. Its runs and its measured effect stay.`}
              onConfirm={() => change.mutate(() => client.deletePlaybook(name, { revision }))}
            />
          </>
        )}
      </div>
      <Problem error={change.error} />
    </>
  );
}
