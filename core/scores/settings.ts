import { z } from 'zod';
import { ENGAGEMENT_CHANNELS } from '../features/stats.ts';
import { CRITERIA } from './priority.ts';

const weight = z.number().min(0).max(100);

/** What a workspace says about its scores. Takes effect with the next "staypower train", but for the language. */
export const scoringSettingsSchema = z.strictObject({
  engagement: z
    .strictObject({
      /** Points by hand, or learned at each training from the purchases that followed. */
      weights: z.enum(['by-hand', 'learned']).default('by-hand'),
      /** Points of one event at the moment it happens, over the usual ones: of a channel, or of its events of one name. */
      points: z
        .array(
          z.strictObject({
            channel: z.enum(ENGAGEMENT_CHANNELS),
            event: z.string().min(1).optional(),
            points: z.number().min(0).max(1_000),
          }),
        )
        .default([]),
    })
    .prefault({}),
  /** What customers may do within the horizon, beside leaving: each gets a model of its own where there is enough to learn from. */
  propensities: z
    .array(
      z.strictObject({
        name: z.string().regex(/^[a-z][a-z0-9-]{0,30}$/, 'a lower-case name of letters, digits and dashes'),
        /** Names of events, any of which is it; a purchase when left out. */
        events: z.array(z.string().min(1)).min(1).optional(),
      }),
    )
    .max(10)
    .default([
      { name: 'buy-again' },
      { name: 'upgrade', events: ['Plan Upgraded', 'Subscription Upgraded', 'Account Upgraded'] },
      { name: 'refer', events: ['Invite Sent', 'Referral Sent'] },
    ]),
  priority: z
    .strictObject({
      /** How the standings by each criterion become one number. */
      method: z.enum(['weighted-sum', 'topsis']).default('weighted-sum'),
      /** Against each other. */
      weights: z
        .strictObject({
          valueAtRisk: weight.default(0.5),
          churn: weight.default(0.3),
          engagementDrop: weight.default(0.2),
        })
        .prefault({})
        .refine((weights) => CRITERIA.some((each) => weights[each] > 0), 'one weight above 0 at least'),
    })
    .prefault({}),
});

/** The settings with their defaults filled. */
export type ScoringSettings = z.output<typeof scoringSettingsSchema>;

/** What a workspace that says nothing has. */
export const USUAL_SCORING: ScoringSettings = scoringSettingsSchema.parse({});
