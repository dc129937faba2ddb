import { Command } from 'commander';
import pRetry from 'p-retry';
import { openWorkspace } from '../config/wiring.ts';
import type { CalendarDay } from '../core/domain/calendar-day.ts';
import { StaypowerError } from '../core/domain/errors.ts';
import { cycle, sourceRank } from '../core/pipeline/cycle.ts';
import { definitionChange } from '../core/pipeline/train.ts';
import { type TrainedIfBetter, trainIfBetter } from '../core/pipeline/train-if-better.ts';
import type { Unread } from '../core/pipeline/watch-syncs.ts';
import { type DefinitionChange, type DefinitionRate, inWords } from '../core/scores/churn-definition.ts';
import { actor } from './actor.ts';
import { asOfOption, type CommandContext, commandContext, type WorkspaceOptions, workspaceOptions } from './context.ts';
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

/** How often what passes by itself (a store or a network that is away) is tried again before a scheduler has to. */
const RETRIES = 3;

async function trainChallenger(options: Options): Promise<void> {
  const context = await commandContext(options);
  const { asOf, json } = context;
  const result = await pRetry(() => challengeOnce(context), {
    retries: RETRIES,
    shouldRetry: ({ error }) => error instanceof StaypowerError && error.retry === 'later',
    onFailedAttempt: ({ error, retriesLeft }) => {
      if (retriesLeft > 0) process.stderr.write(`${error.message} It is tried again.\n`);
    },
  });
  if (result.because === 'challenged') {
    if (json) printJson(challengeJson(result.challenge));
    else print(...challengeLines(result.challenge));
  } else if (result.because === 'first') {
    const { model } = result;
    if (json) printJson({ promoted: model !== null, version: model?.version ?? null, because: 'first' });
    else print(model ? `${model.version} is the first champion.` : 'Nothing to train on yet.');
  } else {
    process.exitCode = 1;
    if (json) printJson({ promoted: false, version: null, because: 'not-read', unread: result.unread });
    else print(...result.unread.map((each) => unreadLine(each, asOf)));
  }
}

async function challengeOnce(context: CommandContext): Promise<TrainedIfBetter> {
  const open = await openWorkspace(context.config, context, { withConnectors: false });
  const progress = createProgress(context.json);
  try {
    return await trainIfBetter(open.workspace, {
      asOf: context.asOf,
      connectionIds: context.config.connections.map(({ id }) => id),
      actor: actor(),
      onStep: progress.step,
    });
  } finally {
    progress.stop();
    await open.close();
  }
}

function unreadLine({ connectionId, readOn }: Unread, asOf: CalendarDay): string {
  return `"${connectionId}" was last read on ${readOn}: up to ${asOf} its customers would look as if they had left. Nothing was trained. Run "staypower sync", or name an earlier day with --as-of.`;
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
