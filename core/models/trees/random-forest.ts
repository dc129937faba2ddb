import { DataError } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import type { Random } from '../../ports/clock.ts';
import type { FitDiagnostics, FittedModel, ModelFamily } from '../../ports/model.ts';
import { readEnsemble, writeEnsemble } from './artifact.ts';
import { trainTrees } from './boost.ts';
import { constantFeatures, labelsOf, weightsOf } from './examples.ts';
import { objectiveOf } from './objectives.ts';
import { samplingSeed } from './sampling.ts';
import { scorerOf } from './scorer.ts';
import { encodeRows, type FeatureSpec, learnFeatures, type ScoringNotice, type TreeRow } from './table.ts';
import type { TreeEnsemble } from './tree.ts';

/** How to grow a forest. The usual start: 300 trees, depth 16, 3 rows in a leaf, the square root of the features at a node. */
export interface RandomForestOptions {
  readonly features: readonly FeatureSpec[];
  /** 'probability' of label 1 (labels 0 or 1), or the 'mean' of any number. */
  readonly predicts: 'probability' | 'mean';
  readonly trees: number;
  readonly maxDepth: number;
  /** Least weight of rows in a leaf, drawn rows counted as often as drawn. */
  readonly minLeaf: number;
  /** Features drawn for each node. */
  readonly featuresPerNode: number;
  /** Threads to train on; 1 when left out. Any number gives the same forest. */
  readonly threads?: number;
  /** Decides the rows and features drawn. */
  readonly random: Random;
}

/** A fitted forest: the mean of its trees. */
export interface FittedRandomForest extends FittedModel<TreeRow, number> {
  readonly ensemble: TreeEnsemble;
  /**
   * For each training row, in their order, the mean of the trees that did not draw it: an honest prediction without a holdout.
   * NaN for a row that every tree drew. Not saved.
   */
  readonly outOfBag: Float64Array;
  /** What predict has to work around in these rows, such as categories never seen; empty when nothing. */
  notices(rows: readonly TreeRow[]): readonly ScoringNotice[];
}

/** The model face of the random forest. */
export interface RandomForestFamily extends ModelFamily<TreeRow, number, RandomForestOptions> {
  fit(rows: readonly TreeRow[], options: RandomForestOptions): FittedRandomForest;
  load(artifact: Json): FittedRandomForest;
}

const NAME = 'random-forest';

/**
 * Random forest (Breiman 2001) on the histogram core: variance reduction, which for 0/1 labels is Gini's; bootstrap counts are
 * Poisson(1). `fit` throws DataError for unusable rows or options and NotFittedError when no outcome differs from another.
 */
export const randomForest: RandomForestFamily = {
  name: NAME,
  fit: (rows, options) => {
    checkOptions(options);
    const labels = labelsOf(rows, objectiveOf(options.predicts === 'probability' ? 'logistic' : 'squared', 0));
    const learned = learnFeatures(rows, options.features);
    const table = encodeRows(rows, learned.features);
    const sums = new Float64Array(rows.length);
    const counts = new Int32Array(rows.length);
    const grown = trainTrees({
      table,
      labels,
      weights: weightsOf(rows, labels),
      // From a margin of 0, one squared-error step without penalty is the mean of a leaf's labels.
      objective: 'squared',
      tweediePower: 0,
      baseMargin: 0,
      learningRate: 1,
      lambda: 0,
      trees: options.trees,
      maxDepth: options.maxDepth,
      minHessian: options.minLeaf,
      monotone: options.features.map(({ monotone }) => monotone ?? 0),
      rowSampling: { kind: 'bootstrap' },
      featuresPerTree: 0,
      featuresPerNode: Math.min(options.featuresPerNode, options.features.length),
      seed: samplingSeed(options.random),
      threads: options.threads ?? 1,
      afterTree: (_tree, margins, drawn) => {
        for (let row = 0; row < rows.length; row += 1) {
          if (drawn(row) > 0) continue;
          sums[row] = (sums[row] as number) + (margins[row] as number);
          counts[row] = (counts[row] as number) + 1;
        }
        // Each tree starts afresh.
        margins.fill(0);
        return true;
      },
    });
    const share = (value: number) => value / grown.length;
    const trees = grown.map((tree) => ({ ...tree, value: tree.value.map(share), gain: tree.gain.map(share) }));
    const never = counts.filter((count) => count === 0).length;
    return fitted(
      { features: table.features, objective: 'squared', tweediePower: 0, baseMargin: 0, trees },
      {
        converged: true,
        iterations: trees.length,
        logLikelihood: null,
        rows: rows.length,
        warnings: [
          ...learned.warnings,
          ...constantFeatures(table).map(
            (name) => `${name} has the same value in every row and says nothing: leave it out.`,
          ),
          ...(never > 0
            ? [`${never} rows were drawn by every tree and have no out-of-bag prediction: grow more trees.`]
            : []),
        ],
      },
      options.predicts,
      sums.map((sum, row) => sum / (counts[row] as number)),
    );
  },
  load: (artifact) => {
    const { ensemble, diagnostics, parameters } = readEnsemble(artifact, NAME);
    const predicts = parameters['predicts'] === 'probability' ? 'probability' : 'mean';
    return fitted(ensemble, diagnostics, predicts, new Float64Array(0));
  },
};

function fitted(
  ensemble: TreeEnsemble,
  diagnostics: FitDiagnostics,
  predicts: RandomForestOptions['predicts'],
  outOfBag: Float64Array,
): FittedRandomForest {
  const scorer = scorerOf(ensemble);
  return {
    name: NAME,
    ensemble,
    diagnostics,
    outOfBag,
    predict: (rows) => {
      const table = encodeRows(rows, ensemble.features);
      const means = Array.from(scorer.margins(table.values, table.rows));
      // Shares of a tree's leaf are rounded to f32: their sum may pass 1 by 1e-7.
      return predicts === 'probability' ? means.map((mean) => Math.min(Math.max(mean, 0), 1)) : means;
    },
    notices: (rows) => encodeRows(rows, ensemble.features).notices,
    save: () => writeEnsemble(NAME, ensemble, diagnostics, { predicts }),
  };
}

function checkOptions(options: RandomForestOptions): void {
  const check = (field: keyof RandomForestOptions, expected: string, good: boolean) => {
    if (good) return;
    throw new DataError({ field, expected, found: String(options[field]), remedy: 'change this option' });
  };
  const whole = (value: number, most: number) => Number.isInteger(value) && value >= 1 && value <= most;
  check('features', 'at least one feature', options.features.length > 0);
  check('trees', 'a whole number of 1 or more', whole(options.trees, Number.MAX_SAFE_INTEGER));
  check('maxDepth', 'a whole number, 1 to 30', whole(options.maxDepth, 30));
  check('minLeaf', 'above 0', options.minLeaf > 0);
  check('featuresPerNode', 'a whole number of 1 or more', whole(options.featuresPerNode, Number.MAX_SAFE_INTEGER));
  check('threads', 'a whole number of 1 or more', whole(options.threads ?? 1, 1024));
}
