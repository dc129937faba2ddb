import type { ObjectiveName } from './tree.ts';

/** What the objective reads and writes: one entry for each row; gradients are pairs (hessian, gradient). */
export interface GradientViews {
  readonly margins: Float32Array;
  readonly labels: Float32Array;
  readonly weights: Float32Array;
  readonly gradients: Float32Array;
}

/** A loss as boosting sees it, at a margin m. */
export interface Objective {
  /** XGBoost's name of it. */
  readonly xgboostName: string;
  /** What labels must be, in words; `accepts` decides. */
  readonly labels: string;
  accepts(label: number): boolean;
  /** Constant margin that fits these labels best. */
  baseMargin(labels: Float32Array, weights: Float32Array): number;
  /** From a margin to what the model says. */
  transform(margin: number): number;
  /** Inverse of transform. */
  margin(prediction: number): number;
  /**
   * Fills gradients of rows from..to-1, times their weights. With `wholeBook` the objective compares rows with one another and gets
   * all of them at once.
   */
  gradients(views: GradientViews, from: number, to: number): void;
  readonly wholeBook: boolean;
  /** Mean loss of the rows with positive weight; lower is better. */
  loss(margins: Float32Array, labels: Float32Array, weights: Float32Array): number;
}

/** XGBoost's default guard of the Poisson step: the hessian is taken at a margin this much higher, which shortens steps. */
const POISSON_GUARD = 0.7;
const TINY = 1e-16;

/** The objective of this name; `tweediePower` is read by the Tweedie objective only. */
export function objectiveOf(name: ObjectiveName, tweediePower: number): Objective {
  return name === 'tweedie' ? tweedie(tweediePower) : OBJECTIVES[name];
}

const sigmoid = (margin: number) => 1 / (1 + Math.exp(-margin));
const logit = (probability: number) => Math.log(probability / (1 - probability));

const logistic: Objective = {
  xgboostName: 'binary:logistic',
  labels: '0 or 1',
  accepts: (label) => label === 0 || label === 1,
  baseMargin: (labels, weights) => logit(weightedMean(labels, weights)),
  transform: sigmoid,
  margin: logit,
  wholeBook: false,
  gradients: byRow((margin, label) => {
    const p = sigmoid(margin);
    return [p - label, Math.max(p * (1 - p), TINY)];
  }),
  // log(1 + exp(m)) - y m, without overflow.
  loss: meanLoss((m, y) => Math.max(m, 0) + Math.log1p(Math.exp(-Math.abs(m))) - y * m),
};

const squared: Objective = {
  xgboostName: 'reg:squarederror',
  labels: 'a finite number',
  accepts: Number.isFinite,
  baseMargin: weightedMean,
  transform: (margin) => margin,
  margin: (prediction) => prediction,
  wholeBook: false,
  gradients: byRow((margin, label) => [margin - label, 1]),
  loss: meanLoss((m, y) => (m - y) ** 2),
};

const nonNegative = (label: number) => Number.isFinite(label) && label >= 0;

/** Log of the mean of labels that may not be negative; all zero gives a mean of almost nothing. */
const logMean = (labels: Float32Array, weights: Float32Array) =>
  Math.log(Math.max(weightedMean(labels, weights), 1e-6));

const poisson: Objective = {
  xgboostName: 'count:poisson',
  labels: 'a number of 0 or more',
  accepts: nonNegative,
  baseMargin: logMean,
  transform: Math.exp,
  margin: Math.log,
  wholeBook: false,
  gradients: byRow((margin, label) => [Math.exp(margin) - label, Math.exp(margin + POISSON_GUARD)]),
  loss: meanLoss((m, y) => Math.exp(m) - y * m),
};

/** Compound Poisson-gamma with variance proportional to mean^power, 1 < power < 2: money with many zeros. */
function tweedie(power: number): Objective {
  return {
    xgboostName: 'reg:tweedie',
    labels: 'a number of 0 or more',
    accepts: nonNegative,
    baseMargin: logMean,
    transform: Math.exp,
    margin: Math.log,
    wholeBook: false,
    gradients: byRow((margin, label) => {
      const a = label * Math.exp((1 - power) * margin);
      const b = Math.exp((2 - power) * margin);
      return [b - a, (power - 1) * a + (2 - power) * b];
    }),
    loss: meanLoss((m, y) => Math.exp((2 - power) * m) / (2 - power) - (y * Math.exp((1 - power) * m)) / (1 - power)),
  };
}

/**
 * Cox's partial likelihood with Breslow's ties. A label is a duration; negative, it is the duration of a customer who had not left
 * yet (XGBoost's convention for survival:cox). The prediction is the hazard relative to the average customer's.
 */
const cox: Objective = {
  xgboostName: 'survival:cox',
  labels: 'a duration that is not 0 (negative: not left yet)',
  accepts: (label) => Number.isFinite(label) && label !== 0,
  baseMargin: () => 0,
  transform: Math.exp,
  margin: Math.log,
  wholeBook: true,
  gradients({ margins, labels, weights, gradients }) {
    gradients.fill(0);
    // Sums over those who left at or before the row's time, of 1 and of 1 / hazard of those at risk then.
    let r = 0;
    let s = 0;
    for (const { members, atRisk } of coxTimes(margins, labels, weights)) {
      for (const i of members) {
        if ((labels[i] as number) < 0) continue;
        r += (weights[i] as number) / atRisk;
        s += (weights[i] as number) / atRisk ** 2;
      }
      for (const i of members) {
        const hazard = Math.exp(margins[i] as number);
        const weight = weights[i] as number;
        const event = (labels[i] as number) > 0 ? 1 : 0;
        gradients[2 * i] = weight * Math.max(hazard * r - hazard * hazard * s, TINY);
        gradients[2 * i + 1] = weight * (hazard * r - event);
      }
    }
  },
  loss(margins, labels, weights) {
    let sum = 0;
    let events = 0;
    for (const { members, atRisk } of coxTimes(margins, labels, weights)) {
      for (const i of members) {
        if ((labels[i] as number) < 0) continue;
        sum += (weights[i] as number) * (Math.log(atRisk) - (margins[i] as number));
        events += weights[i] as number;
      }
    }
    return events === 0 ? 0 : sum / events;
  },
};

const OBJECTIVES = { logistic, squared, poisson, cox };

/** Distinct durations in rising order, with their rows of positive weight and the summed hazard of all who lasted as long. */
function coxTimes(
  margins: Float32Array,
  labels: Float32Array,
  weights: Float32Array,
): readonly { members: readonly number[]; atRisk: number }[] {
  const time = (i: number) => Math.abs(labels[i] as number);
  const order: number[] = [];
  for (let i = 0; i < labels.length; i += 1) if ((weights[i] as number) > 0) order.push(i);
  order.sort((i, j) => time(i) - time(j) || i - j);
  const times: { members: number[]; atRisk: number }[] = [];
  let last = Number.NaN;
  for (const i of order) {
    if (time(i) !== last) times.push({ members: [], atRisk: 0 });
    last = time(i);
    times.at(-1)?.members.push(i);
  }
  let atRisk = 0;
  for (const group of times.toReversed()) {
    for (const i of group.members) atRisk += (weights[i] as number) * Math.exp(margins[i] as number);
    group.atRisk = atRisk;
  }
  return times;
}

function byRow(derivatives: (margin: number, label: number) => readonly [number, number]): Objective['gradients'] {
  return ({ margins, labels, weights, gradients }, from, to) => {
    for (let i = from; i < to; i += 1) {
      const weight = weights[i] as number;
      const [gradient, hessian] = derivatives(margins[i] as number, labels[i] as number);
      gradients[2 * i] = hessian * weight;
      gradients[2 * i + 1] = gradient * weight;
    }
  };
}

function meanLoss(loss: (margin: number, label: number) => number): Objective['loss'] {
  return (margins, labels, weights) => {
    let sum = 0;
    let total = 0;
    for (let i = 0; i < labels.length; i += 1) {
      const weight = weights[i] as number;
      if (weight <= 0) continue;
      sum += weight * loss(margins[i] as number, labels[i] as number);
      total += weight;
    }
    return sum / total;
  };
}

function weightedMean(values: Float32Array, weights: Float32Array): number {
  let sum = 0;
  let total = 0;
  for (let i = 0; i < values.length; i += 1) {
    sum += (weights[i] as number) * (values[i] as number);
    total += weights[i] as number;
  }
  return sum / total;
}
