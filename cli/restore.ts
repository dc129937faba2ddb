import { resolve } from 'node:path';
import { Command } from 'commander';
import { restore } from '../core/store/backup.ts';
import { commandContext, type WorkspaceOptions, workspaceOptions } from './context.ts';
import { print, printJson } from './output.ts';
import { example } from './steps.ts';
import { withWorkspace } from './with-workspace.ts';

/** `staypower restore FILE` */
export function restoreCommand(): Command {
  const command = workspaceOptions(
    new Command('restore')
      .description('Put a backup into an empty workspace: all of it or nothing.')
      .argument('<file>', 'file written by "staypower backup"'),
  ).action(async (file: string, options: WorkspaceOptions) => {
    const context = await commandContext(options);
    await withWorkspace(context, async (open) => {
      const rows = await restore(open.workspace.database, resolve(file));
      if (context.json) printJson({ file, rows });
      else print(`${rows.toLocaleString('en')} rows restored into workspace "${context.config.workspace}".`);
    });
  });
  return example(command, 'staypower restore staypower-2026-03-31.jsonl.gz --workspace restored');
}
