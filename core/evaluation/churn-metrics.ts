import { auc, brier } from './classification.ts';

/** Decisions at a threshold. */
export interface Decisions {
  /** Share of the flagged who left; null when nobody was flagged. */
  precision: number | null;
  /** Share of those who left who were flagged. */
  recall: number;
  /** 2 x hits / (flagged + left). */
  f1: number;
  accuracy: number;
}

/** How a churn model does on rows that it was not fitted to. */
export interface ChurnMetrics {
  /** Mean over the folds. */
  auc: number;
  /** Average precision, over all rows. */
  prAuc: number;
  brier: number;
  /** Expected calibration error over ten bins of equal count. */
  ece: number;
  /** At a probability of one half. */
  atHalf: Decisions;
  /** At the threshold with the best F1, chosen for each fold on its training rows. */
  atBest: Decisions;
  /** How many times the base rate the tenth with the highest probabilities leaves at. */
  topDecileLift: number;
}

/** Mean predicted and actual share of the rows of a bin. */
export interface CalibrationBin {
  rows: number;
  predicted: number;
  actual: number;
}

/** Of the customers with the highest probabilities: how many, and what share of all who left is among them. */
export interface LiftPoint {
  share: number;
  captured: number;
  lift: number;
}

const BINS = 10;

/** Out-of-fold predictions with what is known of each row. */
export interface Judged {
  probabilities: readonly number[];
  labels: readonly number[];
  folds: ArrayLike<number>;
  /** The threshold that each row is judged at. */
  thresholds: readonly number[];
}

/** The metrics of out-of-fold probabilities. */
export function churnMetrics({ probabilities, labels, folds, thresholds }: Judged): ChurnMetrics {
  const perFold = aucOfFolds(probabilities, labels, folds);
  // A fold with one outcome only, of a file given, has none.
  const known = perFold.filter((each) => !Number.isNaN(each));
  return {
    auc: known.reduce((sum, each) => sum + each, 0) / known.length,
    prAuc: averagePrecision(probabilities, labels),
    brier: brier(probabilities, labels),
    ece: calibrationError(calibrationBins(probabilities, labels)),
    atHalf: decisionsAt(probabilities, labels, () => 0.5),
    atBest: decisionsAt(probabilities, labels, (row) => thresholds[row] as number),
    topDecileLift: liftAt(probabilities, labels, [0.1])[0]?.lift ?? Number.NaN,
  };
}

/** AUC of each fold, in the order of their numbers; NaN for one with one outcome only. */
export function aucOfFolds(
  probabilities: readonly number[],
  labels: readonly number[],
  folds: ArrayLike<number>,
): readonly number[] {
  return [...new Set(Array.from(folds))]
    .sort((a, b) => a - b)
    .map((fold) => {
      const rows = [...labels.keys()].filter((row) => folds[row] === fold);
      return auc(
        rows.map((row) => probabilities[row] as number),
        rows.map((row) => labels[row] as number),
      );
    });
}

/** What comes of flagging each row whose probability reaches its threshold. */
export function decisionsAt(
  probabilities: readonly number[],
  labels: readonly number[],
  threshold: (row: number) => number,
): Decisions {
  let [hits, flagged, events, right] = [0, 0, 0, 0];
  for (const [row, probability] of probabilities.entries()) {
    const left = labels[row] === 1;
    const acted = probability >= threshold(row);
    if (left) events += 1;
    if (acted) flagged += 1;
    if (acted && left) hits += 1;
    if (acted === left) right += 1;
  }
  return {
    precision: flagged === 0 ? null : hits / flagged,
    recall: hits / events,
    f1: (2 * hits) / (flagged + events),
    accuracy: right / probabilities.length,
  };
}

/** Area under the precision-recall curve as the mean precision at each who left, equal probabilities counted together. */
export function averagePrecision(probabilities: readonly number[], labels: readonly number[]): number {
  const order = byProbability(probabilities);
  const events = labels.reduce((sum, label) => sum + label, 0);
  let [hits, before, sum] = [0, 0, 0];
  for (const [position, row] of order.entries()) {
    hits += labels[row] as number;
    const next = order[position + 1];
    if (next !== undefined && probabilities[next] === probabilities[row]) continue;
    sum += ((hits - before) * hits) / (position + 1);
    before = hits;
  }
  return sum / events;
}

/** Ten bins of equal count by rising probability; fewer for fewer rows. */
export function calibrationBins(
  probabilities: readonly number[],
  labels: readonly number[],
): readonly CalibrationBin[] {
  const order = byProbability(probabilities).reverse();
  const bins = Math.min(BINS, order.length);
  return Array.from({ length: bins }, (_, bin) => {
    const rows = order.slice(Math.round((bin * order.length) / bins), Math.round(((bin + 1) * order.length) / bins));
    const mean = (of: readonly number[]) => rows.reduce((sum, row) => sum + (of[row] as number), 0) / rows.length;
    return { rows: rows.length, predicted: mean(probabilities), actual: mean(labels) };
  });
}

function calibrationError(bins: readonly CalibrationBin[]): number {
  const rows = bins.reduce((sum, bin) => sum + bin.rows, 0);
  return bins.reduce((sum, bin) => sum + (bin.rows / rows) * Math.abs(bin.predicted - bin.actual), 0);
}

/** The lift curve at each twentieth of the rows. */
export function liftCurve(probabilities: readonly number[], labels: readonly number[]): readonly LiftPoint[] {
  const shares = Array.from({ length: 20 }, (_, i) => (i + 1) / 20);
  return liftAt(probabilities, labels, shares);
}

function liftAt(
  probabilities: readonly number[],
  labels: readonly number[],
  shares: readonly number[],
): readonly LiftPoint[] {
  const order = byProbability(probabilities);
  const at = (position: number) => probabilities[order[position] as number];
  const hits = new Float64Array(order.length + 1);
  for (const [position, row] of order.entries())
    hits[position + 1] = (hits[position] as number) + (labels[row] as number);
  const events = hits[order.length] as number;
  return shares.map((share) => {
    const count = Math.max(1, Math.floor(share * labels.length));
    // Where the border runs through equal probabilities, each of them counts by the chance to be inside.
    let [from, to] = [count - 1, count];
    while (from > 0 && at(from - 1) === at(count - 1)) from -= 1;
    while (to < order.length && at(to) === at(count - 1)) to += 1;
    const [above, through] = [hits[from] as number, hits[to] as number];
    const captured = (above + ((through - above) * (count - from)) / (to - from)) / events;
    return { share, captured, lift: captured / (count / labels.length) };
  });
}

function byProbability(probabilities: readonly number[]): number[] {
  return [...probabilities.keys()].sort((i, j) => (probabilities[j] as number) - (probabilities[i] as number) || i - j);
}
