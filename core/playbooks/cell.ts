import type { Score } from '../scores/score.ts';
import type { Playbook } from './schema.ts';

type Placed = Pick<Score, 'churnBand' | 'valueBand' | 'lifecycle'>;

/** Whether a customer is in the cell that a playbook watches. Lapsed customers and prospects never are: they have no bands. */
export function isInCell(playbook: Playbook, score: Placed): boolean {
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
 * Whether a customer counts as in the cell from now on. One who was counted in stays so until the churn risk has fallen by the
 * hysteresis below the watched band, or another band or lifecycle took the customer out: a wavering risk enters once. One who was not
 * enters with the first score in the cell, however slowly the risk rose.
 *
 * @param wasIn whether the score before counted as in; false for the first score
 * @param cutoffs churn probability (0..1) from which a band begins
 */
export function countsAsIn(
  playbook: Playbook,
  wasIn: boolean,
  score: Placed & Pick<Score, 'churnProbability'>,
  cutoffs: { high: number; medium: number },
): boolean {
  if (isInCell(playbook, score)) return true;
  if (!wasIn || score.lifecycle !== 'active' || score.valueBand === null || score.churnProbability === null)
    return false;
  const watched = playbook.when.churnBand;
  const from = watched.includes('low') ? 0 : watched.includes('medium') ? cutoffs.medium : cutoffs.high;
  return (
    playbook.when.valueBand.includes(score.valueBand) &&
    score.churnProbability < from &&
    score.churnProbability >= from - playbook.hysteresisPoints / 100
  );
}
