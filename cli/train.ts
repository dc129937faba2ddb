import { Command } from 'commander';
import { openWorkspace } from '../config/wiring.ts';
import { cycle, sourceRank } from '../core/pipeline/cycle.ts';
import { definitionChange } from '../core/pipeline/train.ts';
import { type DefinitionChange, type DefinitionRate, inWords } from '../core/scores/churn-definition.ts';
import { asOfOption, commandContext, type WorkspaceOptions, workspaceOptions } from './context.ts';
import { printCycle } from './cycle-report.ts';
import { print, printJson, table } from './output.ts';
import { createProgress } from './progress.ts';
import { example } from './steps.ts';

interface Options extends WorkspaceOptions {
  acceptDefinition?: boolean;
}

/** `staypower train` */
export function trainCommand(): Command {
  const command = asOfOption(
    workspaceOptions(
      new Command('train').description(
        'Train the models on everything known up to the as-of day and make them the champion.',
      ),
    ),
  )
    .option('--accept-definition', 'go on although leaving is defined otherwise than in the stored model')
    .action(trainModels);
  return example(command, 'staypower train --as-of 2026-03-31', 'staypower train --accept-definition');
}

/** Another definition of leaving is shown beside the stored one first: it is a new question, not a better answer. */
async function trainModels(options: Options): Promise<void> {
  const context = await commandContext(options);
  const open = await openWorkspace(context.config, context, { withConnectors: true });
  const progress = createProgress(context.json);
  try {
    const { workspace } = open;
    const { asOf } = context;
    await cycle(workspace, { asOf, steps: ['identify', 'features'], onStep: progress.step });
    const change = options.acceptDefinition
      ? null
      : await definitionChange(workspace.database, {
          asOf,
          currency: workspace.currency,
          churn: context.config.churn,
          rank: sourceRank(workspace.connectors),
        });
    if (change) {
      progress.stop();
      process.exitCode = 1;
      if (context.json) printJson({ trained: false, definitionChange: change });
      else showChange(change);
      return;
    }
    const report = await cycle(workspace, {
      asOf,
      steps: ['train'],
      retrain: true,
      acceptDefinition: options.acceptDefinition === true,
      onStep: progress.step,
    });
    progress.stop();
    await printCycle(open, report, { asOf, json: context.json, bill: null, training: true });
  } finally {
    progress.stop();
    await open.close();
  }
}

function showChange({ from, to, lookedAt, affected }: DefinitionChange): void {
  const row = (name: string, { customers, left, baseRate, ...rule }: DefinitionRate) => [
    name,
    inWords(rule),
    customers.toLocaleString('en'),
    left.toLocaleString('en'),
    baseRate === null ? '' : `${(baseRate * 100).toFixed(1)} %`,
  ];
  print(
    'Leaving would be defined otherwise than in the stored model:',
    '',
    table(['', 'leaving is', 'could leave', 'left', 'base rate'], [row('stored', from), row('asked for', to)]),
    '',
    `${affected.toLocaleString('en')} of ${lookedAt.toLocaleString('en')} customers would be judged otherwise. All churn scores would change, and none of them because of a customer.`,
    'Nothing was trained. "staypower train --accept-definition" goes on; "churn" in the configuration says what leaving is.',
  );
}
