import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { auc, brier } from '../../core/evaluation/classification.ts';
import { seededRandom } from '../../core/math/random.ts';
import { gradientBoosting, USUAL_BOOSTING } from '../../core/models/trees/gradient-boosting.ts';
import { randomForest } from '../../core/models/trees/random-forest.ts';
import type { FeatureSpec, TreeRow } from '../../core/models/trees/table.ts';

const folder = process.env['STAYPOWER_DATA_DIR'] ?? resolve(import.meta.dirname, '../../../shared/data');
const absent = `needs the reference data: ${folder} or STAYPOWER_DATA_DIR`;

interface Folds {
  readonly features: readonly FeatureSpec[];
  readonly rows: readonly TreeRow[];
  readonly folds: readonly number[];
}

function csv(name: string): { header: readonly string[]; lines: readonly (readonly string[])[] } {
  const [header = [], ...lines] = readFileSync(join(folder, name), 'utf8')
    .trim()
    .split(/\r?\n/)
    .map((line) => line.split(','));
  return { header, lines };
}

function telco(): Folds {
  const { header, lines } = csv('telco_churn.csv');
  const numbers = new Set(['SeniorCitizen', 'tenure', 'MonthlyCharges', 'TotalCharges']);
  const features = header
    .slice(0, -1)
    .map((name): FeatureSpec => ({ name, kind: numbers.has(name) ? 'number' : 'category' }));
  const rows = lines.map((line) => ({
    values: features.map(({ kind }, f) => (kind === 'number' ? Number(line[f]) : line[f])),
    label: line.at(-1) === 'Yes' ? 1 : 0,
  }));
  return { features, rows, folds: csv('telco_folds.csv').lines.map(([, fold]) => Number(fold)) };
}

function iranian(): Folds {
  const { header, lines } = csv('iranian_churn.csv');
  const distinct = [...new Map(lines.map((line) => [line.join(), line])).values()];
  const rows = distinct.map((line) => ({ values: line.slice(0, -1).map(Number), label: Number(line.at(-1)) }));
  const features = header.slice(0, -1).map((name): FeatureSpec => ({ name, kind: 'number' }));
  return { features, rows, folds: csv('iranian_dedup_folds.csv').lines.map(([, fold]) => Number(fold)) };
}

/** Mean AUC over the folds; Brier pooled out of fold. */
function crossValidate(
  { rows, folds }: Folds,
  train: (rows: readonly TreeRow[]) => { predict(rows: readonly TreeRow[]): readonly number[] },
) {
  const labels = rows.map(({ label = 0 }) => label);
  const pooled = new Float64Array(rows.length);
  let sum = 0;
  for (let fold = 0; fold < 5; fold += 1) {
    const out = [...rows.keys()].filter((i) => folds[i] === fold);
    const predictions = train(rows.filter((_, i) => folds[i] !== fold)).predict(out.map((i) => rows[i] as TreeRow));
    for (const [k, i] of out.entries()) pooled[i] = predictions[k] as number;
    sum += auc(
      predictions,
      out.map((i) => labels[i] as number),
    );
  }
  return { auc: sum / 5, brier: brier(pooled, labels) };
}

const boosting = (features: readonly FeatureSpec[]) => (rows: readonly TreeRow[]) =>
  gradientBoosting.fit(rows, { ...USUAL_BOOSTING, features, random: seededRandom(1) });

const forest = (features: readonly FeatureSpec[]) => (rows: readonly TreeRow[]) =>
  randomForest.fit(rows, {
    features,
    predicts: 'probability',
    trees: 100,
    maxDepth: 16,
    minLeaf: 3,
    featuresPerNode: 4,
    random: seededRandom(1),
  });

// XGBoost 1.7.4 and scikit-learn 1.2 on the same folds: Telco .8424 and .8407, Iranian .9847 and .9823 (reference.json).
describe('churn on the given folds', () => {
  it('Telco: gradient boosting reaches .845 AUC and .136 Brier, the forest .838', ({ skip }) => {
    if (!existsSync(folder)) skip(absent);
    const data = telco();
    const boosted = crossValidate(data, boosting(data.features));
    expect(boosted.auc).toBeGreaterThan(0.845);
    expect(boosted.brier).toBeLessThan(0.136);
    expect(crossValidate(data, forest(data.features)).auc).toBeGreaterThan(0.838);
  });

  it('Iranian without duplicates: gradient boosting reaches .983 AUC, the forest .982', ({ skip }) => {
    if (!existsSync(folder)) skip(absent);
    const data = iranian();
    expect(crossValidate(data, boosting(data.features)).auc).toBeGreaterThan(0.983);
    expect(crossValidate(data, forest(data.features)).auc).toBeGreaterThan(0.982);
  });
});
