/** The usual names of RFM segments, from the best to the lost. On their own, so that a page can list them without the code that counts. */
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

/** One of them. */
export type Segment = (typeof SEGMENTS)[number];
