import type { Comparison } from './compare-models.ts';

/** What becomes of a challenger. */
export interface Decision {
  promote: boolean;
  because: 'better' | 'outdated-champion' | 'worse' | 'alike' | 'too-few-outcomes';
}

/** A champion older than this gives way to what is as good: its cut-offs and percentiles are of another book. */
const OUTDATED_AFTER_DAYS = 365;

/**
 * Decides on a challenger: promoted when it is better than the champion in something beyond one standard error, and has a higher loss in
 * nothing. A loss that is higher within the error is no proof against it, but of fifty simulated retrainings one was promoted in spite of it
 * that was worse indeed. What is alike replaces only an outdated champion: scores do not move for nothing.
 */
export function decide(
  comparisons: readonly Pick<Comparison, 'verdict' | 'mean'>[],
  { championAgeDays }: { championAgeDays: number },
): Decision {
  const some = (verdict: Comparison['verdict']) => comparisons.some((each) => each.verdict === verdict);
  if (comparisons.length === 0) return { promote: false, because: 'too-few-outcomes' };
  if (some('worse')) return { promote: false, because: 'worse' };
  if (some('better') && comparisons.every(({ mean }) => mean <= 0)) return { promote: true, because: 'better' };
  return championAgeDays > OUTDATED_AFTER_DAYS
    ? { promote: true, because: 'outdated-champion' }
    : { promote: false, because: 'alike' };
}
