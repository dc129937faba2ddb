import { z } from 'zod';
import { SEGMENTS } from '../segments/segment-names.ts';

const band = z.enum(['high', 'medium', 'low']);

/** From, to, or both; the ends are included. */
const range = z
  .strictObject({ atLeast: z.number().optional(), atMost: z.number().optional() })
  .refine(({ atLeast, atMost }) => atLeast !== undefined || atMost !== undefined, '"atLeast", "atMost" or both')
  .refine(
    ({ atLeast, atMost }) => atLeast === undefined || atMost === undefined || atLeast <= atMost,
    '"atLeast" not above "atMost"',
  );

/** The ends of a range; one at least. */
export type Range = z.output<typeof range>;

/** The state that a playbook watches: a customer enters it when all conditions hold that are stated. */
export const conditionsSchema = z
  .strictObject({
    lifecycle: z
      .array(z.enum(['prospect', 'active', 'lapsed']))
      .min(1)
      .default(['active']),
    churnBand: z.array(band).min(1).optional(),
    valueBand: z.array(band).min(1).optional(),
    /** A move into a segment of recency, frequency and money. */
    segment: z.array(z.enum(SEGMENTS)).min(1).optional(),
    engagementTrend: z
      .array(z.enum(['rising', 'steady', 'falling']))
      .min(1)
      .optional(),
    /** Points, 0 to 100 (100 = most likely to leave). */
    churn: range.optional(),
    /** Points, 0 to 100. */
    engagement: range.optional(),
    priority: range.optional(),
    /** Money of the next 12 months in the reporting currency. */
    clv12m: range.optional(),
    valueIfKept12m: range.optional(),
    /** Days with a purchase, in all. */
    purchases: range.optional(),
    /** Days since the last purchase. */
    silentDays: range.optional(),
    /** Days since the first purchase. */
    customerDays: range.optional(),
  })
  .refine((stated) => Object.keys(stated).length > 1, 'one condition beside the lifecycle');

/** Conditions with their defaults filled. */
export type Conditions = z.output<typeof conditionsSchema>;
