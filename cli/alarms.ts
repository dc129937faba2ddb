import { Command } from 'commander';
import { openAlarms } from '../core/store/alarms.ts';
import { commandContext, type WorkspaceOptions, workspaceOptions } from './context.ts';
import { print, printJson } from './output.ts';
import { example } from './steps.ts';
import { withWorkspace } from './with-workspace.ts';

/** `staypower alarms`: what somebody should know of. Exit code 3 where there is any. */
export function alarmsCommand(): Command {
  const command = workspaceOptions(
    new Command('alarms').description(
      'What somebody should know of, for as long as it lasts: drift, scores that fare worse, stale connections. Exit code 3 where there is any.',
    ),
  ).action(async (options: WorkspaceOptions) => {
    const context = await commandContext(options);
    await withWorkspace(context, async (open) => {
      const alarms = await openAlarms(open.workspace.database);
      if (alarms.length > 0) process.exitCode = 3;
      if (context.json) return printJson({ alarms });
      if (alarms.length === 0) print('No alarm.');
      for (const { kind, subject, message, remedy, raisedAt } of alarms) {
        print(
          `${raisedAt.slice(0, 16).replace('T', ' ')} UTC  ${kind}, ${subject}`,
          `  ${message}`,
          `  What to do: ${remedy}.`,
        );
      }
    });
  });
  return example(command, 'staypower alarms --json');
}
