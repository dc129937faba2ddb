import { type OpenWorkspace, openWorkspace } from '../config/wiring.ts';
import { type CommandContext, commandContext, type WorkspaceOptions } from './context.ts';

/**
 * Opens the store of a command's workspace, without its connectors, for the time of `work`, and closes it whatever comes of that.
 *
 * @throws ConfigError, StoreError, and what `work` throws
 */
export async function withWorkspace<T>(context: CommandContext, work: (open: OpenWorkspace) => Promise<T>): Promise<T> {
  const open = await openWorkspace(context.config, context, { withConnectors: false });
  try {
    return await work(open);
  } finally {
    await open.close();
  }
}

/** The same from the options of a command that needs nothing of its context before. */
export async function inWorkspace<T>(
  options: WorkspaceOptions,
  work: (open: OpenWorkspace, context: CommandContext) => Promise<T>,
): Promise<T> {
  const context = await commandContext(options);
  return withWorkspace(context, (open) => work(open, context));
}
