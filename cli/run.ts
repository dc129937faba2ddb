import { Command, Option } from 'commander';
import { STEPS } from '../core/pipeline/cycle.ts';
import { asOfOption, type WorkspaceOptions, workspaceOptions } from './context.ts';
import { runDay } from './run-day.ts';
import { example, runSteps } from './steps.ts';

/** `staypower run` */
export function runCommand(): Command {
  const command = asOfOption(
    workspaceOptions(
      new Command('run').description('One cycle: pull, identify, train when due, score, write back, open tasks.'),
    ),
  )
    .option('--retrain', 'train now, even when the champion is fresh')
    .addOption(
      new Option(
        '--date <day>',
        'a day of a schedule: like --as-of, but once; a day that was done is not done again',
      ).conflicts('asOf'),
    )
    .action((options: WorkspaceOptions & { retrain?: boolean; date?: string }) => {
      const retrain = options.retrain === true;
      return options.date === undefined
        ? runSteps(options, { steps: STEPS, retrain, withConnectors: true })
        : runDay({ ...options, asOf: options.date }, { retrain });
    });
  return example(command, 'staypower run --json', 'staypower run --date 2026-03-31 --json');
}
