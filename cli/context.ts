import type { Command } from 'commander';
import { configFile, type Environment, homeFolder, loadConfig } from '../config/load.ts';
import type { ResolvedConfig } from '../config/schema.ts';
import { workspaceEnvironment, workspaceFile } from '../config/workspaces.ts';
import { type CalendarDay, calendarDay, dayOf } from '../core/domain/calendar-day.ts';
import type { Clock } from '../core/ports/clock.ts';
import type { Logger } from '../core/ports/logger.ts';
import { createLogger } from './logger.ts';

/** Options that every command on a workspace takes. */
export interface WorkspaceOptions {
  config?: string;
  workspace?: string;
  asOf?: string;
  json?: boolean;
}

/** What a command starts from. */
export interface CommandContext {
  config: ResolvedConfig;
  /** Where it was read from, absolute; null where defaults apply or it was made in memory. */
  configFile: string | null;
  env: Environment;
  home: string;
  clock: Clock;
  logger: Logger;
  /** The as-of day: --as-of, else today in the workspace's time zone. */
  asOf: CalendarDay;
  json: boolean;
}

/** The system's clock. */
export const systemClock: Clock = { now: () => new Date() };

/** Adds the options that every command on a workspace takes. */
export function workspaceOptions(command: Command): Command {
  return command
    .option('--config <file>', 'configuration file (default: staypower.yaml here or in STAYPOWER_HOME)')
    .option('--workspace <name>', 'workspace instead of the configured one')
    .option('--json', 'one line of JSON on stdout, nothing else there');
}

/** Adds --as-of. */
export function asOfOption(command: Command): Command {
  return command.option('--as-of <day>', 'last day whose facts count, e.g. 2026-03-31 (default: today)');
}

/** Reads configuration and options. Throws ConfigError and DataError for what cannot be used. */
export async function commandContext(options: WorkspaceOptions): Promise<CommandContext> {
  const own =
    options.config === undefined && options.workspace !== undefined
      ? workspaceFile(options.workspace, process.env)
      : null;
  const env =
    own === null || options.workspace === undefined
      ? process.env
      : workspaceEnvironment(process.env, options.workspace);
  const file = own ?? configFile(options.config, env);
  const loaded = await loadConfig(file, env);
  const config = options.workspace === undefined ? loaded : { ...loaded, workspace: options.workspace };
  return {
    config,
    configFile: file,
    env,
    home: homeFolder(env),
    clock: systemClock,
    logger: createLogger(),
    asOf:
      options.asOf === undefined ? dayOf(systemClock.now().toISOString(), config.timeZone) : calendarDay(options.asOf),
    json: options.json === true,
  };
}
