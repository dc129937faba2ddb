import { readFile } from 'node:fs/promises';
import { type Document, isMap, isSeq, parseDocument } from 'yaml';
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
  setPlaybook(document, playbook.name, document.createNode(playbook), present);
  return changedFile(file, document, env);
}

/**
 * Puts the node of a playbook into a configuration, as `putPlaybook` does.
 *
 * @param node what stands there afterwards, comments included
 */
export function setPlaybook(document: Document, name: string, node: unknown, present: readonly Playbook[]): void {
  writeOut(document, present);
  const items = playbookNodes(document);
  const index = items.findIndex((item) => isMap(item) && item.get('name') === name);
  document.setIn(['playbooks', index === -1 ? items.length : index], node);
}

/** Takes a playbook out of a configuration. */
export function deletePlaybook(document: Document, name: string, present: readonly Playbook[]): void {
  writeOut(document, present);
  const index = playbookNodes(document).findIndex((item) => isMap(item) && item.get('name') === name);
  if (index !== -1) document.deleteIn(['playbooks', index]);
}

/** The playbooks that a configuration names, as nodes; empty where it names none and the shipped default holds. */
export function playbookNodes(document: Document): readonly unknown[] {
  const list = document.get('playbooks');
  return isSeq(list) ? list.items : [];
}

function writeOut(document: Document, present: readonly Playbook[]): void {
  if (!isSeq(document.get('playbooks'))) document.set('playbooks', document.createNode(present));
}
