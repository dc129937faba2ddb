import { Command } from 'commander';
import { prune } from '../core/store/retention.ts';
import { commandContext, type WorkspaceOptions, workspaceOptions } from './context.ts';
import { print, printJson, table } from './output.ts';
import { example } from './steps.ts';
import { withWorkspace } from './with-workspace.ts';

/** `staypower prune` */
export function pruneCommand(): Command {
  const command = workspaceOptions(
    new Command('prune').description(
      'Remove what has been kept for as long as "retention" in the configuration says. A cycle does it once a day by itself.',
    ),
  )
    .option('--dry-run', 'count what would be removed, remove nothing')
    .action(async (options: WorkspaceOptions & { dryRun?: boolean }) => {
      const context = await commandContext(options);
      const dryRun = options.dryRun === true;
      return withWorkspace(context, async (open) => {
        const { database, clock } = open.workspace;
        const rows = await prune(database, context.config.retention, { now: clock.now(), dryRun });
        if (context.json) return printJson({ dryRun, rows });
        print(table(['table', dryRun ? 'would go' : 'removed'], Object.entries(rows)));
      });
    });
  return example(command, 'staypower prune --dry-run');
}
