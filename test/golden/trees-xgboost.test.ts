import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DataError } from '../../core/domain/errors.ts';
import { treeShap } from '../../core/explain/tree-shap.ts';
import { seededRandom } from '../../core/math/random.ts';
import { gradientBoosting, gradientBoostingOf } from '../../core/models/trees/gradient-boosting.ts';
import { encodeRows } from '../../core/models/trees/table.ts';
import { readXgboostJson } from '../../core/models/trees/xgboost-read.ts';
import { writeXgboostJson } from '../../core/models/trees/xgboost-write.ts';

// Made by trees/make-xgboost.py with XGBoost 1.7.4: five objectives, each with numbers only and with a category, missing values in all.
const golden: {
  rows: readonly (readonly (number | null)[])[];
  cases: readonly {
    model: string;
    predictions: readonly number[];
    contributions: readonly (readonly number[])[];
  }[];
} = JSON.parse(readFileSync(join(import.meta.dirname, 'trees/xgboost.json'), 'utf8'));

const rows = golden.rows.map((values) => ({ values }));
const first = golden.cases[0]?.model ?? '';

/** The Python that has XGBoost, or undefined. */
function pythonWithXgboost(): string | undefined {
  for (const python of ['/usr/bin/python3', 'python3']) {
    try {
      execFileSync(python, ['-c', 'import xgboost'], { stdio: 'ignore' });
      return python;
    } catch {
      // Try the next one.
    }
  }
  return undefined;
}

describe('XGBoost JSON', () => {
  for (const { model, predictions, contributions } of golden.cases) {
    const { learner } = JSON.parse(model.replaceAll('NaN', 'null'));
    const name = `${learner.objective.name}${learner.feature_types.includes('c') ? ' with a category' : ''}`;
    const ensemble = readXgboostJson(model);

    it(`${name}: scores within 1e-6 of XGBoost, relative above 1`, () => {
      for (const [i, prediction] of gradientBoostingOf(ensemble).predict(rows).entries()) {
        const expected = predictions[i] as number;
        expect(Math.abs(prediction - expected)).toBeLessThan(1e-6 * Math.max(1, Math.abs(expected)));
      }
    });

    it(`${name}: TreeSHAP within 1e-5 of pred_contribs`, () => {
      const { values } = encodeRows(rows, ensemble.features);
      const shap = treeShap(ensemble, values, rows.length);
      for (const [i, expected] of contributions.entries()) {
        for (let f = 0; f < 4; f += 1) {
          expect(Math.abs((shap.contributions[4 * i + f] as number) - (expected[f] as number))).toBeLessThan(1e-5);
        }
        expect(Math.abs(shap.baseline - (expected[4] as number))).toBeLessThan(1e-5);
      }
    });

    it(`${name}: read again after being written, says the same`, () => {
      const again = readXgboostJson(writeXgboostJson(ensemble));
      expect(gradientBoostingOf(again).predict(rows)).toEqual(gradientBoostingOf(ensemble).predict(rows));
    });
  }

  it('reads the forms of 2.x and 3.x: base score in brackets, an empty table of categories, flags as booleans', () => {
    const form = JSON.parse(first);
    form.version = [3, 1, 0];
    form.learner.learner_model_param.base_score = '[3E-1]';
    form.learner.gradient_booster.model.cats = { enc: [], feature_segments: [], sorted_idx: [] };
    for (const tree of form.learner.gradient_booster.model.trees) {
      tree.default_left = tree.default_left.map((flag: number) => flag === 1);
    }
    expect(readXgboostJson(JSON.stringify(form))).toEqual(readXgboostJson(first));
  });

  it('never prints a float field as an integer', () => {
    const text = writeXgboostJson(readXgboostJson(first));
    for (const field of ['base_weights', 'loss_changes', 'split_conditions', 'sum_hessian']) {
      for (const [, list = ''] of text.matchAll(new RegExp(`"${field}":\\[([^\\]]*)\\]`, 'g'))) {
        expect(list.split(',').every((number) => /E/.test(number))).toBe(true);
      }
    }
  });

  const spoil = (change: (model: ReturnType<typeof JSON.parse>) => void) => {
    const model = JSON.parse(first);
    change(model);
    return JSON.stringify(model);
  };
  for (const [what, text, field] of [
    ['text that is not JSON', '{', 'model'],
    ['JSON of something else', '{"a":1}', 'version'],
    [
      'dart',
      spoil((m) => Object.assign(m.learner.gradient_booster, { name: 'dart' })),
      'learner.gradient_booster.name',
    ],
    [
      'several classes',
      spoil((m) => Object.assign(m.learner.learner_model_param, { num_class: '3' })),
      'learner.learner_model_param.num_class',
    ],
    [
      'an unknown objective',
      spoil((m) => Object.assign(m.learner.objective, { name: 'rank:ndcg' })),
      'learner.objective.name',
    ],
    [
      'a vector of base scores',
      spoil((m) => Object.assign(m.learner.learner_model_param, { base_score: '[1E-1,2E-1]' })),
      'learner.learner_model_param.base_score',
    ],
    [
      'a child before its parent',
      spoil((m) => {
        m.learner.gradient_booster.model.trees[1].left_children[1] = 0;
      }),
      'gradient_booster.model.trees.1',
    ],
    [
      'a feature that does not exist',
      spoil((m) => {
        m.learner.gradient_booster.model.trees[0].split_indices[0] = 4;
      }),
      'gradient_booster.model.trees.0',
    ],
    [
      'columns of different lengths',
      spoil((m) => {
        m.learner.gradient_booster.model.trees[0].split_conditions.pop();
      }),
      'gradient_booster.model.trees.0',
    ],
  ] as const) {
    it(`refuses ${what}`, () => {
      let fault: DataError['fault'] | undefined;
      try {
        readXgboostJson(text);
      } catch (error) {
        if (error instanceof DataError) fault = error.fault;
      }
      expect(fault?.field).toBe(field);
    });
  }

  it('our models load in XGBoost and predict there what they predict here', ({ skip }) => {
    const python = pythonWithXgboost();
    if (python === undefined) return skip('needs XGBoost: apt-get install python3-xgboost');
    const random = seededRandom(3);
    const examples = Array.from({ length: 600 }, () => {
      const values = [
        random.next() < 0.1 ? null : random.next(),
        Math.floor(random.next() * 4),
        String(Math.floor(random.next() * 30)),
      ];
      return { values, label: 1 + Math.floor((Number(values[0]) + random.next()) * (1 + (Number(values[2]) % 3))) };
    });
    const folder = mkdtempSync(join(tmpdir(), 'xgboost-'));
    try {
      for (const objective of ['logistic', 'squared', 'poisson', 'tweedie', 'cox'] as const) {
        const labelled =
          objective === 'logistic' ? examples.map((row) => ({ ...row, label: row.label > 2 ? 1 : 0 })) : examples;
        const model = gradientBoosting.fit(labelled, {
          features: [
            { name: 'number', kind: 'number' },
            { name: 'few', kind: 'number' },
            { name: 'category', kind: 'category' },
          ],
          objective,
          trees: 20,
          maxDepth: 4,
          learningRate: 0.3,
          lambda: 1,
          minHessian: 1,
          rowFraction: 1,
          featureFraction: 1,
          random: seededRandom(1),
        });
        writeFileSync(join(folder, 'model.json'), writeXgboostJson(model.ensemble));
        const { values } = encodeRows(labelled, model.ensemble.features);
        writeFileSync(join(folder, 'rows.f32'), new Uint8Array(values.buffer));
        const script = [
          'import sys, json, numpy as np, xgboost as xgb',
          'm = xgb.Booster(model_file=sys.argv[1] + "/model.json")',
          'x = np.fromfile(sys.argv[1] + "/rows.f32", dtype=np.float32).reshape(-1, 3)',
          'd = xgb.DMatrix(x, feature_names=m.feature_names, feature_types=m.feature_types, enable_categorical=True)',
          'print(json.dumps(m.predict(d).tolist()))',
        ].join('\n');
        const theirs: readonly number[] = JSON.parse(
          execFileSync(python, ['-c', script, folder], { encoding: 'utf8' }),
        );
        for (const [i, prediction] of model.predict(labelled).entries()) {
          const expected = theirs[i] as number;
          expect(Math.abs(prediction - expected)).toBeLessThan(2e-6 * Math.max(1, Math.abs(expected)));
        }
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }, 60_000);
});
