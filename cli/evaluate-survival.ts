import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Command } from 'commander';
import { evaluateSurvival, type SurvivalEvaluation, type SurvivalModelReport } from '../core/evaluation/survival.ts';
import { integer } from './options.ts';
import { print, printJson, table } from './output.ts';
import { readTable } from './read-table.ts';
import { example } from './steps.ts';
import { survivalTable } from './survival-table.ts';

interface Options {
  table: string;
  duration: string;
  event: string;
  covariates?: string;
  seed: number;
  html?: string;
  json?: boolean;
}

/** `staypower evaluate survival`: Kaplan-Meier, Cox and accelerated failure time models on a table whose outcome is known. */
export function evaluateSurvivalCommand(): Command {
  const command = new Command('survival')
    .description('Every survival model and the naive rows: fitted to the whole table, and cross-validated.')
    .requiredOption('--table <file>', 'CSV with one row per customer (gzip allowed)')
    .requiredOption('--duration <column>', 'time from the start to the event or to the last day seen, in any one unit')
    .requiredOption('--event <column>', '1, true or yes where the event came; 0, false or no for customers still here')
    .option('--covariates <columns>', 'columns to learn from, with commas between; all others by default')
    .option('--seed <number>', 'of the folds', integer, 1)
    .option('--html <file>', 'writes one self-contained page with the survival curves')
    .option('--json', 'one line of JSON on stdout, nothing else there')
    .action(async (options: Options) => {
      const { rows, covariates, notes } = survivalTable(await readTable(resolve(options.table)), {
        duration: options.duration,
        event: options.event,
        covariates: options.covariates?.split(',').map((name) => name.trim()),
      });
      const found = evaluateSurvival(rows, { covariates, seed: options.seed, clock: () => performance.now() / 1_000 });
      const evaluation = { ...found, warnings: [...notes, ...found.warnings] };
      if (options.html !== undefined) {
        // The charts are only loaded for who wants them.
        const { survivalPage } = await import('./survival-page.ts');
        await writeFile(resolve(options.html), survivalPage(evaluation));
      }
      if (options.json) printJson(evaluation);
      else show(evaluation);
    });
  return example(
    command,
    'staypower evaluate survival --table customers.csv --duration months --event churned',
    'staypower evaluate survival --table customers.csv --duration months --event churned --covariates plan,seats --json',
  );
}

function show(evaluation: SurvivalEvaluation): void {
  const { rows, events, folds, seed } = evaluation;
  print(
    `${rows.toLocaleString('en')} customers, of whom ${events.toLocaleString('en')} had the event. Cross-validated on ${folds} folds (seed ${seed}).`,
    '',
    table(
      ['model', 'log-likelihood', 'concordance', 'cross-validated', 'integrated Brier', 'converged', 'seconds'],
      [
        ...evaluation.models.map(({ name, logLikelihood, metrics, converged, fitSeconds }) => [
          name,
          shown(logLikelihood),
          ...figures(metrics),
          converged ? 'yes' : 'no',
          fitSeconds.toFixed(3),
        ]),
        ...evaluation.naive.map(({ name, metrics }) => [`${name} (naive)`, '', ...figures(metrics), '', '']),
      ],
    ),
  );
  for (const model of evaluation.models) {
    print('');
    if (model.curve) showMedian(model);
    else showCoefficients(model);
    for (const warning of model.warnings) print(`Note: ${warning}`);
  }
  if (evaluation.warnings.length > 0) print('');
  for (const warning of evaluation.warnings) print(`Note: ${warning}`);
}

function figures({ concordance, crossValidatedConcordance, integratedBrierScore }: SurvivalModelReport['metrics']) {
  return [concordance, crossValidatedConcordance, integratedBrierScore].map(shown);
}

function showMedian({ name, parameters }: SurvivalModelReport): void {
  const { median = null, medianLow = null, medianHigh = null } = parameters;
  const reached = (time: number | null) => (time === null ? 'not reached' : time);
  print(`${name}: median ${reached(median)} (95 %: ${reached(medianLow)} to ${reached(medianHigh)})`);
}

function showCoefficients({ name, coefficients, proportionality }: SurvivalModelReport): void {
  const changes = new Map(proportionality?.map((test) => [test.name, test.pValue]));
  print(
    proportionality ? `${name}: exp(estimate) is the hazard ratio` : `${name}: exp(estimate) is the factor on time`,
    table(
      ['column', 'estimate', 'exp', 'low', 'high', 'p', ...(proportionality ? ['p of no change over time'] : [])],
      coefficients.map(({ name: column, estimate, low, high, pValue }) => [
        column,
        shown(estimate),
        shown(Math.exp(estimate)),
        shown(low === null ? null : Math.exp(low)),
        shown(high === null ? null : Math.exp(high)),
        shown(pValue),
        ...(proportionality ? [shown(changes.get(column) ?? null)] : []),
      ]),
    ),
  );
}

/** Four decimals, or what is left of a small one. */
function shown(value: number | null): string {
  if (value === null) return '';
  return value !== 0 && Math.abs(value) < 0.001 ? value.toExponential(1) : value.toFixed(4);
}
