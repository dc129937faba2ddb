import { describe, expect, it } from 'vitest';
import {
  averagePrecision,
  calibrationBins,
  churnMetrics,
  decisionsAt,
  liftCurve,
} from '../../core/evaluation/churn-metrics.ts';

describe('churn metrics', () => {
  const probabilities = [0.9, 0.6, 0.8, 0.1, 0.2, 0.3, 0.7, 0.4];
  const labels = [1, 0, 1, 0, 0, 1, 0, 0];
  const folds = [0, 0, 0, 0, 1, 1, 1, 1];

  it('AUC is the mean of the folds, Brier and calibration error are pooled', () => {
    const metrics = churnMetrics({ probabilities, labels, folds, thresholds: labels.map(() => 0.25) });
    // Fold 0 is in order (1); in fold 1 the leaver beats one of three who stayed.
    expect(metrics.auc).toBeCloseTo((1 + 1 / 3) / 2, 12);
    expect(metrics.brier).toBeCloseTo((0.01 + 0.36 + 0.04 + 0.01 + 0.04 + 0.49 + 0.49 + 0.16) / 8, 12);
    // Eight rows make eight bins of one.
    expect(metrics.ece).toBeCloseTo((0.1 + 0.6 + 0.2 + 0.1 + 0.2 + 0.7 + 0.7 + 0.4) / 8, 12);
    expect(metrics.atHalf).toEqual({ precision: 2 / 4, recall: 2 / 3, f1: 4 / 7, accuracy: 5 / 8 });
    expect(metrics.atBest).toEqual({ precision: 3 / 6, recall: 1, f1: 6 / 9, accuracy: 5 / 8 });
    expect(Object.keys(metrics)).toEqual(['auc', 'prAuc', 'brier', 'ece', 'atHalf', 'atBest', 'topDecileLift']);
  });

  it('leaves a fold with one outcome out of the AUC', () => {
    const metrics = churnMetrics({
      probabilities,
      labels,
      folds: [0, 1, 0, 0, 0, 0, 0, 0],
      thresholds: labels.map(() => 0.5),
    });
    expect(Number.isNaN(metrics.auc)).toBe(false);
  });

  it('precision is not known where nobody was flagged', () => {
    expect(decisionsAt([0.1, 0.2], [1, 0], () => Number.POSITIVE_INFINITY)).toEqual({
      precision: null,
      recall: 0,
      f1: 0,
      accuracy: 0.5,
    });
  });

  it('a constant prediction has the base rate as average precision, a lift of 1 and no order', () => {
    const [same, outcomes] = [new Array(40).fill(0.25), Array.from({ length: 40 }, (_, i) => (i % 4 === 0 ? 1 : 0))];
    expect(averagePrecision(same, outcomes)).toBe(0.25);
    for (const { lift } of liftCurve(same, outcomes)) expect(lift).toBeCloseTo(1, 12);
  });

  it('lift finds all leavers at once where they rank first', () => {
    const outcomes = Array.from({ length: 40 }, (_, i) => (i < 4 ? 1 : 0));
    const curve = liftCurve(
      outcomes.map((each, i) => each - i / 100),
      outcomes,
    );
    expect(curve[1]).toEqual({ share: 0.1, captured: 1, lift: 10 });
    expect(curve.at(-1)).toEqual({ share: 1, captured: 1, lift: 1 });
  });

  it('bins of a calibration hold all rows once, in tenths', () => {
    const said = Array.from({ length: 57 }, (_, i) => (i * 13) % 57);
    const bins = calibrationBins(said, new Array(57).fill(0));
    expect(bins).toHaveLength(10);
    expect(bins.reduce((sum, { rows }) => sum + rows, 0)).toBe(57);
    expect(Math.max(...bins.map(({ rows }) => rows)) - Math.min(...bins.map(({ rows }) => rows))).toBe(1);
    expect(bins.every((bin, i) => i === 0 || bin.predicted > (bins[i - 1]?.predicted ?? 0))).toBe(true);
  });
});
