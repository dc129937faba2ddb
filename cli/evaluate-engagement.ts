import { resolve } from 'node:path';
import { Command } from 'commander';
import { calendarDay } from '../core/domain/calendar-day.ts';
import { type EngagementEvaluation, evaluateEngagement } from '../core/evaluation/engagement.ts';
import { engagementEvents } from './engagement-events.ts';
import { integer } from './options.ts';
import { print, printJson, table } from './output.ts';
import { readTable } from './read-table.ts';
import { example } from './steps.ts';

interface Options {
  events: string;
  scoreAt: string;
  outcomeEnd: string;
  seed: number;
  json?: boolean;
}

/** `staypower evaluate engagement`: the score of a day against what came after it. */
export function evaluateEngagementCommand(): Command {
  const command = new Command('engagement')
    .description(
      'The engagement score of one day against activity and purchases of the days after it, beside naive rows.',
    )
    .requiredOption(
      '--events <file>',
      'CSV with customer_id,date and, if there are more than purchases, channel (and name); gzip allowed',
    )
    .requiredOption('--score-at <day>', 'last day the score sees')
    .requiredOption('--outcome-end <day>', 'last day it is judged on; the first is the day after --score-at')
    .option('--seed <number>', 'of the shuffled control', integer, 1)
    .option('--json', 'one line of JSON on stdout, nothing else there')
    .action(async (options: Options) => {
      const scoreAt = calendarDay(options.scoreAt);
      const outcomeEnd = calendarDay(options.outcomeEnd);
      const evaluation = evaluateEngagement(engagementEvents(await readTable(resolve(options.events))), {
        scoreAt,
        outcomeEnd,
        seed: options.seed,
        clock: () => performance.now() / 1_000,
      });
      if (options.json) printJson(evaluation);
      else show(evaluation);
    });
  return example(
    command,
    'staypower evaluate engagement --events events.csv --score-at 2026-03-31 --outcome-end 2026-05-26',
    'staypower evaluate engagement --events orders.csv --score-at 2026-03-31 --outcome-end 2026-05-26 --json',
  );
}

function show(evaluation: EngagementEvaluation): void {
  const { customers, buyers, scoreAt, outcomeEnd, outcomeDays, shuffledControl: control, forecast } = evaluation;
  print(
    `${customers.toLocaleString('en')} customers scored on ${scoreAt}; judged on the ${outcomeDays} days after it, to ${outcomeEnd}, in which ${buyers.toLocaleString('en')} bought.`,
    '',
    table(
      ['score', 'activity: Spearman', 'Pearson', 'given past activity', 'purchases: Spearman', 'Pearson', 'AUC'],
      [...evaluation.models, ...evaluation.naive.map((row) => ({ ...row, name: `${row.name} (naive)` }))].map(
        ({ name, metrics }) => [
          name,
          ...[
            metrics.activitySpearman,
            metrics.activityPearson,
            metrics.activityPartialSpearman,
            metrics.purchasesSpearman,
            metrics.purchasesPearson,
            metrics.purchaseAuc,
          ].map((value) => (value === null ? '' : value.toFixed(3))),
        ],
      ),
    ),
    '',
    `Against outcomes dealt out at random (${control.shuffles} times, seed ${control.seed}): Spearman ${control.meanSpearman.toFixed(3)} on average, ${control.largestSpearman.toFixed(3)} at most.`,
  );
  if (forecast) {
    print(
      `Activity of the next ${forecast.days} days: forecast off by ${forecast.mae.toFixed(2)} (mean) and ${forecast.rmse.toFixed(2)} (root mean square); as much as in the ${forecast.days} days before, by ${forecast.persistenceMae.toFixed(2)} and ${forecast.persistenceRmse.toFixed(2)}.`,
    );
  }
  for (const warning of evaluation.warnings) print(`Note: ${warning}`);
}
