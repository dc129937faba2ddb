import { Command } from 'commander';
import { calendarDay } from '../core/domain/calendar-day.ts';
import { DataError } from '../core/domain/errors.ts';
import { sourceRank } from '../core/pipeline/cycle.ts';
import { type ReplayedScore, replayScores, scoredDays, someScores } from '../core/pipeline/replay-scores.ts';
import { findCustomer } from '../core/store/find-customer.ts';
import { commandContext, type WorkspaceOptions, workspaceOptions } from './context.ts';
import { integer } from './options.ts';
import { print, printJson, table } from './output.ts';
import { example } from './steps.ts';
import { withWorkspace } from './with-workspace.ts';

interface Options extends WorkspaceOptions {
  on?: string;
  random?: number;
  seed: number;
}

/** `staypower replay-score`: past scores made again from the inputs and the model of then. Exit code 3 when a bit differs. */
export function replayScoreCommand(): Command {
  const command = workspaceOptions(
    new Command('replay-score')
      .description(
        'Make past scores again from the inputs and the model of then, and compare every bit. Exit code 3 on a difference.',
      )
      .argument('[customer]', 'customer id, e-mail address or external id; all its scores unless --on names a day'),
  )
    .option('--on <day>', 'the score of this day alone, e.g. 2026-03-31')
    .option('--random <count>', 'so many scores of the whole history instead of a customer', integer)
    .option('--seed <number>', 'of the draw', integer, 1)
    .action(replay);
  return example(
    command,
    'staypower replay-score anna@example.com --on 2026-03-31',
    'staypower replay-score --random 1000',
  );
}

async function replay(customer: string | undefined, options: Options): Promise<void> {
  if ((customer === undefined) === (options.random === undefined)) {
    throw new DataError({
      field: 'customer',
      expected: 'a customer, or --random with a count',
      remedy: 'give one of the two',
    });
  }
  const on = options.on === undefined ? null : calendarDay(options.on);
  const context = await commandContext(options);
  await withWorkspace(context, async (open) => {
    const { database } = open.workspace;
    const customerId = customer === undefined ? null : await findCustomer(database, customer);
    const rows =
      options.random === undefined
        ? customerId === null
          ? []
          : await scoredDays(database, customerId, on)
        : await someScores(database, { limit: options.random, seed: options.seed });
    const rank = sourceRank(context.config.connections.map(({ id }) => ({ connectionId: id })));
    const replayed = await replayScores(database, rows, { rank });
    const failed = replayed.filter((each) => each.replayed === null || each.differs.length > 0);
    if (failed.length > 0) process.exitCode = 3;
    if (context.json) printJson({ scores: replayed.length, same: replayed.length - failed.length, replayed });
    else show(options.random === undefined ? replayed : failed, replayed.length, failed.length);
  });
}

function show(listed: readonly ReplayedScore[], scores: number, failed: number): void {
  if (scores === 0) {
    print('No score of that is in the history.');
    return;
  }
  if (listed.length > 0) {
    print(
      table(
        ['customer', 'day', 'model', 'made from', 'result', 'facts since'],
        listed.map(({ customerId, asOf, modelVersion, from, replayed, differs, factsChanged }) => [
          customerId,
          asOf,
          modelVersion,
          from === 'inputs' ? 'inputs of then' : 'facts of now',
          replayed === null
            ? 'model not on record'
            : differs.length === 0
              ? 'every bit'
              : `differs: ${differs.join(', ')}`,
          factsChanged === null ? '' : factsChanged ? 'changed' : 'the same',
        ]),
      ),
    );
  }
  print(`${(scores - failed).toLocaleString('en')} of ${scores.toLocaleString('en')} scores are the same to the bit.`);
}
