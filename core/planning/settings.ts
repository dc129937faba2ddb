import { z } from 'zod';

const name = z.string().regex(/^[a-z][a-z0-9-]{0,30}$/, 'a lower-case name of letters, digits and dashes');
const share = z.number().min(0).max(1);

/** Something that can be done with a customer, what it takes, and what is believed of it before anything was measured. */
const actionSchema = z.strictObject({
  name,
  /** What its limit is counted by. */
  channel: name,
  /** Of an owner's working time. */
  minutes: z.number().min(0).max(10_000),
  /** Money for each customer beside time and discount, in the reporting currency. */
  cost: z.number().min(0).default(0),
  /** An offer: what it takes off the next 12 months' revenue, as a share; 0 is no offer. */
  discountShare: share.default(0),
  /** The playbook whose random holdout measures this action. Null: the prior is all that is known. */
  playbook: z.string().nullable().default(null),
  /** Save rate: the share of those who would leave that stay because of the action. */
  prior: z.strictObject({
    saveRate: z.number().min(-1).max(1),
    /** How sure one is of it; about two thirds of comparable actions lie within one of these. */
    standardDeviation: z.number().min(0.001).max(1),
  }),
});

/** A campaign for whole segments, and what is believed of it. */
const campaignSchema = z.strictObject({
  name,
  /** Segments it is meant for, by their ids; all when left out. */
  segments: z.array(z.string().min(1)).default([]),
  /** Once, and for each customer, in the reporting currency. */
  fixedCost: z.number().min(0).default(0),
  costPerCustomer: z.number().min(0).default(0),
  /** By which share it raises the value of the next 12 months of those it is sent to. */
  lift: z.strictObject({ share: z.number().min(-1).max(10), standardDeviation: z.number().min(0).max(10) }),
});

/** What a workspace says about what to do first with the hours and the money there are. */
export const planningSettingsSchema = z.strictObject({
  /** Replaces the shipped actions. */
  actions: z
    .array(actionSchema)
    .min(1)
    .max(20)
    .default([
      {
        name: 'email',
        channel: 'email',
        minutes: 2,
        cost: 0,
        discountShare: 0,
        playbook: null,
        prior: { saveRate: 0.02, standardDeviation: 0.02 },
      },
      {
        name: 'call',
        channel: 'phone',
        minutes: 20,
        cost: 0,
        discountShare: 0,
        playbook: 'at-risk-and-valuable',
        prior: { saveRate: 0.08, standardDeviation: 0.06 },
      },
      {
        name: 'offer',
        channel: 'phone',
        minutes: 25,
        cost: 0,
        discountShare: 0.1,
        playbook: null,
        prior: { saveRate: 0.15, standardDeviation: 0.1 },
      },
    ])
    .refine((actions) => new Set(actions.map((each) => each.name)).size === actions.length, 'another name for each'),
  campaigns: z
    .array(campaignSchema)
    .max(50)
    .default([])
    .refine((all) => new Set(all.map((each) => each.name)).size === all.length, 'another name for each'),
  /** Contribution margin as a share of revenue: what a kept customer earns. */
  margin: share.default(0.5),
  /** The margin guard: an offer that would leave less than this share of revenue is never made. */
  leastMargin: share.default(0.2),
  /** What an hour of an owner costs, in the reporting currency. */
  costPerHour: z.number().min(0).default(40),
  /** An action is left alone on a customer for whom the chance that it pays is below this: what does not work costs little before it is known. */
  leastChance: share.default(0.8),
  /** Share of customers for whom an action is drawn by how likely it is the best, in order to learn. */
  exploreShare: share.default(0.1),
  /** Limits of one plan; null is none. */
  limits: z
    .strictObject({
      minutesPerOwner: z.number().min(0).nullable().default(600),
      /** Money for costs and discounts. */
      budget: z.number().min(0).nullable().default(null),
      /** Money for campaigns. */
      campaigns: z.number().min(0).nullable().default(null),
      offers: z.number().int().min(0).nullable().default(null),
      /** Customers by channel. */
      channels: z.record(name, z.number().int().min(0)).default({}),
    })
    .prefault({}),
  /** After so many days the effect of a contact has fallen to 1/e. */
  effectDays: z.number().min(1).max(365).default(30),
  /** A customer is left alone for so many days after the last contact of a playbook. */
  coolDownDays: z.number().int().min(0).max(365).default(30),
  /** When customers may be contacted, in the workspace's time zone. */
  hours: z
    .strictObject({
      /** 1 Monday to 7 Sunday. */
      weekdays: z.array(z.number().int().min(1).max(7)).min(1).default([1, 2, 3, 4, 5]),
      /** Whole hours of the day: from the first, before the second. */
      from: z.number().int().min(0).max(23).default(9),
      to: z.number().int().min(1).max(24).default(17),
    })
    .prefault({})
    .refine(({ from, to }) => from < to, 'an end after the beginning'),
});

/** The settings with their defaults filled. */
export type PlanningSettings = z.output<typeof planningSettingsSchema>;

/** A campaign with its defaults filled. */
export type Campaign = PlanningSettings['campaigns'][number];

/** An action with its defaults filled. */
export type PlannedAction = PlanningSettings['actions'][number];
