import { readFile, rename, writeFile } from 'node:fs/promises';
import { type Document, isCollection, isMap, isSeq, parseDocument } from 'yaml';
import { ConfigError } from '../core/domain/errors.ts';
import { type Environment, resolveConfig } from './load.ts';
import type { ResolvedConfig } from './schema.ts';

/** A value to be set in a connection's settings. */
export interface SettingChange {
  /** Below `settings`, e.g. ["deals", "amountProperty"]. */
  path: readonly string[];
  value: unknown;
}

/** A configuration file with changes that are not on disk yet. */
export interface ChangedFile {
  config: ResolvedConfig;
  /** Puts it in the place of the old one, whole or not at all. Throws ConfigError where this process may not write it. */
  write(): Promise<void>;
}

/**
 * Sets values in the settings of a connection of a configuration file; all else, comments included, stays as it is.
 *
 * @throws ConfigError when the file has no such connection, or a value is not allowed where it is set
 */
export async function changeSettings(
  file: string,
  connectionId: string,
  changes: readonly SettingChange[],
  env: Environment,
): Promise<ChangedFile> {
  const document = parseDocument(await readFile(file, 'utf8'));
  const connections = document.get('connections');
  const index = isSeq(connections)
    ? connections.items.findIndex((item) => isMap(item) && (item.get('id') ?? item.get('vendor')) === connectionId)
    : -1;
  if (index === -1) {
    throw new ConfigError([
      {
        path: `${file} connections`,
        expected: `a connection "${connectionId}"`,
        found: 'none',
        remedy: 'Add it, or make a first file with "staypower init".',
      },
    ]);
  }
  for (const { path, value } of changes) setIn(document, ['connections', index, 'settings', ...path], value);
  return changedFile(file, document, env);
}

/**
 * A configuration file as changed, to be written whole or not at all.
 *
 * @throws ConfigError when it would not be a configuration
 */
export function changedFile(file: string, document: Document, env: Environment): ChangedFile {
  return {
    config: resolveConfig(document.toJS(), env),
    write: async () => {
      try {
        await writeFile(`${file}.part`, String(document));
        await rename(`${file}.part`, file);
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        // A folder that is read-only, a file that a container was given alone.
        if (code === undefined || !['EACCES', 'EPERM', 'EROFS', 'EBUSY', 'ENOENT'].includes(code)) throw error;
        throw new ConfigError([
          {
            path: file,
            expected: 'a configuration file that this process may write',
            found: code,
            remedy: 'Change it where it is kept, then start the processes again.',
          },
        ]);
      }
    },
  };
}

/** Sets a value where a scalar (null) may stand in the way of the collection that is to hold it. */
function setIn(document: Document, path: readonly (string | number)[], value: unknown): void {
  for (let length = 1; length < path.length; length += 1) {
    const above = path.slice(0, length);
    if (document.hasIn(above) && !isCollection(document.getIn(above, true))) document.deleteIn(above);
  }
  document.setIn(path, document.createNode(value));
}
