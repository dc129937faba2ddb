import { Command } from 'commander';
import { resume } from '../core/store/pause.ts';
import { actor } from './actor.ts';
import { commandContext, type WorkspaceOptions, workspaceOptions } from './context.ts';
import { print, printJson } from './output.ts';
import { example } from './steps.ts';
import { withWorkspace } from './with-workspace.ts';

/** `staypower resume` */
export function resumeCommand(): Command {
  const command = workspaceOptions(
    new Command('resume').description('Let a paused workspace write and act again, from its next cycle on.'),
  ).action(async (options: WorkspaceOptions) => {
    const context = await commandContext(options);
    await withWorkspace(context, async (open) => {
      const ended = await resume(open.workspace.database, { by: actor(), at: context.clock.now().toISOString() });
      if (context.json) printJson({ ended });
      else if (ended === null) print('The workspace was not paused.');
      else print(`Resumed. It was paused by ${ended.by} since ${ended.since}: ${ended.reason}`);
    });
  });
  return example(command, 'staypower resume');
}
