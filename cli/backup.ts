import { resolve } from 'node:path';
import { Command } from 'commander';
import { backup } from '../core/store/backup.ts';
import { commandContext, type WorkspaceOptions, workspaceOptions } from './context.ts';
import { print, printJson } from './output.ts';
import { example } from './steps.ts';
import { withWorkspace } from './with-workspace.ts';

/** `staypower backup FILE` */
export function backupCommand(): Command {
  const command = workspaceOptions(
    new Command('backup')
      .description('Write all of a workspace to one file. It holds personal data: keep it as you keep the CRM.')
      .argument('<file>', 'file to write, e.g. staypower-2026-03-31.jsonl.gz'),
  ).action(async (file: string, options: WorkspaceOptions) => {
    const context = await commandContext(options);
    await withWorkspace(context, async (open) => {
      const rows = await backup(open.workspace.database, resolve(file));
      if (context.json) printJson({ file, rows });
      else print(`${rows.toLocaleString('en')} rows of workspace "${context.config.workspace}" written to ${file}.`);
    });
  });
  return example(command, 'staypower backup staypower-2026-03-31.jsonl.gz');
}
