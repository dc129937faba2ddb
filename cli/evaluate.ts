import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Command } from 'commander';
import { readTransactionsFile } from '../connectors/csv/index.ts';
import type { DatedAmount } from '../core/backtest/book.ts';
import { calendarDay } from '../core/domain/calendar-day.ts';
import { DataError } from '../core/domain/errors.ts';
import { type ClvEvaluation, evaluateClv } from '../core/evaluation/clv.ts';
import type { HoldoutMetrics } from '../core/evaluation/evaluated-model.ts';
import { evaluateChurnCommand } from './evaluate-churn.ts';
import { evaluateEngagementCommand } from './evaluate-engagement.ts';
import { evaluateSurvivalCommand } from './evaluate-survival.ts';
import { evaluateUpliftCommand } from './evaluate-uplift.ts';
import { share, today } from './options.ts';
import { print, printJson, table } from './output.ts';
import { example } from './steps.ts';

/** `staypower evaluate`: models on data whose outcome is known. */
export function evaluateCommand(): Command {
  const clv = new Command('clv')
    .description('Every value model and the naive rows on a time split, all customers included. Unit: weeks.')
    .requiredOption('--transactions <file>', 'CSV with customer_id,date,amount (gzip allowed)')
    .requiredOption('--calibration-end <day>', 'last day the models see')
    .requiredOption('--holdout-end <day>', 'last day they are judged on')
    .option('--margin <share>', 'contribution margin, for the value of the book; revenue by default', share)
    .option('--html <file>', 'writes one self-contained page with the plots')
    .option('--json', 'one line of JSON on stdout, nothing else there')
    .action(evaluateFile);
  example(
    clv,
    'staypower evaluate clv --transactions orders.csv --calibration-end 2025-09-30 --holdout-end 2026-06-30',
  );
  return new Command('evaluate')
    .description('Judge the models on data whose outcome is known.')
    .addCommand(clv)
    .addCommand(evaluateChurnCommand())
    .addCommand(evaluateSurvivalCommand())
    .addCommand(evaluateEngagementCommand())
    .addCommand(evaluateUpliftCommand());
}

interface ClvOptions {
  transactions: string;
  calibrationEnd: string;
  holdoutEnd: string;
  margin?: number;
  json?: boolean;
  html?: string;
}

async function evaluateFile(options: ClvOptions): Promise<void> {
  const calibrationEnd = calendarDay(options.calibrationEnd);
  const holdoutEnd = calendarDay(options.holdoutEnd);
  if (holdoutEnd <= calibrationEnd) {
    throw new DataError({
      field: '--holdout-end',
      expected: `a day after the end of the calibration, ${calibrationEnd}`,
      found: holdoutEnd,
      remedy: 'choose a later day',
    });
  }
  const orders: DatedAmount[] = [];
  for await (const order of readTransactionsFile(resolve(options.transactions), { today: today() })) orders.push(order);
  const evaluation = evaluateClv(orders, {
    calibrationEnd,
    holdoutEnd,
    clock: () => performance.now() / 1_000,
    ...(options.margin !== undefined && { margin: options.margin }),
  });
  if (options.html !== undefined) {
    // The charts are only loaded for who wants them.
    const { clvPage } = await import('./clv-page.ts');
    await writeFile(resolve(options.html), clvPage(evaluation));
  }
  if (options.json) printJson(evaluation);
  else show(evaluation);
}

function show(evaluation: ClvEvaluation): void {
  const { customers, calibrationEnd, holdoutEnd, holdoutWeeks } = evaluation;
  print(
    `${customers.toLocaleString('en')} customers with an order by ${calibrationEnd}; judged on the ${Math.round(holdoutWeeks * 10) / 10} weeks to ${holdoutEnd}.`,
    '',
  );
  const judged = evaluation.models.filter(
    (model): model is typeof model & { metrics: HoldoutMetrics } => 'count' in model.metrics,
  );
  const rows = [...judged, ...evaluation.naive.map((row) => ({ ...row, name: `${row.name} (naive)` }))];
  for (const what of ['count', 'spend'] as const) {
    print(what === 'count' ? 'Purchases in the holdout' : 'Money in the holdout');
    print(
      table(
        ['model', 'R2', 'R2 w/o top 1', 'w/o top 10', 'decile R2', 'Spearman', 'Gini', 'MAE', 'bias %'],
        rows.map(({ name, metrics }) => {
          const of = metrics[what];
          return [
            name,
            ...[of.r2, of.r2DropTop1, of.r2DropTop10, of.decileR2, of.spearman, of.gini, of.mae].map(round),
            round(of.bias * 100),
          ];
        }),
      ),
      '',
    );
  }
  print(
    table(
      ['model', 'log-likelihood', 'AUC of buying again', 'ceiling R2', 'PIT in 80 %', 'above high', 'buyers in 80 %'],
      evaluation.models.map((model) => [
        model.name,
        model.logLikelihood === null ? '' : round(model.logLikelihood),
        'count' in model.metrics ? round((model.metrics as HoldoutMetrics).repurchaseAuc) : '',
        ...[
          model.ceilingR2,
          model.intervals?.countPitInside,
          model.intervals?.countAboveHigh,
          model.intervals?.buyersSpendInside,
        ].map((value) => (value === undefined || value === null ? '' : round(value))),
      ]),
    ),
    '',
  );
  print(
    'Worth of these customers, discounted at 10 % a year; the interval is what chance alone can do',
    table(
      ['months', 'total', 'low', 'high', 'if nobody left'],
      evaluation.value.map((each) => [each.months, ...[each.total, each.low, each.high, each.ifKept].map(Math.round)]),
    ),
    '',
  );
  for (const model of evaluation.models.filter(({ parameters }) => Object.keys(parameters).length > 0)) {
    print(
      `${model.name}: ${Object.entries(model.parameters)
        .map(([name, value]) => `${name} ${value.toPrecision(4)}`)
        .join('  ')}`,
    );
  }
  const { winner, windows } = evaluation.backtest;
  print(
    winner === null
      ? 'The calibration is too short for windows inside it: the ensemble is the plain mean of the models.'
      : `Best on ${windows.length} window${windows.length === 1 ? '' : 's'} inside the calibration: ${winner}.`,
  );
  for (const warning of evaluation.warnings) print(`Note: ${warning}`);
}

function round(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
