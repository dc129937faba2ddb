import type { Score } from '../scores/score.ts';
import type { Playbook } from './schema.ts';

/** Whether a customer is in the cell that a playbook watches. Lapsed customers and prospects never are: they have no bands. */
export function isInCell(playbook: Playbook, score: Pick<Score, 'churnBand' | 'valueBand' | 'lifecycle'>): boolean {
  return (
    score.lifecycle === 'active' &&
    score.churnBand !== null &&
    score.churnBand !== 'lapsed' &&
    score.valueBand !== null &&
    playbook.when.churnBand.includes(score.churnBand) &&
    playbook.when.valueBand.includes(score.valueBand)
  );
}

/**
 * Whether a customer entered the cell with this score: in it now, and not counted as in it before. A customer that slipped out by
 * less than the hysteresis still counts as in; entering from unscored counts once.
 *
 * @param cutoff churn probability (0..1) from which the watched band begins
 */
export function entersCell(
  playbook: Playbook,
  before: Pick<Score, 'churnBand' | 'valueBand' | 'lifecycle' | 'churnProbability'> | null,
  after: Pick<Score, 'churnBand' | 'valueBand' | 'lifecycle'>,
  cutoff: number,
): boolean {
  if (!isInCell(playbook, after)) return false;
  if (before === null) return true;
  if (isInCell(playbook, before)) return false;
  const nearlyIn =
    before.lifecycle === 'active' &&
    before.valueBand === after.valueBand &&
    before.churnProbability !== null &&
    before.churnProbability >= cutoff - playbook.hysteresisPoints / 100;
  return !nearlyIn;
}
