import { useId } from 'react';
import type { PlaybookFile } from '../../../../webhooks/client/staypower-client.ts';
import { href, navigate } from '../../routing.ts';
import { leaveImported } from './imported.ts';

/** Ways to a new playbook: one that is shipped, a file of another organisation, or a blank one. All of them are looked at before they are saved. */
export function NewPlaybook({ file }: { file: PlaybookFile }) {
  const id = useId();
  const unused = file.shipped.filter(({ name }) => !file.playbooks.some((each) => each.name === name));
  return (
    <>
      {unused.length > 0 && (
        <ul className="plain-list">
          {unused.map(({ name, description }) => (
            <li key={name}>
              <a href={href(['playbooks', 'new'], new URLSearchParams({ from: name }))}>{name}</a>: {description}
            </li>
          ))}
        </ul>
      )}
      <div className="actions">
        <a className="button" href={href(['playbooks', 'new'])}>
          Begin with a blank one
        </a>
        <label className="button" htmlFor={id}>
          Take in a file
          <input
            id={id}
            className="file"
            type="file"
            accept=".yaml,.yml"
            onChange={async ({ target }) => {
              const text = await target.files?.[0]?.text();
              if (text === undefined) return;
              leaveImported(text);
              navigate(href(['playbooks', 'new'], new URLSearchParams({ from: 'file' })));
            }}
          />
        </label>
      </div>
    </>
  );
}
