import { readFile } from 'node:fs/promises';
import { isMap, isSeq, parseDocument } from 'yaml';
import type { Playbook } from '../core/playbooks/schema.ts';
import type { Environment } from './load.ts';
import { type ChangedFile, changedFile } from './write-settings.ts';

/**
 * Puts a playbook among those of a configuration file: in the place of the one of its name, else at the end; all else, comments included, stays as it
 * is. A file that names none has the shipped default; that is written beside the new one, so that it goes on.
 *
 * @param present the playbooks in force
 * @throws ConfigError when the file as changed would not be a configuration
 */
export async function putPlaybook(
  file: string,
  playbook: Playbook,
  present: readonly Playbook[],
  env: Environment,
): Promise<ChangedFile> {
  const document = parseDocument(await readFile(file, 'utf8'));
  if (!isSeq(document.get('playbooks'))) document.set('playbooks', document.createNode(present));
  const list = document.get('playbooks');
  const items = isSeq(list) ? list.items : [];
  const index = items.findIndex((item) => isMap(item) && item.get('name') === playbook.name);
  document.setIn(['playbooks', index === -1 ? items.length : index], document.createNode(playbook));
  return changedFile(file, document, env);
}
