import { resolve } from 'node:path';
import { Command } from 'commander';
import { evaluateUplift, type UpliftEvaluation, type UpliftReport } from '../core/evaluation/uplift.ts';
import { integer } from './options.ts';
import { print, printJson, table } from './output.ts';
import { readTable } from './read-table.ts';
import { example } from './steps.ts';
import { upliftTable } from './uplift-table.ts';

interface Options {
  table: string;
  arm: string;
  treated: string;
  control: string;
  outcome: string;
  leaveOut?: string;
  time?: string;
  seed: number;
  json?: boolean;
}

/** `staypower evaluate uplift`: whom a treatment moves, on a randomised trial. */
export function evaluateUpliftCommand(): Command {
  const command = new Command('uplift')
    .description('Uplift learners, a one-line rule and random orders on a randomised trial, by Qini out of sample.')
    .requiredOption('--table <file>', 'CSV with one row per customer (gzip allowed)')
    .requiredOption('--arm <column>', 'who got what, drawn by chance')
    .requiredOption('--treated <value>', 'its value where a customer was treated')
    .requiredOption('--control <value>', 'its value where a customer was held out; rows with another are left out')
    .requiredOption('--outcome <column>', '1 where it happened, else 0')
    .option('--leave-out <columns>', 'what was only known after the treatment, with commas between')
    .option('--time <column>', 'number or day of the treatment: judges on later rows instead of folds by chance')
    .option('--seed <number>', 'of folds, learners and resamples', integer, 1)
    .option('--json', 'one line of JSON on stdout, nothing else there')
    .action(async (options: Options) => {
      const { rows, features, times, notes } = upliftTable(await readTable(resolve(options.table)), {
        ...options,
        leaveOut: options.leaveOut?.split(',').map((name) => name.trim()) ?? [],
      });
      const found = evaluateUplift(rows, { features, seed: options.seed, ...(times && { times }) });
      const evaluation = { ...found, warnings: [...notes, ...found.warnings] };
      if (options.json) printJson(evaluation);
      else show(evaluation);
    });
  return example(
    command,
    'staypower evaluate uplift --table trial.csv --arm segment --treated "Womens E-Mail" --control "No E-Mail" --outcome visit --leave-out conversion,spend',
  );
}

function show(evaluation: UpliftEvaluation): void {
  const { customers, treated, treatedRate, controlRate, effect, judgedOn, models, rule, random } = evaluation;
  print(
    `${customers.toLocaleString('en')} customers, ${treated.toLocaleString('en')} of them treated: the outcome came for ${percent(treatedRate)} of them and for ${percent(controlRate)} of the others, a difference of ${percent(effect)}.`,
    judgedOn.split === 'folds'
      ? `Every customer is judged by models that did not see it (seed ${evaluation.seed}).`
      : `Judged on the ${judgedOn.customers.toLocaleString('en')} latest rows, learned from the earlier ones.`,
    '',
    table(
      ['ranking', 'Qini', 'low', 'high', 'above the rule', 'low', 'high', 'top half treated'],
      [
        ...models.map(row),
        row(rule),
        [`${random.orders} random orders`, four(random.mean), four(random.low), four(random.high), '', '', '', ''],
      ],
    ),
    '',
    `The rule: ${rule.says}. "Top half treated" is the outcome rate if the half ranked highest were treated (doubly robust).`,
    evaluation.choice === null ? 'To use: none of them.' : `To use: ${evaluation.choice}.`,
  );
  for (const warning of evaluation.warnings) print(`Note: ${warning}`);
}

function row({ name, qini, low, high, aboveRule, topHalf }: UpliftReport): readonly string[] {
  const above = aboveRule ? [aboveRule.difference, aboveRule.low, aboveRule.high].map(four) : ['', '', ''];
  return [name, four(qini), four(low), four(high), ...above, percent(topHalf.doublyRobust.value)];
}

function four(value: number): string {
  return value.toFixed(4);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
