import { minimise } from '../../math/lbfgs.ts';

/** Platt's calibration: probability = 1 / (1 + exp(-(slope * logOdds + offset))). */
export interface PlattScaling {
  slope: number;
  offset: number;
}

/** Leaves log-odds as they are. */
export const NO_SCALING: PlattScaling = { slope: 1, offset: 0 };

/**
 * Fits Platt's scaling of log-odds to outcomes (Platt 1999, with his smoothed targets). Monotone: it never changes an order.
 *
 * @param logOdds one for each outcome, from a model that was not fitted to these outcomes
 */
export function plattScaling(logOdds: readonly number[], labels: readonly (0 | 1)[]): PlattScaling {
  const positive = labels.reduce<number>((sum, label) => sum + label, 0);
  const negative = labels.length - positive;
  if (positive === 0 || negative === 0) return NO_SCALING;
  const high = (positive + 1) / (positive + 2);
  const low = 1 / (negative + 2);
  const best = minimise(
    ([slope = 1, offset = 0], gradient) => {
      gradient.fill(0);
      let loss = 0;
      for (const [i, x] of logOdds.entries()) {
        const target = labels[i] === 1 ? high : low;
        const score = slope * x + offset;
        loss += Math.max(score, 0) + Math.log1p(Math.exp(-Math.abs(score))) - target * score;
        const error = 1 / (1 + Math.exp(-score)) - target;
        gradient[0] = (gradient[0] as number) + error * x;
        gradient[1] = (gradient[1] as number) + error;
      }
      for (let j = 0; j < 2; j += 1) gradient[j] = (gradient[j] as number) / logOdds.length;
      return loss / logOdds.length;
    },
    [1, 0],
  );
  const [slope = 1, offset = 0] = best.x;
  // A negative slope would turn the ranking round: the model learned nothing that holds later.
  return slope > 0 ? { slope, offset } : NO_SCALING;
}

/** The calibrated probability of log-odds. */
export function scaled({ slope, offset }: PlattScaling, logOdds: number): number {
  return 1 / (1 + Math.exp(-(slope * logOdds + offset)));
}
