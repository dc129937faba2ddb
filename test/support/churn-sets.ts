import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type ChurnTable, churnTable } from '../../cli/churn-table.ts';
import { readTable } from '../../cli/read-table.ts';
import { type ChurnEvaluation, evaluateChurn } from '../../core/evaluation/churn.ts';

const folder = process.env['STAYPOWER_DATA_DIR'] ?? resolve(import.meta.dirname, '../../../shared/data');

/** A public churn table with its folds; a reason where the data are not there. */
export async function publicChurnSet(name: 'telco' | 'iranian'): Promise<ChurnTable | string> {
  const [table, folds, positive] =
    name === 'telco'
      ? ['telco_churn.csv', 'telco_folds.csv', 'Yes']
      : ['iranian_churn.csv', 'iranian_dedup_folds.csv', '1'];
  if (!existsSync(join(folder, table))) return `${table} is not in ${folder}`;
  return churnTable(
    await readTable(join(folder, table)),
    { label: 'Churn', positive },
    await readTable(join(folder, folds)),
  );
}

/** The evaluation as the command makes it. */
export function evaluated({ rows, features, folds }: ChurnTable): ChurnEvaluation {
  return evaluateChurn(rows, {
    features,
    folds,
    seed: 1,
    imbalance: 'class-weights',
    calibration: 'platt',
    threads: 1,
    clock: () => 0,
  });
}
