import { writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { DataError } from '../core/domain/errors.ts';
import { evaluateChurn } from '../core/evaluation/churn.ts';
import { churnCard } from '../core/evaluation/churn-card.ts';
import type { CalibrationMethod } from '../core/models/churn/calibrate.ts';
import type { Imbalance } from '../core/models/churn/imbalance.ts';
import { showChurn } from './churn-report.ts';
import { churnTable } from './churn-table.ts';
import { integer } from './options.ts';
import { printJson, tell } from './output.ts';
import { readTable } from './read-table.ts';
import { example } from './steps.ts';

interface Options {
  table: string;
  label: string;
  positive: string;
  folds?: string;
  imbalance: Imbalance;
  calibration: CalibrationMethod;
  costs?: { falseAlarm: number; miss: number };
  capacity?: number;
  customer?: string;
  day?: string;
  leftOn?: string;
  alertsPerWeek?: number;
  tenure?: string;
  tenureHorizon: number;
  by?: readonly string[];
  withoutSensitive?: boolean;
  seed: number;
  html?: string;
  json?: boolean;
}

/** More gain nothing on tables of a size that is evaluated here. */
const MOST_THREADS = 4;

/** `staypower evaluate churn`: every churn model on a table whose outcome is known, judged out of fold. */
export function evaluateChurnCommand(): Command {
  const command = new Command('churn')
    .description('Every churn model and the naive rows, cross-validated. Columns that say the outcome are left out.')
    .requiredOption('--table <file>', 'CSV with one row per customer (gzip allowed)')
    .requiredOption('--label <column>', 'the outcome')
    .requiredOption('--positive <value>', 'the outcome of a customer who left')
    .option('--folds <file>', 'CSV with a fold for each row: columns fold and, if not in order, row (from 0)')
    .addOption(
      new Option('--imbalance <treatment>', 'of a rare outcome, inside the training folds only')
        .choices(['class-weights', 'smote', 'none'] satisfies Imbalance[])
        .default('class-weights'),
    )
    .addOption(
      new Option('--calibration <method>', 'of probabilities, by predictions out of fold')
        .choices(['platt', 'isotonic'] satisfies CalibrationMethod[])
        .default('platt'),
    )
    .option('--costs <alarm:miss>', 'threshold by cost: of a false alarm and of a missed leaver, e.g. 1:5', costs)
    .option('--capacity <customers>', 'threshold by capacity: how many of the table can be acted on', integer)
    .option('--alerts-per-week <customers>', 'early warning at so many; needs --customer, --day and --left-on', integer)
    .option('--customer <column>', 'whose row it is, where a table has customers on several days')
    .option('--day <column>', 'the day on which a row was known, as YYYY-MM-DD')
    .option('--left-on <column>', 'the day on which the customer left; empty while still here')
    .option(
      '--tenure <column>',
      'how long a customer had been here when leaving, or at the end: survival models take part',
    )
    .option('--tenure-horizon <units>', 'with --tenure: leaving is leaving within so much, in its unit', positive, 1)
    .option('--by <columns...>', 'error and action rates, and calibration, of the groups of these columns')
    .option('--without-sensitive', 'leaves out columns that describe persons (age, gender, ...), by their names')
    .option('--seed <number>', 'of folds and models', integer, 1)
    .option('--html <file>', 'writes one self-contained page with the model card and the plots')
    .option('--json', 'one line of JSON on stdout, nothing else there')
    .action(evaluateFile);
  return example(
    command,
    'staypower evaluate churn --table customers.csv --label Churn --positive Yes',
    'staypower evaluate churn --table customers.csv --label Churn --positive Yes --costs 1:5 --capacity 300 --html churn.html',
    'staypower evaluate churn --table customers.csv --label Churn --positive Yes --by gender region',
  );
}

async function evaluateFile(options: Options): Promise<void> {
  const folds = options.folds === undefined ? undefined : await readTable(resolve(options.folds));
  const { label, positive: left, by = [], withoutSensitive = false } = options;
  const columns = { label, positive: left, by, withoutSensitive, snapshot: snapshotColumns(options) };
  const table = churnTable(await readTable(resolve(options.table)), columns, folds);
  const found = evaluateChurn(table.rows, {
    features: table.features,
    folds: table.folds,
    seed: options.seed,
    imbalance: options.imbalance,
    calibration: options.calibration,
    costs: options.costs,
    capacityShare: options.capacity === undefined ? undefined : Math.min(options.capacity / table.rows.length, 1),
    alerts:
      options.alertsPerWeek !== undefined && table.snapshots
        ? { perWeek: options.alertsPerWeek, rows: table.snapshots }
        : undefined,
    groupBy: table.groupBy,
    tenure: options.tenure === undefined ? undefined : { feature: options.tenure, horizon: options.tenureHorizon },
    threads: Math.min(availableParallelism(), MOST_THREADS),
    clock: () => performance.now() / 1_000,
    onProgress: (done, total) => tell(`Every model fitted ${done} of ${total} times.`),
  });
  const evaluation = { ...found, warnings: [...table.notes, ...found.warnings] };
  if (options.html !== undefined) {
    // The charts are only loaded for who wants them.
    const { churnPage } = await import('./churn-page.ts');
    await writeFile(resolve(options.html), churnPage(evaluation));
  }
  if (options.json) printJson({ ...evaluation, card: churnCard(evaluation) });
  else showChurn(evaluation);
}

/** The four options of early warning go together. */
function snapshotColumns({ customer, day, leftOn, alertsPerWeek }: Options) {
  if (customer !== undefined && day !== undefined && leftOn !== undefined && alertsPerWeek !== undefined) {
    return { customer, day, leftOn };
  }
  if (customer === undefined && day === undefined && leftOn === undefined && alertsPerWeek === undefined)
    return undefined;
  throw new DataError({
    field: '--alerts-per-week',
    expected: '--alerts-per-week, --customer, --day and --left-on together',
    remedy: 'name the others too, or none of them',
  });
}

function positive(text: string): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new InvalidArgumentError('It must be a number above zero.');
}

function costs(text: string): { falseAlarm: number; miss: number } {
  const [falseAlarm = Number.NaN, miss = Number.NaN, ...more] = text.split(':').map(Number);
  if (falseAlarm > 0 && miss > 0 && more.length === 0 && Number.isFinite(falseAlarm + miss))
    return { falseAlarm, miss };
  throw new InvalidArgumentError('Two numbers above zero with a colon between, such as 1:5.');
}
