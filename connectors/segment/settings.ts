import { z } from 'zod';
import { MEANINGS } from './meanings.ts';

/** Ways to read what the customer paid for the goods from an order's numbers. */
export const AMOUNT_FORMULAS = [
  'subtotal',
  'revenue - discount',
  'revenue',
  'total - shipping - tax',
  'total',
] as const;
export type AmountFormula = (typeof AMOUNT_FORMULAS)[number];

const address = z.url({ protocol: /^https?$/, error: 'an http or https address' });

/** What a user may write about a Segment connection. */
export const segmentSettingsSchema = z.strictObject({
  /** Where scores are sent. A workspace in the EU: https://events.eu1.segmentapis.com; a recorder or the sandbox may stand there. */
  host: address.default('https://api.segment.io'),
  /** The Profile API, asked by `check` alone. EU: https://profiles.euw1.segment.com */
  profilesUrl: address.default('https://profiles.segment.com'),
  /** The Public API, asked to delete and suppress erased people where a token is set. EU: https://eu1.api.segmentapis.com */
  publicApiUrl: address.default('https://api.segmentapis.com'),
  /** The space whose Profile API `check` asks; null leaves it unasked. */
  spaceId: z.string().min(1, 'the id of a space').nullable().default(null),
  /**
   * How an order's amount is read: the first formula whose numbers the event carries. Segment lets every shop decide what its
   * numbers mean; in the spec's example subtotal is after discounts, revenue before them.
   */
  amount: z
    .array(z.enum(AMOUNT_FORMULAS))
    .min(1, 'at least one formula')
    .default(['subtotal', 'revenue - discount', 'total - shipping - tax']),
  /** What track events mean, by name as sent; adds to and overrides what the specs' own events mean (see meanings.ts). */
  events: z.record(z.string(), z.enum(MEANINGS)).default({}),
  /** What a track event means that is listed nowhere. */
  otherEvents: z.enum(['web', 'product', 'email', 'support', 'ignore']).default('product'),
});

/** Settings of a Segment connection with their defaults filled. */
export type SegmentSettings = z.output<typeof segmentSettingsSchema>;
