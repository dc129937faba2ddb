import { DataError, NotFittedError } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import { seededRandom } from '../../math/random.ts';
import type { FitDiagnostics, FittedModel, ModelArtifact, ModelFamily } from '../../ports/model.ts';
import { activationsFor, type DenseNetwork, forward, newNetwork, trainNetwork, weightCount } from './dense-network.ts';
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
import { lossOf, meanOutcome, OUTPUTS, type ValueBaseline } from './zero-inflated-log-normal.ts';

/** The model face. */
export type NeuralFamily = ModelFamily<LearnedValueRow, ValueOutcome, LearnedValueOptions>;

const NAME = 'neural';
const FORMAT_VERSION = 1;
/** Fewer customers who bought, and a network learns their names. */
const LEAST_BUYERS = 100;
const HIDDEN = [12, 6] as const;
/** Networks of other seeds whose means are averaged: one alone depends on its first weights. */
const NETWORKS = 3;
/** Features beyond this share of the training rows, on either side, say no more than at it: a network must not go on in a line out there. */
const FARTHEST = 0.01;

/** What is saved. */
interface Parameters {
  featureNames: readonly string[];
  means: readonly number[];
  deviations: readonly number[];
  /** Bounds of the features. */
  lows: readonly number[];
  highs: readonly number[];
  baseline: ValueBaseline;
  widths: readonly number[];
  networks: readonly Float64Array[];
  levels: Levels;
}

type Scale = Pick<Parameters, 'means' | 'deviations' | 'lows' | 'highs'>;

/**
 * A small dense network with zero-inflated log-normal loss. It starts at what the probability models expect and learns to depart
 * from it; training stops where departing no longer helps on rows it does not learn from. `fit` throws DataError for unusable rows and
 * NotFittedError for fewer than 100 buyers.
 */
export const neural: NeuralFamily = {
  name: NAME,
  fit: (given, { featureNames, book, seed }) => {
    const rows = inFixedOrder(labelledRows(given, featureNames));
    for (const [index, row] of book.entries()) checkValueRow(row, index, featureNames);
    const buyers = rows.filter(({ outcome }) => outcome.count > 0);
    if (buyers.length < LEAST_BUYERS) {
      throw new NotFittedError(
        `Only ${buyers.length} examples bought in their window, and a network needs ${LEAST_BUYERS}. Use the probability models, or wait for more history.`,
      );
    }
    const moments = featureNames.map((_, f) => momentsOf(rows.map((row) => row.values[f] as number)));
    const bounds = featureNames.map((_, f) => boundsOf(rows.map((row) => row.values[f] as number)));
    const shape = {
      featureNames,
      means: moments.map(({ mean }) => mean),
      deviations: moments.map(({ deviation }) => deviation),
      lows: bounds.map(([low]) => low),
      highs: bounds.map(([, high]) => high),
      baseline: baselineOf(buyers),
      widths: [featureNames.length, ...HIDDEN, OUTPUTS.length],
    };
    const inputs = rows.map((row) => standardised(row, shape));
    let epochs = 0;
    const networks = Array.from({ length: NETWORKS }, (_, k) => {
      const random = seededRandom(seed * NETWORKS + k);
      const trained = trainNetwork(newNetwork(shape.widths, random), {
        inputs: (row, into) => into.set(inputs[row] as Float64Array),
        loss: (row, outputs, slopes) => {
          const example = rows[row] as LabelledValueRow;
          return lossOf(example, example.outcome, shape.baseline, outputs, slopes);
        },
        rows: rows.length,
        heldOut: 0.2,
        batch: 64,
        epochs: 40,
        patience: 6,
        learningRate: 0.002,
        decay: 0.05,
        random,
      });
      epochs += trained.epochs;
      return trained.network.weights;
    });
    const learned = { ...shape, networks, levels: { count: 1, spend: 1 } };
    const levels = halfLevels(book, say(learned, book));
    // Of money that never came there is nothing to expect.
    const hasSpend = buyers.some(({ outcome }) => outcome.spend > 0);
    const parameters = { ...learned, levels: hasSpend ? levels : { ...levels, spend: 0 } };
    const logLikelihood = -rows.reduce((sum, row) => sum + meanLoss(row, parameters), 0);
    return fitted(parameters, {
      converged: true,
      iterations: Math.max(epochs, 1),
      logLikelihood,
      rows: rows.length,
      warnings: [],
    });
  },
  load: (artifact) => {
    const { parameters, diagnostics } = readNeural(artifact);
    return fitted(parameters, diagnostics);
  },
};

/** The mean of what the networks say. */
function say(parameters: Parameters, rows: readonly LearnedValueRow[]): readonly ValueOutcome[] {
  const { widths, baseline, levels } = parameters;
  const networks = parameters.networks.map((weights): DenseNetwork => ({ widths, weights }));
  return rows.map((row) => {
    const outcomes = networks.map((network) => meanOutcome(row, baseline, outputsOf(network, row, parameters)));
    const mean = (of: keyof ValueOutcome) => outcomes.reduce((sum, each) => sum + each[of], 0) / outcomes.length;
    return {
      count: bounded(levels.count * mean('count'), row.expectedCount),
      spend: levels.spend === 0 ? 0 : bounded(levels.spend * mean('spend'), row.expectedSpend),
    };
  });
}

function fitted(parameters: Parameters, diagnostics: FitDiagnostics): FittedModel<LearnedValueRow, ValueOutcome> {
  const { featureNames, baseline, widths, levels } = parameters;
  return {
    name: NAME,
    diagnostics,
    predict: (rows) => {
      for (const [index, row] of rows.entries()) checkValueRow(row, index, featureNames);
      return say(parameters, rows);
    },
    save: () => ({
      model: NAME,
      formatVersion: FORMAT_VERSION,
      parameters: {
        featureNames: [...featureNames],
        means: [...parameters.means],
        deviations: [...parameters.deviations],
        lows: [...parameters.lows],
        highs: [...parameters.highs],
        baseline: { ...baseline },
        widths: [...widths],
        networks: parameters.networks.map((weights) => [...weights]),
        levels: { ...levels },
      },
      diagnostics,
    }),
  };
}

function outputsOf(network: DenseNetwork, row: LearnedValueRow, shape: Scale): Float64Array {
  const activations = activationsFor(network);
  activations[0]?.set(standardised(row, shape));
  return forward(network, activations);
}

function meanLoss(row: LabelledValueRow, parameters: Parameters): number {
  const { widths, networks, baseline } = parameters;
  const slopes = new Float64Array(OUTPUTS.length);
  const losses = networks.map((weights) =>
    lossOf(row, row.outcome, baseline, outputsOf({ widths, weights }, row, parameters), slopes),
  );
  return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
}

function standardised({ values }: LearnedValueRow, { means, deviations, lows, highs }: Scale): Float64Array {
  return Float64Array.from(values, (value, f) => {
    const within = Math.min(Math.max(value, lows[f] as number), highs[f] as number);
    return (within - (means[f] as number)) / (deviations[f] as number);
  });
}

function boundsOf(values: readonly number[]): readonly [number, number] {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] as number;
  return [at(FARTHEST), at(1 - FARTHEST)];
}

function baselineOf(buyers: readonly LabelledValueRow[]): ValueBaseline {
  const logs = buyers
    .filter(({ outcome }) => outcome.spend > 0)
    .map(({ outcome, expectedSpend, probabilityOfPurchase: p }) => Math.log(outcome.spend / (expectedSpend / p)));
  const { mean, deviation } = momentsOf(logs.length > 0 ? logs : [0]);
  return { level: mean, spread: deviation };
}

/** Mean and standard deviation; 1 for the deviation of what does not vary. */
function momentsOf(values: readonly number[]): { mean: number; deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, deviation: variance > 1e-24 ? Math.sqrt(variance) : 1 };
}

function readNeural(artifact: Json): { parameters: Parameters; diagnostics: FitDiagnostics } {
  const saved = artifact as unknown as ModelArtifact | null;
  const refuse = (field: string, expected: string, found: string): never => {
    throw new DataError({ field, expected, found, remedy: 'train again, or update Staypower' });
  };
  if (saved?.model !== NAME || saved.formatVersion !== FORMAT_VERSION) {
    refuse('model', `a saved ${NAME} of format ${FORMAT_VERSION}`, `${saved?.model} of format ${saved?.formatVersion}`);
  }
  const { parameters, diagnostics } = saved as ModelArtifact;
  const { networks, ...rest } = parameters as unknown as Omit<Parameters, 'networks'> & { networks: number[][] };
  const count = weightCount(rest.widths);
  for (const weights of networks) {
    if (weights.length !== count) refuse('networks', `${count} weights each`, String(weights.length));
  }
  return { parameters: { ...rest, networks: networks.map((weights) => Float64Array.from(weights)) }, diagnostics };
}
