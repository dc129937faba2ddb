import { Command } from 'commander';
import { listQuarantine, replayQuarantine } from '../core/store/replay.ts';
import { commandContext, type WorkspaceOptions, workspaceOptions } from './context.ts';
import { print, printJson } from './output.ts';
import { example } from './steps.ts';
import { withWorkspace } from './with-workspace.ts';

/** Records listed at most. */
const MOST_SHOWN = 200;

/** `staypower quarantine` */
export function quarantineCommand(): Command {
  const command = workspaceOptions(
    new Command('quarantine').description('Records that could not be read or written, each with what to do about it.'),
  )
    .option('--replay', 'put them back on their way; the next run tries them again')
    .action(async (options: WorkspaceOptions & { replay?: boolean }) => {
      const context = await commandContext(options);
      return withWorkspace(context, async (open) => {
        const { database } = open.workspace;
        if (options.replay) {
          const replayed = await replayQuarantine(database);
          if (context.json) printJson({ replayed });
          else print(`${replayed} records are on their way again: "staypower run" tries them.`);
          return;
        }
        const records = await listQuarantine(database, MOST_SHOWN);
        if (context.json) return printJson({ records });
        if (records.length === 0) print('Nothing waits in quarantine.');
        for (const record of records) {
          print(
            `${record.connectionId} ${record.kind} ${record.externalId} (${record.stage}, ${record.code}, since ${record.firstAt})`,
            `  ${record.message}`,
            `  ${record.remedy}`,
          );
        }
      });
    });
  return example(command, 'staypower quarantine --replay');
}
