import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../core/math/random.ts';
import { calibrated, fitCalibration } from '../../core/models/churn/calibrate.ts';
import { isotonicCurve, isotonicProbability } from '../../core/models/churn/isotonic.ts';
import { bestF1Threshold, capacityThreshold, leastCostThreshold } from '../../core/models/churn/thresholds.ts';

const probabilities = [0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2];
const labels = [1, 1, 0, 1, 0, 0, 1, 0];

describe('thresholds', () => {
  it('by F1 is the best of all cuts, midway between two probabilities', () => {
    // Flagging four finds three of four leavers: 2 x 3 / (4 + 4).
    expect(bestF1Threshold(probabilities, labels)).toEqual({ threshold: 0.55, reached: 0.75 });
  });

  it('by cost flags the fewer the dearer a false alarm is', () => {
    const cut = (falseAlarm: number, miss: number) => leastCostThreshold(probabilities, labels, { falseAlarm, miss });
    expect(cut(1, 10)).toEqual({ threshold: 0.25, reached: 3 });
    expect(cut(10, 1)).toEqual({ threshold: 0.75, reached: 2 });
    expect(cut(1, 1)).toEqual({ threshold: 0.75, reached: 2 });
  });

  it('by cost flags nobody where acting is never worth it', () => {
    expect(leastCostThreshold([0.5, 0.4], [0, 1], { falseAlarm: 100, miss: 1 }).threshold).toBe(
      Number.POSITIVE_INFINITY,
    );
  });

  it('by capacity flags as many as can be acted on', () => {
    expect(capacityThreshold(probabilities, 3)).toEqual({ threshold: expect.closeTo(0.65, 12), reached: 3 });
    expect(capacityThreshold(probabilities, 100)).toEqual({ threshold: 0.2, reached: 8 });
    expect(capacityThreshold(probabilities, 0)).toEqual({ threshold: Number.POSITIVE_INFINITY, reached: 0 });
  });

  it('never splits equal probabilities: the capacity is kept, the tie left out', () => {
    expect(capacityThreshold([0.9, 0.5, 0.5, 0.5, 0.1], 2)).toEqual({ threshold: 0.7, reached: 1 });
    expect(bestF1Threshold([0.5, 0.5, 0.5], [1, 0, 0])).toEqual({ threshold: 0.5, reached: 0.5 });
  });

  it('lies above its lower neighbour even where no number fits between', () => {
    const above = 0.5 + Number.EPSILON / 2;
    const { threshold } = bestF1Threshold([above, 0.5], [1, 0]);
    expect(threshold).toBe(above);
  });
});

describe('isotonic calibration', () => {
  it('pools what falls, and is linear between the blocks', () => {
    const curve = isotonicCurve([0, 1, 2, 3], [0, 1, 0, 1]);
    expect(curve).toEqual({ at: [0, 1.5, 3], probability: [0.5, 0.5, 0.5] });
    const longer = isotonicCurve([0, 0, 0, 0, 4, 4, 4, 4], [0, 0, 0, 1, 1, 1, 1, 0]);
    expect(longer).toEqual({ at: [0, 4], probability: [0.25, 0.75] });
    expect([-9, 0, 1, 2, 4, 9].map((each) => isotonicProbability(longer, each))).toEqual([
      0.25, 0.25, 0.375, 0.5, 0.75, 0.75,
    ]);
  });

  it('never says never: shares of none and all are drawn in', () => {
    const { probability } = isotonicCurve([0, 0, 0, 0, 0, 1, 1, 1, 1, 1], [0, 0, 0, 0, 0, 1, 1, 1, 1, 1]);
    expect(probability).toEqual([0.1, 0.9]);
    // None of two would be drawn in above the next block's one of twenty.
    const few = [...new Array(2).fill(0), ...new Array(20).fill(1), 2];
    const outcomes = few.map((each, i) => (each === 2 || i === 5 ? 1 : 0));
    expect(isotonicCurve(few, outcomes).probability).toEqual([0.05, 0.05, 0.5]);
  });
});

describe.each(['platt', 'isotonic'] as const)('%s calibration', (method) => {
  const random = seededRandom(5);
  const truth = Array.from({ length: 4_000 }, () => 4 * random.next() - 3);
  const outcomes = truth.map((logOdds) => (random.next() < 1 / (1 + Math.exp(-logOdds)) ? 1 : 0));

  it('mends log-odds that are twice too large and shifted, as class weights leave them', () => {
    const calibration = fitCalibration(
      method,
      truth.map((each) => 2 * each + 1.5),
      outcomes,
    );
    for (const each of [-2.5, -1, 0, 0.5]) {
      expect(Math.abs(calibrated(calibration, 2 * each + 1.5) - 1 / (1 + Math.exp(-each)))).toBeLessThan(0.05);
    }
  });

  it('keeps the order', () => {
    const calibration = fitCalibration(method, truth, outcomes);
    const said = truth.toSorted((a, b) => a - b).map((each) => calibrated(calibration, each));
    expect(said.every((each, i) => i === 0 || each >= (said[i - 1] as number))).toBe(true);
  });
});
