import { type CalibrationBin, calibrationBins, type LiftPoint, liftCurve } from '../evaluation/churn-metrics.ts';

/** How churn risks did on customers that they were neither fitted to nor calibrated on. */
export interface ChurnJudged {
  customers: number;
  /** Share of them who left, 0..1. */
  left: number;
  /** Tenths by risk, the lowest first. */
  calibration: readonly CalibrationBin[];
  /** At each twentieth of the customers, highest risk first. */
  lift: readonly LiftPoint[];
}

/** Holds risks beside what came (1: left), in the same order. */
export function churnJudged(risks: readonly number[], labels: readonly number[]): ChurnJudged {
  return {
    customers: labels.length,
    left: labels.reduce((sum, label) => sum + label, 0) / labels.length,
    calibration: calibrationBins(risks, labels),
    lift: liftCurve(risks, labels),
  };
}
