import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Environment, homeFolder } from './load.ts';

/** What every workspace shares unless it has its own. */
const SHARED = /^(?:STAYPOWER_|DATABASE_URL$|LOG_LEVEL$)/;

/** Name of the configuration file of a workspace of its own. */
export function workspaceFileName(workspace: string): string {
  return `staypower.${workspace}.yaml`;
}

/** The configuration file of a workspace, in the working folder or the home folder; null when it has none of its own. */
export function workspaceFile(workspace: string, env: Environment): string | null {
  const name = workspaceFileName(workspace);
  return [resolve(name), join(homeFolder(env), name)].find((path) => existsSync(path)) ?? null;
}

/** What the variables of a workspace begin with: "acme" reads ACME__HUBSPOT_ACCESS_TOKEN. */
export function workspacePrefix(workspace: string): string {
  return `${workspace.toUpperCase()}__`;
}

/**
 * The environment as a workspace with a file of its own sees it: its own variables without their prefix, and what all share. No other
 * secret: one of another workspace's that was left unset must be missing, not borrowed.
 */
export function workspaceEnvironment(env: Environment, workspace: string): Environment {
  const prefix = workspacePrefix(workspace);
  const entries = Object.entries(env);
  return Object.fromEntries([
    ...entries.filter(([name]) => SHARED.test(name)),
    ...entries
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, value]): [string, string | undefined] => [name.slice(prefix.length), value]),
  ]);
}
