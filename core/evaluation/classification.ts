import { averageRanks } from '../math/ranks.ts';

/** Area under the ROC curve: the chance that a positive ranks above a negative, ties counting half. NaN when one class is absent. */
export function auc(probabilities: ArrayLike<number>, labels: ArrayLike<number>): number {
  const ranks = averageRanks(probabilities);
  let positives = 0;
  let rankSum = 0;
  for (let i = 0; i < ranks.length; i += 1) {
    if (labels[i] !== 1) continue;
    positives += 1;
    rankSum += ranks[i] as number;
  }
  const negatives = ranks.length - positives;
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
}

/** Mean squared error of probabilities: 0 is perfect, the base rate alone gives rate * (1 - rate). */
export function brier(probabilities: ArrayLike<number>, labels: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < probabilities.length; i += 1) sum += ((probabilities[i] as number) - (labels[i] as number)) ** 2;
  return sum / probabilities.length;
}
