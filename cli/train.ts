import { Command } from 'commander';
import { openWorkspace } from '../config/wiring.ts';
import { challenge } from '../core/pipeline/challenge.ts';
import { cycle, sourceRank } from '../core/pipeline/cycle.ts';
import { definitionChange } from '../core/pipeline/train.ts';
import { type DefinitionChange, type DefinitionRate, inWords } from '../core/scores/churn-definition.ts';
import { championAt } from '../core/store/models.ts';
import { actor } from './actor.ts';
import { asOfOption, commandContext, type WorkspaceOptions, workspaceOptions } from './context.ts';
import { printCycle } from './cycle-report.ts';
import { print, printJson, table } from './output.ts';
import { createProgress } from './progress.ts';
import { example } from './steps.ts';
import { challengeJson, challengeLines } from './verdict.ts';

interface Options extends WorkspaceOptions {
  acceptDefinition?: boolean;
  promoteIfBetter?: boolean;
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
    .option(
      '--promote-if-better',
      'train a challenger up to the newest day whose outcomes are known, and promote it only if it did better than the champion on them; for a scheduler: safe to repeat',
    )
    .action((options: Options) => (options.promoteIfBetter ? trainChallenger(options) : trainModels(options)));
  return example(
    command,
    'staypower train --as-of 2026-03-31',
    'staypower train --accept-definition',
    'staypower train --promote-if-better',
  );
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

/** A first model has nobody to be compared with, and becomes the champion. */
async function trainChallenger(options: Options): Promise<void> {
  const context = await commandContext(options);
  const open = await openWorkspace(context.config, context, { withConnectors: false });
  const progress = createProgress(context.json);
  try {
    const { workspace } = open;
    const { asOf, json } = context;
    const rank = sourceRank(context.config.connections.map(({ id }) => ({ connectionId: id })));
    await cycle(workspace, { asOf, steps: ['identify', 'features'], onStep: progress.step });
    const champion = await championAt(workspace.database, asOf);
    if (champion === null) {
      const { model } = await cycle(workspace, { asOf, steps: ['train'], onStep: progress.step });
      progress.stop();
      if (json) printJson({ promoted: model !== null, version: model?.version ?? null, because: 'first' });
      else print(model ? `${model.version} is the first champion.` : 'Nothing to train on yet.');
      return;
    }
    const result = await challenge(workspace.database, {
      champion,
      asOf,
      ...(workspace.scoring && { settings: workspace.scoring }),
      rank,
      clock: workspace.clock,
      actor: actor(),
      onProgress: (detail) => progress.step({ step: 'train', detail, done: 0, total: null }),
    });
    progress.stop();
    if (json) printJson(challengeJson(result));
    else print(...challengeLines(result));
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
