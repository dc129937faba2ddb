import { normal } from '../../math/random.ts';
import type { Random } from '../../ports/clock.ts';

/**
 * A small dense network: tanh between layers, none after the last. Weights lie in one array, layer by layer, each output's bias
 * followed by its weights.
 */
export interface DenseNetwork {
  /** Inputs, hidden widths, outputs. */
  readonly widths: readonly number[];
  readonly weights: Float64Array;
}

/** Activations of each layer, the inputs first; reused from row to row. */
export type Activations = readonly Float64Array[];

/** Random weights (Glorot & Bengio 2010), the last layer zero: at first the network says 0 of everybody. */
export function newNetwork(widths: readonly number[], random: Random): DenseNetwork {
  const weights = new Float64Array(weightCount(widths));
  let at = 0;
  for (let layer = 1; layer < widths.length; layer += 1) {
    const [inputs, outputs] = [widths[layer - 1] as number, widths[layer] as number];
    const scale = layer === widths.length - 1 ? 0 : Math.sqrt(2 / (inputs + outputs));
    for (let o = 0; o < outputs; o += 1) {
      at += 1;
      for (let i = 0; i < inputs; i += 1, at += 1) weights[at] = scale * normal(random);
    }
  }
  return { widths, weights };
}

/** Numbers in a network of these widths. */
export function weightCount(widths: readonly number[]): number {
  return widths.slice(1).reduce((sum, width, layer) => sum + width * ((widths[layer] as number) + 1), 0);
}

/** Room for the activations of one row. */
export function activationsFor({ widths }: DenseNetwork): Activations {
  return widths.map((width) => new Float64Array(width));
}

/** Computes all layers from the inputs in `activations[0]`; returns the outputs, valid until the next call. */
export function forward({ widths, weights }: DenseNetwork, activations: Activations): Float64Array {
  let at = 0;
  for (let layer = 1; layer < widths.length; layer += 1) {
    const from = activations[layer - 1] as Float64Array;
    const to = activations[layer] as Float64Array;
    const last = layer === widths.length - 1;
    for (let o = 0; o < to.length; o += 1) {
      let sum = weights[at] as number;
      at += 1;
      for (let i = 0; i < from.length; i += 1, at += 1) sum += (weights[at] as number) * (from[i] as number);
      to[o] = last ? sum : Math.tanh(sum);
    }
  }
  return activations.at(-1) as Float64Array;
}

/** Adds the gradient of one row to `gradient`, from the loss's slopes by the outputs; `activations` are those of `forward`. */
export function backward(
  { widths, weights }: DenseNetwork,
  activations: Activations,
  outputSlopes: Float64Array,
  gradient: Float64Array,
): void {
  let slopes = outputSlopes;
  let end = weights.length;
  for (let layer = widths.length - 1; layer >= 1; layer -= 1) {
    const from = activations[layer - 1] as Float64Array;
    const begin = end - slopes.length * (from.length + 1);
    const before = new Float64Array(from.length);
    let at = begin;
    for (let o = 0; o < slopes.length; o += 1) {
      const slope = slopes[o] as number;
      gradient[at] = (gradient[at] as number) + slope;
      at += 1;
      for (let i = 0; i < from.length; i += 1, at += 1) {
        gradient[at] = (gradient[at] as number) + slope * (from[i] as number);
        before[i] = (before[i] as number) + slope * (weights[at] as number);
      }
    }
    for (let i = 0; i < before.length; i += 1) before[i] = (before[i] as number) * (1 - (from[i] as number) ** 2);
    slopes = before;
    end = begin;
  }
}

/** How to train. */
export interface Training {
  /** Fills the inputs of a row. */
  inputs(row: number, into: Float64Array): void;
  /** Loss of a row given the outputs; fills its slopes. */
  loss(row: number, outputs: Float64Array, slopes: Float64Array): number;
  rows: number;
  /** Share of rows that only decide when to stop. */
  heldOut: number;
  batch: number;
  epochs: number;
  /** Epochs without improvement on the held-out rows after which training ends. */
  patience: number;
  learningRate: number;
  /** Decay of weights (AdamW): relative to the learning rate, per step. */
  decay: number;
  random: Random;
}

/**
 * Trains by Adam with decoupled decay (Kingma & Ba 2015; Loshchilov & Hutter 2019) and returns the weights that did best on the
 * held-out rows, the untrained ones included.
 */
export function trainNetwork(start: DenseNetwork, how: Training): { network: DenseNetwork; epochs: number } {
  const { random, batch, learningRate, decay } = how;
  const order = shuffled(how.rows, random);
  const held = order.slice(0, Math.floor(how.rows * how.heldOut));
  const learnedFrom = order.slice(held.length);
  const network = { widths: start.widths, weights: start.weights.slice() };
  const { weights } = network;
  const activations = activationsFor(network);
  const slopes = new Float64Array(network.widths.at(-1) as number);
  const lossOf = (row: number) => {
    how.inputs(row, activations[0] as Float64Array);
    return how.loss(row, forward(network, activations), slopes);
  };
  const judge = () => held.reduce((sum, row) => sum + lossOf(row), 0);
  let [best, bestLoss, bestEpoch] = [weights.slice(), judge(), 0];
  const gradient = new Float64Array(weights.length);
  const [mean, square] = [new Float64Array(weights.length), new Float64Array(weights.length)];
  let steps = 0;
  for (let epoch = 1; epoch <= how.epochs && epoch - bestEpoch <= how.patience; epoch += 1) {
    const turn = shuffled(learnedFrom.length, random);
    for (let begin = 0; begin < turn.length; begin += batch) {
      gradient.fill(0);
      const size = Math.min(batch, turn.length - begin);
      for (let k = begin; k < begin + size; k += 1) {
        lossOf(learnedFrom[turn[k] as number] as number);
        backward(network, activations, slopes, gradient);
      }
      steps += 1;
      const step = (learningRate * Math.sqrt(1 - 0.999 ** steps)) / (1 - 0.9 ** steps);
      for (let i = 0; i < weights.length; i += 1) {
        const g = (gradient[i] as number) / size;
        const m = 0.9 * (mean[i] as number) + 0.1 * g;
        const v = 0.999 * (square[i] as number) + 0.001 * g * g;
        mean[i] = m;
        square[i] = v;
        weights[i] = (weights[i] as number) * (1 - learningRate * decay) - (step * m) / (Math.sqrt(v) + 1e-8);
      }
    }
    const loss = judge();
    if (loss < bestLoss) [best, bestLoss, bestEpoch] = [weights.slice(), loss, epoch];
  }
  return { network: { widths: start.widths, weights: best }, epochs: bestEpoch };
}

function shuffled(count: number, random: Random): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i -= 1) {
    const j = Math.floor(random.next() * (i + 1));
    [order[i], order[j]] = [order[j] as number, order[i] as number];
  }
  return order;
}
