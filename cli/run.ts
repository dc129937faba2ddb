import { Command } from 'commander';
import { STEPS } from '../core/pipeline/cycle.ts';
import { asOfOption, type WorkspaceOptions, workspaceOptions } from './context.ts';
import { example, runSteps } from './steps.ts';

/** `staypower run` */
export function runCommand(): Command {
  const command = asOfOption(
    workspaceOptions(
      new Command('run').description('One cycle: pull, identify, train when due, score, write back, open tasks.'),
    ),
  )
    .option('--retrain', 'train now, even when the champion is fresh')
    .action((options: WorkspaceOptions & { retrain?: boolean }) =>
      runSteps(options, { steps: STEPS, retrain: options.retrain === true, withConnectors: true }),
    );
  return example(command, 'staypower run --json');
}
