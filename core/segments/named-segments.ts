import type { RfmScores } from './rfm.ts';

/** The usual names of RFM segments, from the best to the lost. */
export const SEGMENTS = [
  'champions',
  'loyal',
  'potential-loyalists',
  'new',
  'promising',
  'needs-attention',
  'about-to-sleep',
  'at-risk',
  'cannot-lose',
  'hibernating',
  'lost',
] as const;
export type Segment = (typeof SEGMENTS)[number];

/** By recency (5 first), then by the mean of frequency and monetary, halves rounded up (1 first). */
const GRID: readonly (readonly Segment[])[] = [
  ['new', 'potential-loyalists', 'potential-loyalists', 'champions', 'champions'],
  ['promising', 'potential-loyalists', 'loyal', 'champions', 'champions'],
  ['about-to-sleep', 'needs-attention', 'needs-attention', 'loyal', 'loyal'],
  ['hibernating', 'about-to-sleep', 'at-risk', 'at-risk', 'at-risk'],
  ['lost', 'hibernating', 'at-risk', 'cannot-lose', 'cannot-lose'],
];

/** The segment of three scores. Each of the 25 cells has one name. */
export function segmentOf({ recency, frequency, monetary }: RfmScores): Segment {
  const worth = Math.round((frequency + monetary) / 2);
  const segment = GRID[5 - recency]?.[worth - 1];
  if (segment === undefined) throw new RangeError('RFM scores are whole numbers from 1 to 5.');
  return segment;
}
