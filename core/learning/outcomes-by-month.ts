import { auc, brier } from '../evaluation/classification.ts';
import type { MonitoredMonth } from '../ports/monitoring.ts';

/** A score that was in force on a day, with what came of it. */
export interface JoinedOutcome {
  /** The day the score was in force on. */
  askedOn: string;
  modelVersion: string;
  probability: number;
  /** 1: left within the horizon. */
  label: 0 | 1;
  /** Whether the money of the year after lay in the interval; null where it is not known yet, or no interval was shown. */
  inInterval: boolean | null;
}

const CALIBRATION_BINS = 10;

/** Figures of each month that has an outcome, the earliest first. */
export function outcomesByMonth(outcomes: readonly JoinedOutcome[]): readonly MonitoredMonth[] {
  const months = [...Map.groupBy(outcomes, ({ askedOn }) => askedOn.slice(0, 7))].sort(([a], [b]) => (a < b ? -1 : 1));
  return months.map(([month, all]) => {
    const probabilities = all.map(({ probability }) => probability);
    const labels = all.map(({ label }) => label);
    const left = labels.reduce<number>((sum, label) => sum + label, 0);
    const meanProbability = mean(probabilities);
    const judged = all.flatMap(({ inInterval }) => (inInterval === null ? [] : [inInterval ? 1 : 0]));
    return {
      month,
      customers: all.length,
      left,
      meanProbability,
      bias: meanProbability - left / all.length,
      brier: brier(probabilities, labels),
      calibrationError: calibrationError(all),
      auc: left === 0 || left === all.length ? null : auc(probabilities, labels),
      intervalCoverage: judged.length === 0 ? null : mean(judged),
    };
  });
}

function calibrationError(outcomes: readonly JoinedOutcome[]): number {
  const sorted = outcomes.toSorted((a, b) => a.probability - b.probability);
  let error = 0;
  for (let bin = 0; bin < CALIBRATION_BINS; bin += 1) {
    const part = sorted.slice(
      Math.floor((bin * sorted.length) / CALIBRATION_BINS),
      Math.floor(((bin + 1) * sorted.length) / CALIBRATION_BINS),
    );
    if (part.length === 0) continue;
    const apart = mean(part.map(({ probability }) => probability)) - mean(part.map(({ label }) => label));
    error += (part.length / sorted.length) * Math.abs(apart);
  }
  return error;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
