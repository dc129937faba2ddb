import { Command } from 'commander';
import { pause } from '../core/store/pause.ts';
import { actor } from './actor.ts';
import { commandContext, type WorkspaceOptions, workspaceOptions } from './context.ts';
import { print, printJson } from './output.ts';
import { example } from './steps.ts';
import { withWorkspace } from './with-workspace.ts';

/** `staypower pause` */
export function pauseCommand(): Command {
  const command = workspaceOptions(
    new Command('pause')
      .description(
        'Stop everything that leaves this workspace (fields, tasks, sequences), in every process. Reading and scoring go on.',
      )
      .requiredOption('--reason <text>', 'why; shown wherever the pause is'),
  ).action(async (options: WorkspaceOptions & { reason: string }) => {
    const context = await commandContext(options);
    await withWorkspace(context, async (open) => {
      const set = { reason: options.reason, by: actor(), since: context.clock.now().toISOString() };
      await pause(open.workspace.database, set);
      if (context.json) printJson({ paused: set });
      else print('Paused: nothing is written to any CRM until "staypower resume".');
    });
  });
  return example(command, 'staypower pause --reason "CRM migration until Monday"');
}
