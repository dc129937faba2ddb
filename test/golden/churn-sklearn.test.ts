import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { churnTable } from '../../cli/churn-table.ts';
import { readTable } from '../../cli/read-table.ts';
import { averagePrecision } from '../../core/evaluation/churn-metrics.ts';
import { auc, brier } from '../../core/evaluation/classification.ts';
import { isotonicCurve } from '../../core/models/churn/isotonic.ts';
import { logistic } from '../../core/models/churn/logistic.ts';
import { tableLogistic } from '../../core/models/churn/table-logistic.ts';

// Made by churn/make-sklearn.py with scikit-learn 1.2.1.
const golden: {
  rows: readonly (readonly number[])[];
  labels: readonly (0 | 1)[];
  weights: readonly number[];
  cases: readonly {
    l1: number;
    l2: number;
    weighted: boolean;
    coefficients: readonly number[];
    intercept: number;
    standardErrors: readonly number[] | null;
  }[];
  said: readonly number[];
  metrics: { auc: number; prAuc: number; brier: number };
  isotonic: readonly number[];
} = JSON.parse(readFileSync(join(import.meta.dirname, 'churn/sklearn.json'), 'utf8'));

const featureNames = ['a', 'b', 'c', 'd'];

/** Standard deviations of the columns: coefficients times these are those of the standardised columns. */
const deviations = featureNames.map((_, j) => {
  const column = golden.rows.map((row) => row[j] as number);
  const mean = column.reduce((sum, value) => sum + value, 0) / column.length;
  return Math.sqrt(column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / column.length);
});

describe('logistic regression beside scikit-learn', () => {
  it.each(golden.cases)('l1 $l1, l2 $l2, weighted $weighted: coefficients within 1e-6', (wanted) => {
    const rows = golden.rows.map((values, i) => ({
      values,
      label: golden.labels[i] as 0 | 1,
      ...(wanted.weighted && { weight: golden.weights[i] as number }),
    }));
    const model = logistic.fit(rows, { featureNames, l1: wanted.l1, l2: wanted.l2 });
    expect(model.diagnostics.converged).toBe(true);
    for (const [j, { estimate, standardError }] of model.coefficients.entries()) {
      const scale = deviations[j] as number;
      expect(Math.abs(estimate - (wanted.coefficients[j] as number)) * scale).toBeLessThan(1e-6);
      // What L1 has set to nothing is nothing, not nearly nothing.
      if (wanted.coefficients[j] === 0) expect(estimate).toBe(0);
      const error = wanted.standardErrors?.[j];
      if (error === undefined) expect(standardError).toBe(null);
      else expect(Math.abs((standardError as number) - error) * scale).toBeLessThan(1e-6);
    }
    expect(Math.abs(model.intercept.estimate - wanted.intercept)).toBeLessThan(1e-6);
    if (wanted.standardErrors) expect(model.intercept.standardError).toBeCloseTo(wanted.standardErrors[4] as number, 6);
  });

  it('leaves the base rate alone where L1 is high enough', () => {
    const rows = golden.rows.map((values, i) => ({ values, label: golden.labels[i] as 0 | 1 }));
    const model = logistic.fit(rows, { featureNames, l1: 100, l2: 0 });
    expect(model.coefficients.map(({ estimate }) => estimate)).toEqual([0, 0, 0, 0]);
    const share = golden.labels.filter((label) => label === 1).length / rows.length;
    expect(model.predict([{ values: [3, 50, 1, 0], label: 0 }])[0]).toBeCloseTo(share, 9);
  });
});

describe('metrics and isotonic regression beside scikit-learn', () => {
  it('AUC, average precision and Brier score of tied predictions', () => {
    expect(auc(golden.said, golden.labels)).toBeCloseTo(golden.metrics.auc, 12);
    expect(averagePrecision(golden.said, golden.labels)).toBeCloseTo(golden.metrics.prAuc, 12);
    expect(brier(golden.said, golden.labels)).toBeCloseTo(golden.metrics.brier, 12);
  });

  it('pools the same blocks', () => {
    const { at, probability } = isotonicCurve(golden.said, golden.labels);
    const blocks = [...new Set(golden.isotonic)].sort((a, b) => a - b);
    for (const [position, block] of blocks.entries()) {
      // Shares of none and of all are drawn in by half a customer here.
      if (block === 0 || block === 1) expect(Math.abs((probability[position] as number) - block)).toBeLessThan(0.5);
      else expect(probability[position]).toBeCloseTo(block, 12);
    }
    expect(blocks.length).toBeGreaterThan(5);
    expect(at).toHaveLength(blocks.length);
  });
});

const folder = process.env['STAYPOWER_DATA_DIR'] ?? resolve(import.meta.dirname, '../../../shared/data');
const telco = join(folder, 'telco_churn.csv');

/** Coefficients of the standardised one-hot columns of Telco, by name, and the intercept. */
const SKLEARN_ON_TELCO = `
import json, pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
t = pd.read_csv(${JSON.stringify(telco)})
y = (t.pop("Churn") == "Yes").astype(int)
x = pd.get_dummies(t, drop_first=True, prefix_sep="=").astype(float)
m = LogisticRegression(C=1, solver="newton-cholesky", tol=1e-12, max_iter=1000).fit(StandardScaler().fit_transform(x), y)
print(json.dumps(dict(zip(x.columns, zip(m.coef_[0].tolist(), x.std(ddof=0).tolist())))))
`;

describe('Telco beside scikit-learn', () => {
  it('has all 30 coefficients at C = 1 within 1e-6 on the standardised columns', async ({ skip }) => {
    if (!existsSync(telco)) skip(`${telco} is not there`);
    let printed = '';
    try {
      printed = execFileSync('/usr/bin/python3', ['-c', SKLEARN_ON_TELCO], { encoding: 'utf8', stdio: 'pipe' });
    } catch {
      skip('there is no python3-sklearn with python3-pandas');
    }
    const wanted = Object.entries<[number, number]>(JSON.parse(printed));
    const { rows, features } = churnTable(await readTable(telco), {
      label: 'Churn',
      positive: 'Yes',
    });
    const { regression } = tableLogistic.fit(rows, { features, l2: 1 });
    expect(regression.coefficients).toHaveLength(wanted.length);
    for (const [name, [coefficient, deviation]] of wanted) {
      const found = regression.coefficients.find((each) => each.name === name);
      expect(Math.abs((found?.estimate ?? Number.NaN) * deviation - coefficient)).toBeLessThan(1e-6);
    }
  });
});
