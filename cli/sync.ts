import { Command } from 'commander';
import { asOfOption, type WorkspaceOptions, workspaceOptions } from './context.ts';
import { example, runSteps } from './steps.ts';

/** `staypower sync` */
export function syncCommand(): Command {
  const command = asOfOption(
    workspaceOptions(
      new Command('sync').description('Pull what is new from all connections and bring customers up to date.'),
    ),
  ).action((options: WorkspaceOptions) =>
    runSteps(options, { steps: ['pull', 'identify', 'features'], withConnectors: true }),
  );
  return example(command, 'staypower sync');
}
