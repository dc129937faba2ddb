import { readFileSync, statSync } from 'node:fs';
import { parseDocument } from 'yaml';
import { assertPerformable } from '../core/playbooks/assert-performable.ts';
import type { Playbook } from '../core/playbooks/schema.ts';
import type { Connector } from '../core/ports/connector.ts';
import type { Logger } from '../core/ports/logger.ts';
import { type Environment, resolveConfig } from './load.ts';

/**
 * The playbooks in force, asked for at each use: those of the configuration file, read again when it has changed, so that an edit takes effect
 * in every process without a restart. A file that cannot be used leaves those before it in force, and the log says so.
 *
 * @param initial those of the file when the process started
 * @param file null: they never change
 */
export function playbooksInForce(
  initial: readonly Playbook[],
  {
    file,
    env,
    connectors,
    logger,
  }: { file: string | null; env: Environment; connectors: readonly Connector[]; logger: Logger },
): () => readonly Playbook[] {
  let current = initial;
  let seen = file === null ? '' : stampOf(file);
  return () => {
    if (file === null) return current;
    const stamp = stampOf(file);
    if (stamp === seen) return current;
    seen = stamp;
    try {
      const document = parseDocument(readFileSync(file, 'utf8'));
      if (document.errors[0]) throw document.errors[0];
      const { playbooks } = resolveConfig(document.toJS(), env);
      if (connectors.length > 0) assertPerformable(playbooks, connectors);
      current = playbooks;
    } catch (error) {
      logger.error(
        { error: error instanceof Error ? error.message : String(error) },
        'the configuration file has changed and cannot be used: the playbooks before the change stay in force',
      );
    }
    return current;
  };
}

/** Tells one state of a file from another; "" while it is not there. */
function stampOf(file: string): string {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat ? `${stat.mtimeMs} ${stat.size} ${stat.ino}` : '';
}
