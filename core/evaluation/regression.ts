import { averageRanks, pearson } from '../math/ranks.ts';

/** How well a prediction of an amount fits what came, over all customers, the zero ones included (data definitions in README.md). */
export interface RegressionMetrics {
  /** 1 - SSE / SST around the mean of what came. */
  r2: number;
  /** The same without the customer with the largest outcome. */
  r2DropTop1: number;
  /** The same without the ten customers with the largest outcomes. */
  r2DropTop10: number;
  pearson: number;
  spearman: number;
  mae: number;
  rmse: number;
  /** Normalised: Gini of the outcome sorted by prediction over that sorted by itself. */
  gini: number;
  /** R2 of the ten means after sorting by prediction. */
  decileR2: number;
  /** Sum predicted over sum that came, minus 1. */
  bias: number;
  /** Sum predicted over sum that came. */
  totalRatio: number;
  /** Mean predicted and mean that came, in tenths from the lowest prediction to the highest. */
  deciles: readonly { predicted: number; actual: number }[];
}

/** Computes the metrics; both arrays in the order of the customers. */
export function regressionMetrics(predicted: ArrayLike<number>, actual: ArrayLike<number>): RegressionMetrics {
  const n = predicted.length;
  let absolute = 0;
  let squared = 0;
  let sumPredicted = 0;
  let sumActual = 0;
  for (let i = 0; i < n; i += 1) {
    const error = (predicted[i] as number) - (actual[i] as number);
    absolute += Math.abs(error);
    squared += error * error;
    sumPredicted += predicted[i] as number;
    sumActual += actual[i] as number;
  }
  const byOutcome = Array.from({ length: n }, (_, i) => i).sort(
    (i, j) => (actual[j] as number) - (actual[i] as number) || i - j,
  );
  const withoutTop = (count: number) => {
    const rest = byOutcome.slice(count);
    return r2(
      rest.map((i) => predicted[i] as number),
      rest.map((i) => actual[i] as number),
    );
  };
  const deciles = decileMeans(predicted, actual);
  return {
    r2: r2(predicted, actual),
    r2DropTop1: withoutTop(1),
    r2DropTop10: withoutTop(10),
    pearson: pearson(predicted, actual),
    spearman: pearson(averageRanks(predicted), averageRanks(actual)),
    mae: absolute / n,
    rmse: Math.sqrt(squared / n),
    gini: gini(actual, predicted) / gini(actual, actual),
    decileR2: r2(
      deciles.map((mean) => mean.predicted),
      deciles.map((mean) => mean.actual),
    ),
    bias: sumPredicted / sumActual - 1,
    totalRatio: sumPredicted / sumActual,
    deciles,
  };
}

/** 1 - SSE / SST around the mean of what came. */
export function r2(predicted: ArrayLike<number>, actual: ArrayLike<number>): number {
  const n = actual.length;
  let mean = 0;
  for (let i = 0; i < n; i += 1) mean += (actual[i] as number) / n;
  let errors = 0;
  let total = 0;
  for (let i = 0; i < n; i += 1) {
    errors += ((actual[i] as number) - (predicted[i] as number)) ** 2;
    total += ((actual[i] as number) - mean) ** 2;
  }
  return 1 - errors / total;
}

/** Indices from the lowest prediction to the highest; equal ones in the order of the customers. */
function byPrediction(predicted: ArrayLike<number>): readonly number[] {
  return Array.from({ length: predicted.length }, (_, i) => i).sort(
    (i, j) => (predicted[i] as number) - (predicted[j] as number) || i - j,
  );
}

function gini(values: ArrayLike<number>, sortBy: ArrayLike<number>): number {
  const order = byPrediction(sortBy);
  let cumulative = 0;
  let area = 0;
  let total = 0;
  for (const i of order) {
    cumulative += values[i] as number;
    area += cumulative;
    total += values[i] as number;
  }
  const n = order.length;
  return (n + 1 - (2 * area) / total) / n;
}

function decileMeans(predicted: ArrayLike<number>, actual: ArrayLike<number>): RegressionMetrics['deciles'] {
  const order = byPrediction(predicted);
  return Array.from({ length: 10 }, (_, decile) => {
    const members = order.slice(
      Math.floor((decile * order.length) / 10),
      Math.floor(((decile + 1) * order.length) / 10),
    );
    const mean = (values: ArrayLike<number>) =>
      members.reduce((sum, i) => sum + (values[i] as number), 0) / members.length;
    return { predicted: mean(predicted), actual: mean(actual) };
  });
}
