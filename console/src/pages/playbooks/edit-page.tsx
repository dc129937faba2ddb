import { useQuery } from '@tanstack/react-query';
import type { PlaybookFile } from '../../../../webhooks/client/staypower-client.ts';
import { Page } from '../../components/page.tsx';
import { Empty, Loaded } from '../../components/states.tsx';
import { useClient } from '../../session/session-context.ts';
import { inWords } from '../../wording.ts';
import { BLANK } from './draft.ts';
import { Editor } from './editor.tsx';
import { importedText } from './imported.ts';

/** What is edited: a playbook of the workspace, or a new one that begins as a shipped one, as a file, or blank. */
export type Edited = { name: string } | { from: string | null };

/** The page on which a playbook is written. */
export function EditPage({ edited }: { edited: Edited }) {
  const client = useClient();
  const file = useQuery({
    queryKey: ['playbook-file'],
    queryFn: () => client.getPlaybookFile(),
    // What is being typed must not be taken away.
    refetchOnWindowFocus: false,
  });
  return (
    <Page title={'name' in edited ? `Edit: ${inWords(edited.name)}` : 'New playbook'}>
      <Loaded query={file} what="the playbooks">
        {(found) => {
          const initial = initialText(found, edited);
          return initial === null ? (
            <Empty title="There is no such playbook.">
              <p>It may have been renamed or taken out.</p>
            </Empty>
          ) : (
            <Editor file={found} initial={initial} />
          );
        }}
      </Loaded>
    </Page>
  );
}

function initialText({ playbooks, shipped }: PlaybookFile, edited: Edited): string | null {
  if ('name' in edited) return playbooks.find(({ name }) => name === edited.name)?.text ?? null;
  if (edited.from === null) return BLANK;
  return edited.from === 'file'
    ? (importedText() ?? BLANK)
    : (shipped.find(({ name }) => name === edited.from)?.text ?? null);
}
