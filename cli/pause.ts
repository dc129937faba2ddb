import { Command } from 'commander';
import { openWorkspace } from '../config/wiring.ts';
import { pause } from '../core/store/pause.ts';
import { actor } from './actor.ts';
import { commandContext, type WorkspaceOptions, workspaceOptions } from './context.ts';
import { print, printJson } from './output.ts';
import { example } from './steps.ts';

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
    const open = await openWorkspace(context.config, context, { withConnectors: false });
    try {
      const set = { reason: options.reason, by: actor(), since: context.clock.now().toISOString() };
      await pause(open.workspace.database, set);
      if (context.json) printJson({ paused: set });
      else print('Paused: nothing is written to any CRM until "staypower resume".');
    } finally {
      await open.close();
    }
  });
  return example(command, 'staypower pause --reason "CRM migration until Monday"');
}
