import { DataError, NotFittedError } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import { seededRandom } from '../../math/random.ts';
import type { FitDiagnostics, FittedModel, ModelArtifact, ModelFamily } from '../../ports/model.ts';
import { type FittedGradientBoosting, gradientBoosting } from '../trees/gradient-boosting.ts';
import {
  bounded,
  checkValueRow,
  halfLevels,
  inFixedOrder,
  type LabelledValueRow,
  type LearnedValueOptions,
  type LearnedValueRow,
  type Levels,
  labelledRows,
  type ValueOutcome,
} from './learned-value.ts';

/** The model face. */
export type BoostedValueFamily = ModelFamily<LearnedValueRow, ValueOutcome, LearnedValueOptions>;

const NAME = 'gradient-boosting';
const FORMAT_VERSION = 1;
/** Fewer customers who bought, and trees learn their names. */
const LEAST_BUYERS = 100;
/** Variance of money grows with this power of its mean: between Poisson (1) and gamma (2). */
const TWEEDIE_POWER = 1.5;
/** Shallow and slow: what is left to learn beside the probability models is little. */
const BOOSTING = {
  trees: 300,
  maxDepth: 3,
  learningRate: 0.04,
  lambda: 10,
  minHessian: 20,
  rowFraction: 0.7,
  featureFraction: 0.7,
  earlyStopping: { fraction: 0.2, rounds: 30 },
} as const;

/** What is saved: what each tree ensemble says is the factor on the expectation. */
interface Factors {
  featureNames: readonly string[];
  count: FittedGradientBoosting;
  spend: FittedGradientBoosting | null;
  levels: Levels;
}

/**
 * Gradient-boosted factors on what the probability models expect: Poisson for purchases, Tweedie for money, each with the expectation
 * as exposure. `fit` throws DataError for unusable rows and NotFittedError for fewer than 100 buyers.
 */
export const boostedValue: BoostedValueFamily = {
  name: NAME,
  fit: (given, { featureNames, book, seed }) => {
    const rows = inFixedOrder(labelledRows(given, featureNames));
    for (const [index, row] of book.entries()) checkValueRow(row, index, featureNames);
    const buyers = rows.filter(({ outcome }) => outcome.count > 0).length;
    if (buyers < LEAST_BUYERS) {
      throw new NotFittedError(
        `Only ${buyers} examples bought in their window, and trees need ${LEAST_BUYERS}. Use the probability models, or wait for more history.`,
      );
    }
    const options = {
      ...BOOSTING,
      features: featureNames.map((name) => ({ name, kind: 'number' as const })),
    };
    const count = gradientBoosting.fit(
      rows.map((row) => example(row, row.outcome.count, row.expectedCount, row.expectedCount)),
      { ...options, objective: 'poisson', random: seededRandom(seed) },
    );
    // With money in units of its mean, a row weighs about as much as one of average expectation.
    const unit = rows.reduce((sum, row) => sum + row.expectedSpend, 0) / rows.length;
    const hasSpend = rows.some(({ outcome }) => outcome.spend > 0);
    const spend = hasSpend
      ? gradientBoosting.fit(
          rows.map((row) =>
            example(row, row.outcome.spend, row.expectedSpend, (row.expectedSpend / unit) ** (2 - TWEEDIE_POWER)),
          ),
          { ...options, objective: 'tweedie', tweediePower: TWEEDIE_POWER, random: seededRandom(seed + 1) },
        )
      : null;
    const factors = { featureNames, count, spend };
    const levels = halfLevels(book, say({ ...factors, levels: { count: 1, spend: 1 } }, book));
    return fitted(
      { ...factors, levels },
      {
        converged: true,
        iterations: count.diagnostics.iterations + (spend?.diagnostics.iterations ?? 0),
        logLikelihood: null,
        rows: rows.length,
        warnings: [],
      },
    );
  },
  load: (artifact) => {
    const saved = artifact as unknown as ModelArtifact | null;
    if (saved?.model !== NAME || saved.formatVersion !== FORMAT_VERSION || !saved.parameters?.['count']) {
      throw new DataError({
        field: 'model',
        expected: `a saved ${NAME} of value, format ${FORMAT_VERSION}`,
        found: `${saved?.model} of format ${saved?.formatVersion}`,
        remedy: 'train again, or update Staypower',
      });
    }
    const { featureNames, count, spend = null, levels } = saved.parameters;
    return fitted(
      {
        featureNames: featureNames as readonly string[],
        count: gradientBoosting.load(count as Json),
        spend: spend === null ? null : gradientBoosting.load(spend),
        levels: levels as unknown as Levels,
      },
      saved.diagnostics,
    );
  },
};

/** A factor as label, weighted so that the loss is that of the amount with its expectation as exposure. */
function example(row: LabelledValueRow, came: number, expected: number, weight: number) {
  return { values: row.values, label: came / expected, weight };
}

function say({ count, spend, levels }: Factors, rows: readonly LearnedValueRow[]): readonly ValueOutcome[] {
  const examples = rows.map(({ values }) => ({ values }));
  const counts = count.predict(examples);
  const spends = spend?.predict(examples);
  return rows.map(({ expectedCount, expectedSpend }, i) => ({
    count: bounded(levels.count * expectedCount * (counts[i] as number), expectedCount),
    spend: spends ? bounded(levels.spend * expectedSpend * (spends[i] as number), expectedSpend) : 0,
  }));
}

function fitted(factors: Factors, diagnostics: FitDiagnostics): FittedModel<LearnedValueRow, ValueOutcome> {
  const { featureNames, count, spend, levels } = factors;
  return {
    name: NAME,
    diagnostics,
    predict: (rows) => {
      for (const [index, row] of rows.entries()) checkValueRow(row, index, featureNames);
      return say(factors, rows);
    },
    save: () => ({
      model: NAME,
      formatVersion: FORMAT_VERSION,
      parameters: {
        featureNames: [...featureNames],
        levels: { ...levels },
        count: count.save() as unknown as Json,
        ...(spend && { spend: spend.save() as unknown as Json }),
      },
      diagnostics,
    }),
  };
}
