import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ConfigError, type ConfigProblem } from '../core/domain/errors.ts';
import { type Playbook, playbookSchema } from '../core/playbooks/schema.ts';
import { unknownFields } from '../core/playbooks/template.ts';
import { problemsOf, readYaml } from './load.ts';

/** Playbooks that come with the product, one a file, with the JSON Schema for editors beside them. */
export const SHIPPED_FOLDER = join(import.meta.dirname, '../core/playbooks/shipped');

/** Reads a file that holds one playbook. Throws ConfigError with all problems. */
export async function readPlaybookFile(path: string): Promise<Playbook> {
  const content = await readYaml(path);
  const parsed = playbookSchema.safeParse(content);
  if (parsed.success) return parsed.data;
  throw new ConfigError(
    parsed.error.issues.flatMap((issue) =>
      problemsOf(issue, content).map((problem) => ({ ...problem, path: `${path} ${problem.path}` })),
    ),
  );
}

/** The shipped playbooks, in the order of their names. */
export async function shippedPlaybooks(): Promise<readonly Playbook[]> {
  return Promise.all((await shippedFiles()).map((file) => readPlaybookFile(file)));
}

/** Their texts in the same order, comments included, without the line that is for editors beside the schema. */
export async function shippedTexts(): Promise<readonly string[]> {
  const texts = await Promise.all((await shippedFiles()).map((file) => readFile(file, 'utf8')));
  return texts.map((text) => text.replace(/^# yaml-language-server:.*\n/, ''));
}

async function shippedFiles(): Promise<readonly string[]> {
  const files = (await readdir(SHIPPED_FOLDER)).filter((file) => file.endsWith('.yaml')).sort();
  return files.map((file) => join(SHIPPED_FOLDER, file));
}

/** The playbook that an argument names: a file where it ends as one, else one that is shipped. Throws ConfigError. */
export async function playbookNamed(nameOrFile: string): Promise<Playbook> {
  if (/\.ya?ml$/.test(nameOrFile)) return readPlaybookFile(nameOrFile);
  const shipped = await shippedPlaybooks();
  const found = shipped.find(({ name }) => name === basename(nameOrFile));
  if (found) return found;
  throw new ConfigError([
    {
      path: 'playbook',
      expected: `a .yaml file, or one of ${shipped.map(({ name }) => name).join(', ')}`,
      found: nameOrFile,
      remedy: 'Choose one of these.',
    },
  ]);
}

/** What of playbooks cannot be done as it stands, though their form is right: placeholders and connections that are not there, names twice. */
export function playbookProblems(
  playbooks: readonly Playbook[],
  connectionIds: readonly string[],
  actionNames: readonly string[],
): readonly ConfigProblem[] {
  return playbooks.flatMap((playbook, at) => {
    const path = `playbooks[${at}] (${playbook.name})`;
    const tasks = [
      playbook.task,
      ...(playbook.advised ?? []),
      ...playbook.steps.filter((step) => step.do === 'task' || step.do === 'ticket'),
    ];
    const unknown = tasks.flatMap(({ subject, body }) => [...unknownFields(subject), ...unknownFields(body)]);
    const named = [
      ...playbook.steps.flatMap((step) => ('connection' in step ? [step.connection] : [])),
      ...(playbook.sequence === null ? [] : [playbook.sequence.connection]),
    ];
    const isTwice = playbooks.findIndex(({ name }) => name === playbook.name) !== at;
    return [
      ...[...new Set(unknown)].map((field) => ({
        path: `${path} task`,
        expected: 'placeholders that are filled in',
        found: `{${field}}`,
        remedy: 'Correct its spelling; core/playbooks/template.ts lists them.',
      })),
      ...(playbook.advised ?? [])
        .filter(({ action }) => !actionNames.includes(action))
        .map(({ action }) => ({
          path: `${path} advised`,
          expected: `an action under planning (${actionNames.join(', ')})`,
          found: action,
          remedy: 'Name one of these, or add it under planning.actions.',
        })),
      ...[...new Set(named)]
        .filter((id) => !connectionIds.includes(id))
        .map((id) => ({
          path: `${path} connection`,
          expected: `a connection of this workspace${connectionIds.length > 0 ? ` (${connectionIds.join(', ')})` : ''}`,
          found: id,
          remedy: 'Name one of yours, or leave the step out.',
        })),
      ...(isTwice ? [{ path, expected: 'each name once', found: playbook.name, remedy: 'Rename one of them.' }] : []),
    ];
  });
}
