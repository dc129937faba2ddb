import { Command } from 'commander';
import { asOfOption, type WorkspaceOptions, workspaceOptions } from './context.ts';
import { example, runSteps } from './steps.ts';

/** `staypower score` */
export function scoreCommand(): Command {
  const command = asOfOption(
    workspaceOptions(
      new Command('score').description('Score the customers who changed or are due, without writing to any CRM.'),
    ),
  ).action((options: WorkspaceOptions) =>
    runSteps(options, { steps: ['identify', 'features', 'score'], withConnectors: true }),
  );
  return example(command, 'staypower score --json');
}
