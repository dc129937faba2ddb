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

/**
 * Where a workspace's APIs are, by the region that was chosen when it was made.
 * https://segment.com/docs/guides/regional-segment/
 */
const ADDRESSES = {
  us: {
    host: 'https://api.segment.io',
    profilesUrl: 'https://profiles.segment.com',
    publicApiUrl: 'https://api.segmentapis.com',
  },
  eu: {
    host: 'https://events.eu1.segmentapis.com',
    profilesUrl: 'https://profiles.euw1.segment.com',
    publicApiUrl: 'https://eu1.api.segmentapis.com',
  },
} as const;

const written = z.strictObject({
  /** Where the workspace's data is kept; decides the three addresses below. */
  region: z.enum(['us', 'eu'], 'us or eu').default('us'),
  /** Where scores are sent, if not where the region has it: a recorder or the sandbox may stand there. */
  host: address.optional(),
  /** The Profile API, asked by `check` alone. */
  profilesUrl: address.optional(),
  /** The Public API, asked to delete and suppress erased people where a token is set. */
  publicApiUrl: address.optional(),
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

/** What a user may write about a Segment connection. An address that is written goes before the region's. */
export const segmentSettingsSchema = written.transform(({ region, host, profilesUrl, publicApiUrl, ...settings }) => ({
  ...settings,
  host: host ?? ADDRESSES[region].host,
  profilesUrl: profilesUrl ?? ADDRESSES[region].profilesUrl,
  publicApiUrl: publicApiUrl ?? ADDRESSES[region].publicApiUrl,
}));

/** Settings of a Segment connection with their defaults filled. */
export type SegmentSettings = z.output<typeof segmentSettingsSchema>;
