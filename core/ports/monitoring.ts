import type { EarlyWarning } from '../evaluation/early-warning.ts';
import type { InputDrift } from '../learning/input-drift.ts';

/** How the churn risks and values that records showed in a month fared by what came. */
export interface MonitoredMonth {
  /** "2026-03": of the day on which the score was in force. */
  month: string;
  /** Customers asked about, on one day of the month each. */
  customers: number;
  left: number;
  meanProbability: number;
  /** Mean probability less the share who left: above 0 the risk is overstated. */
  bias: number;
  brier: number;
  /** Expected calibration error over tenths of equal count, 0..1. */
  calibrationError: number;
  /** Null where everybody, or nobody, left. */
  auc: number | null;
  /** Share of customers whose 12 months of money lay in the 80 % interval; null until a year has passed. */
  intervalCoverage: number | null;
}

/** A correction of the champion's churn risk, learned from the outcomes of its own scores: log-odds become level + slope * log-odds. */
export interface Recalibration {
  /** Outcomes that it is judged by, each foreseen before it was learned from. */
  cases: number;
  /** Mean log-loss with it less the one without, and its standard error; below 0 is better. */
  logLossDifference: number;
  standardError: number;
  /** Better beyond two standard errors at a weekly review, and not worse since. */
  better: boolean;
  level: number;
  slope: number;
}

/** Something that is not as it was when the champion was trained. */
export interface MonitoringAlarm {
  kind: 'concept' | 'input' | 'calibration' | 'coverage';
  /** The detector, the input, or the figure. */
  what: string;
  /** The day from which on it shows. */
  on: string;
  message: string;
}

/** How the scores do, as far as outcomes are known. */
export interface MonitoringReport {
  asOf: string;
  modelVersion: string;
  horizonDays: number;
  months: readonly MonitoredMonth[];
  /** Of the buyers, on the champion's day and now. */
  inputs: readonly InputDrift[];
  alarms: readonly MonitoringAlarm[];
  /** Null while too few outcomes of the champion's scores are known. */
  recalibration: Recalibration | null;
  /**
   * What alerts to the customers with the highest risks would have come to, one in a hundred of those asked about each week; null until a
   * horizon has passed, and where nobody left.
   */
  earlyWarning: EarlyWarning | null;
}
