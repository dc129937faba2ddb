import { type PlattScaling, plattScaling, scaled } from './calibration.ts';
import { type IsotonicCurve, isotonicCurve, isotonicProbability } from './isotonic.ts';

/** How log-odds become probabilities that come true as often as they say. */
export type CalibrationMethod = 'platt' | 'isotonic';

/** A fitted calibration; plain JSON. */
export type Calibration =
  | ({ readonly method: 'platt' } & PlattScaling)
  | ({ readonly method: 'isotonic' } & IsotonicCurve);

/** @param logOdds one for each outcome, from a model that was not fitted to these outcomes */
export function fitCalibration(
  method: CalibrationMethod,
  logOdds: readonly number[],
  labels: readonly (0 | 1)[],
): Calibration {
  return method === 'platt'
    ? { method, ...plattScaling(logOdds, labels) }
    : { method, ...isotonicCurve(logOdds, labels) };
}

/** The calibrated probability of log-odds. */
export function calibrated(calibration: Calibration, logOdds: number): number {
  return calibration.method === 'platt' ? scaled(calibration, logOdds) : isotonicProbability(calibration, logOdds);
}
