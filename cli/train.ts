import { Command } from 'commander';
import { asOfOption, type WorkspaceOptions, workspaceOptions } from './context.ts';
import { example, runSteps } from './steps.ts';

/** `staypower train` */
export function trainCommand(): Command {
  const command = asOfOption(
    workspaceOptions(
      new Command('train').description(
        'Train the models on everything known up to the as-of day and make them the champion.',
      ),
    ),
  ).action((options: WorkspaceOptions) =>
    runSteps(options, { steps: ['identify', 'features', 'train'], retrain: true, withConnectors: true }),
  );
  return example(command, 'staypower train --as-of 2026-03-31');
}
