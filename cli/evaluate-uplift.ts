import { resolve } from 'node:path';
import { Command } from 'commander';
import { DataError } from '../core/domain/errors.ts';
import { evaluateUplift, type UpliftEvaluation, type UpliftReport } from '../core/evaluation/uplift.ts';
import { asOfOption, commandContext, type WorkspaceOptions, workspaceOptions } from './context.ts';
import { modelMissing } from './model-missing.ts';
import { integer } from './options.ts';
import { print, printJson, table } from './output.ts';
import { readTable } from './read-table.ts';
import { example } from './steps.ts';
import { upliftTable } from './uplift-table.ts';
import { withWorkspace } from './with-workspace.ts';

interface Options extends WorkspaceOptions {
  table?: string;
  arm?: string;
  treated?: string;
  control?: string;
  outcome?: string;
  leaveOut?: string;
  time?: string;
  playbook?: string;
  seed: number;
}

/** `staypower evaluate uplift`: whom a treatment moves, on a randomised trial: a file's, or the holdout of a playbook. */
export function evaluateUpliftCommand(): Command {
  const command = asOfOption(
    workspaceOptions(
      new Command('uplift')
        .description('Uplift learners, a one-line rule and random orders on a randomised trial, by Qini out of sample.')
        .option('--table <file>', 'CSV with one row per customer (gzip allowed); needs the next four')
        .option('--arm <column>', 'who got what, drawn by chance')
        .option('--treated <value>', 'its value where a customer was treated')
        .option('--control <value>', 'its value where a customer was held out; rows with another are left out')
        .option('--outcome <column>', '1 where it happened, else 0')
        .option('--leave-out <columns>', 'what was only known after the treatment, with commas between')
        .option('--time <column>', 'number or day of the treatment: judges on later rows instead of folds by chance')
        .option(
          '--playbook <name>',
          'instead of a file: the holdout of this playbook; the outcome is that customers stay',
        )
        .option('--seed <number>', 'of folds, learners and resamples', integer, 1),
    ),
  ).action(async (options: Options) => {
    const { playbook } = options;
    const evaluation = playbook === undefined ? await ofFile(options) : await ofPlaybook(options, playbook);
    if (options.json) printJson(evaluation);
    else show(evaluation);
  });
  return example(
    command,
    'staypower evaluate uplift --table trial.csv --arm segment --treated "Womens E-Mail" --control "No E-Mail" --outcome visit --leave-out conversion,spend',
    'staypower evaluate uplift --playbook at-risk-and-valuable',
  );
}

async function ofFile(options: Options): Promise<UpliftEvaluation> {
  const { table: file, arm, treated, control, outcome, time, seed } = options;
  if (
    !(
      file !== undefined &&
      arm !== undefined &&
      treated !== undefined &&
      control !== undefined &&
      outcome !== undefined
    )
  ) {
    throw new DataError({
      field: '--table',
      expected: '--table, --arm, --treated, --control and --outcome together, or --playbook',
      remedy: 'name the others too',
    });
  }
  const leaveOut = options.leaveOut?.split(',').map((name) => name.trim()) ?? [];
  const columns = { arm, treated, control, outcome, leaveOut, time };
  const { rows, features, times, notes } = upliftTable(await readTable(resolve(file)), columns);
  const found = evaluateUplift(rows, { features, seed, ...(times && { times }) });
  return { ...found, warnings: [...notes, ...found.warnings] };
}

async function ofPlaybook(options: Options, playbook: string): Promise<UpliftEvaluation> {
  const context = await commandContext(options);
  return withWorkspace(context, async (open) => {
    const found = await open.planning.uplift({ asOf: context.asOf, playbook, seed: options.seed });
    if (found) return found;
    throw modelMissing(context.config.workspace);
  });
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
