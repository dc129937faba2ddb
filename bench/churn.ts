import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type ChurnTable, churnTable } from '../cli/churn-table.ts';
import { table } from '../cli/output.ts';
import { readTable } from '../cli/read-table.ts';
import { evaluateChurn } from '../core/evaluation/churn.ts';
import { seededFolds } from '../core/evaluation/churn-folds.ts';

const FOLDER = process.env['STAYPOWER_DATA_DIR'] ?? resolve(import.meta.dirname, '../../shared/data');

const SETS = [
  { name: 'telco_churn.csv', label: 'Churn', positive: 'Yes', folds: 'telco_folds.csv' },
  { name: 'iranian_churn.csv', label: 'Churn', positive: '1', folds: 'iranian_dedup_folds.csv' },
  { name: 'online_shoppers_intention.csv', label: 'Revenue', positive: 'TRUE', folds: null },
] as const;

type PeerFigures = Readonly<Record<string, { foldAucs: readonly number[]; brier: number; cpuSeconds: number }>>;

/**
 * Churn models beside scikit-learn and XGBoost on the same folds, with XGBoost's usual parameters (200 trees, depth 4, rate .08, fractions
 * .8). The difference to XGBoost is a mean over folds with its standard error, paired by fold.
 */
export async function benchChurn(): Promise<void> {
  const wanted = SETS.filter(({ name }) => existsSync(join(FOLDER, name)));
  if (wanted.length === 0) console.log(`Churn skipped: no data in ${FOLDER}.`);
  for (const { name, label, positive, folds: file } of wanted) {
    const given = file === null ? undefined : await readTable(join(FOLDER, file));
    const read = await readTable(join(FOLDER, name));
    const data = churnTable(read, { label, positive }, given);
    const folds = data.folds ?? [
      ...seededFolds(
        data.rows,
        data.rows.map((_, i) => String(i)),
        1,
      ).folds,
    ];
    const peers = peerFigures(data, folds);
    const begun = process.cpuUsage();
    const { models } = evaluateChurn(data.rows, {
      features: data.features,
      folds,
      seed: 1,
      imbalance: 'class-weights',
      calibration: 'platt',
      threads: 1,
      clock: () => performance.now() / 1_000,
    });
    const used = process.cpuUsage(begun);
    const xgboost = peers?.['xgboost'];
    const line = (who: string, aucs: readonly number[], brier: number, f1?: number) => [
      who,
      mean(aucs).toFixed(4),
      brier.toFixed(4),
      f1?.toFixed(3) ?? '',
      xgboost ? difference(aucs, xgboost.foldAucs) : '',
    ];
    console.log(`\n${name}: ${data.rows.length} rows, ${((used.user + used.system) / 1e6).toFixed(1)} CPU seconds`);
    console.log(
      table(
        ['model', 'AUC', 'Brier', 'F1', 'AUC above XGBoost'],
        [
          ...models.map(({ name: model, foldAucs, metrics }) =>
            line(model, foldAucs, metrics.brier, metrics.atBest.f1),
          ),
          ...Object.entries(peers ?? {}).map(([peer, { foldAucs, brier }]) => line(`${peer} (peer)`, foldAucs, brier)),
        ],
      ),
    );
  }
}

/** The peers' figures; undefined, saying so, where there are none. */
function peerFigures({ rows, features }: ChurnTable, folds: readonly number[]): PeerFigures | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'bench-churn-'));
  try {
    const quoted = (value: unknown) => (value === null ? '' : JSON.stringify(value));
    const header = [...features.map(({ name }) => quoted(name)), 'label', 'fold'].join();
    const lines = rows.map(({ values, label }, i) => [...values.map(quoted), label, folds[i]].join());
    const file = join(folder, 'table.csv');
    writeFileSync(file, [header, ...lines].join('\n'));
    const peer = join(import.meta.dirname, 'churn-peer.py');
    return JSON.parse(execFileSync('/usr/bin/python3', [peer, file], { encoding: 'utf8', stdio: 'pipe' }));
  } catch {
    console.log('Peers skipped: apt-get install python3-sklearn python3-xgboost python3-pandas (Debian).');
    return undefined;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function difference(ours: readonly number[], theirs: readonly number[]): string {
  const gaps = ours.map((each, i) => each - (theirs[i] as number));
  const variance = gaps.reduce((sum, gap) => sum + (gap - mean(gaps)) ** 2, 0) / (gaps.length - 1);
  return `${mean(gaps).toFixed(4)} (error ${Math.sqrt(variance / gaps.length).toFixed(4)})`;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
