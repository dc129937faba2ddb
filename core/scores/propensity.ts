import type { Inputs } from '../features/inputs.ts';
import { ENGAGEMENT_CHANNELS } from '../features/stats.ts';
import { type PlattScaling, scaled } from '../models/churn/calibration.ts';
import type { FittedLogistic } from '../models/churn/logistic.ts';

/** Something a customer may do within the horizon. */
export interface Target {
  name: string;
  /** Names of events, any of which is it, whatever their channel; a purchase when absent. */
  events?: readonly string[] | undefined;
}

/** A calibrated model of one target, frozen in the scoring model. */
export interface Propensity {
  target: Target;
  logistic: FittedLogistic;
  scaling: PlattScaling;
}

/** How a target's model did on the newest horizon, on customers it was not calibrated on; why there is none otherwise. */
export type PropensityReport =
  | {
      name: string;
      kept: boolean;
      examples: number;
      baseRate: number;
      auc: number;
      brier: number;
      baseRateBrier: number;
    }
  | { name: string; kept: false; why: string };

/** What a model of a target reads, in this order. */
export const PROPENSITY_FEATURES = [
  'log purchases',
  'log silence',
  'log age',
  'log mean spend',
  'target before, short memory',
  'target before, long memory',
  ...ENGAGEMENT_CHANNELS.flatMap((channel) => [`log ${channel}, short memory`, `log ${channel}, long memory`]),
];

/** The values of PROPENSITY_FEATURES. */
export function propensityFeatures(target: Target, inputs: Inputs): readonly number[] {
  const before = targetMemory(target, inputs);
  return [
    inputs.purchases,
    inputs.silenceDays,
    inputs.ageDays,
    inputs.meanSpend,
    before.short,
    before.long,
    ...ENGAGEMENT_CHANNELS.flatMap((channel) => [inputs.short[channel], inputs.long[channel]]),
  ].map(Math.log1p);
}

/** Decayed counts of the target itself. */
export function targetMemory(target: Target, inputs: Inputs): { short: number; long: number } {
  if (!target.events) return { short: inputs.short.purchase, long: inputs.long.purchase };
  const names = new Set(target.events);
  let [short, long] = [0, 0];
  for (const [key, count] of Object.entries(inputs.named)) {
    if (!names.has(key.slice(key.indexOf('/') + 1))) continue;
    short += count.short;
    long += count.long;
  }
  return { short, long };
}

/** Calibrated probability, 0..1, that the customer does it within the model's horizon. */
export function propensityOf({ target, logistic, scaling }: Propensity, inputs: Inputs): number {
  return scaled(scaling, logistic.logOdds(propensityFeatures(target, inputs)));
}
