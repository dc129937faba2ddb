import { z } from 'zod';

const band = z.enum(['high', 'medium', 'low']);

const connection = z.string().min(1);

/** One step beside the task. */
const stepSchema = z.discriminatedUnion('do', [
  /** Into a Salesforce campaign, or a static HubSpot list. */
  z.strictObject({ do: z.literal('list'), connection, listId: z.string().min(1) }),
  /** A note on the customer's open cases (Salesforce) or tickets (HubSpot); "provision" makes the field. */
  z.strictObject({ do: z.literal('flag'), connection, note: z.string().min(1).max(255) }),
  /** A Segment event. */
  z.strictObject({ do: z.literal('track'), connection, event: z.string().min(1) }),
  /** Traits on the Segment group (company) that the user belongs to. */
  z.strictObject({ do: z.literal('group'), connection }),
  /** A Segment trait `staypower_audience_NAME`, by which an audience can be built. */
  z.strictObject({
    do: z.literal('audience'),
    connection,
    name: z.string().regex(/^[a-z][a-z0-9_]{0,40}$/, 'lower-case letters, digits and underscores'),
  }),
]);

/** A step of a playbook. */
export type PlaybookStep = z.output<typeof stepSchema>;

/**
 * A playbook as data: which cell to watch, what to do when a customer enters it, and how often. The defaults are those of
 * DECISIONS: entering counts (not being there), hysteresis 5 points, cool-down 30 days, 10 % held out at random.
 */
export const playbookSchema = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]{0,30}$/, 'a lower-case name of letters, digits and dashes'),
  enabled: z.boolean().default(true),
  /** The cell: a customer enters when all of it holds. */
  when: z.strictObject({
    churnBand: z.array(band).min(1),
    valueBand: z.array(band).min(1),
  }),
  /** A customer who left the cell counts as still in it until the churn risk has fallen this many points below the band. */
  hysteresisPoints: z.number().min(0).max(50).default(5),
  /** After a task, the same customer is left alone for so many days. */
  coolDownDays: z.number().int().min(0).default(30),
  /** Share of entering customers held out at random, so that the effect can be measured. */
  holdoutShare: z.number().min(0).max(0.5).default(0.1),
  /** Tasks an owner gets on one day; the others stay queued in order of priority. */
  tasksPerOwnerPerDay: z.number().int().min(1).default(10),
  task: z.strictObject({
    /** {name}, {valueIfKept}, {currency}, {churn}, {reasons} are filled in. */
    subject: z.string().min(1),
    body: z.string().min(1),
    dueInDays: z.number().int().min(0).default(2),
    priority: z.enum(['high', 'medium', 'low']).default('high'),
  }),
  /** Enrol in this sequence or cadence instead, where the vendor's user has the seat; else the task is opened. */
  sequence: z
    .strictObject({
      connection: z.string(),
      sequenceId: z.string().min(1),
      userId: z.string().min(1),
      senderEmail: z.email().nullable().default(null),
    })
    .nullable()
    .default(null),
  /** What is done beside the task or sequence, where the customer has a record on that connection. */
  steps: z.array(stepSchema).default([]),
});

/** A playbook with its defaults filled. */
export type Playbook = z.output<typeof playbookSchema>;

/** The shipped playbook. */
export const AT_RISK_AND_VALUABLE: Playbook = playbookSchema.parse({
  name: 'at-risk-and-valuable',
  when: { churnBand: ['high'], valueBand: ['high'] },
  task: {
    subject: 'Keep {name}: {valueIfKept} {currency} a year at risk',
    body: 'Likely to leave: {churn} % within {horizonDays} days. Worth {valueIfKept} {currency} in the next 12 months if kept.\n\n{reasons}',
  },
});
