import type { RfmScores } from './rfm.ts';
import type { Segment } from './segment-names.ts';

/** By recency (5 first), then by the mean of frequency and monetary, halves rounded up (1 first). */
const GRID: readonly (readonly Segment[])[] = [
  ['new', 'potential-loyalists', 'potential-loyalists', 'champions', 'champions'],
  ['promising', 'potential-loyalists', 'loyal', 'champions', 'champions'],
  ['about-to-sleep', 'needs-attention', 'needs-attention', 'loyal', 'loyal'],
  ['hibernating', 'about-to-sleep', 'at-risk', 'at-risk', 'at-risk'],
  ['lost', 'hibernating', 'at-risk', 'cannot-lose', 'cannot-lose'],
];

/** How much a customer is worth by two of the scores: 1 (least) to 5. */
export function worthOf({ frequency, monetary }: Pick<RfmScores, 'frequency' | 'monetary'>): number {
  return Math.round((frequency + monetary) / 2);
}

/** The segment of three scores. Each of the 25 cells has one name. */
export function segmentOf(scores: RfmScores): Segment {
  const segment = GRID[5 - scores.recency]?.[worthOf(scores) - 1];
  if (segment === undefined) throw new RangeError('RFM scores are whole numbers from 1 to 5.');
  return segment;
}
