import { z } from 'zod';
import { isTimeZone } from '../domain/calendar-day.ts';
import { conditionsSchema } from './conditions.ts';

const connection = z.string().min(1);

const text = z.string().min(1);

/** What a task says; {placeholders} are filled in: see TEMPLATE_FIELDS. */
const taskFields = {
  subject: text,
  body: text,
  dueInDays: z.number().int().min(0).default(2),
  priority: z.enum(['high', 'medium', 'low']).default('high'),
};

/** One step after the task: at once, or once the waits before it are over. */
const stepSchema = z.discriminatedUnion('do', [
  /** The steps after it come so many days later. */
  z.strictObject({ do: z.literal('wait'), days: z.number().int().min(1).max(365) }),
  /** The steps after it are left out for who is not in the state of `when` any more. */
  z.strictObject({ do: z.literal('check') }),
  /** Another task for the owner of the same record. */
  z.strictObject({ do: z.literal('task'), ...taskFields }),
  /** Into a Salesforce campaign, or a static HubSpot list. */
  z.strictObject({ do: z.literal('list'), connection, listId: z.string().min(1) }),
  /** A HubSpot ticket, or a Salesforce case, about the customer; who gets it is decided by the rules there. */
  z.strictObject({
    do: z.literal('ticket'),
    connection,
    subject: text,
    body: text,
    priority: taskFields.priority,
  }),
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
  /** A signed message to one endpoint of "staypower webhook add", whatever it subscribed to. */
  z.strictObject({
    do: z.literal('webhook'),
    endpoint: z.string().regex(/^ep_[\w-]+$/, 'the id of an endpoint, as "staypower webhook list" shows it'),
    /** What the receiver is to do; told as it stands. */
    note: z.string().max(255).default(''),
  }),
]);

/** A step of a playbook. */
export type PlaybookStep = z.output<typeof stepSchema>;

/** A step that is done at a connection of its own. */
export type ConnectionStep = Extract<PlaybookStep, { connection: string }>;

/** When a playbook may act. */
const hoursSchema = z
  .strictObject({
    /** 1 Monday to 7 Sunday. */
    weekdays: z.array(z.number().int().min(1).max(7)).min(1).default([1, 2, 3, 4, 5]),
    /** Whole hours of the day: from the first, before the second. */
    from: z.number().int().min(0).max(23).default(9),
    to: z.number().int().min(1).max(24).default(17),
    /** IANA name; null is the workspace's. */
    timeZone: z.string().refine(isTimeZone, 'an IANA time zone such as "Europe/Berlin"').nullable().default(null),
  })
  .refine(({ from, to }) => from < to, 'an end after the beginning');

/** The hours with their defaults filled. */
export type PlaybookHours = z.output<typeof hoursSchema>;

/**
 * A playbook as data: which state to watch, what to do when a customer enters it, and how often. The defaults are those of
 * DECISIONS: entering counts (not being there), hysteresis 5 points, cool-down 30 days, 10 % held out at random.
 */
export const playbookSchema = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]{0,30}$/, 'a lower-case name of letters, digits and dashes'),
  /** What it is for, in a sentence. */
  description: z.string().default(''),
  enabled: z.boolean().default(true),
  when: conditionsSchema,
  /** Who is in the state stays in it until a number has moved so many points (of money: per cent) out of it. */
  hysteresisPoints: z.number().min(0).max(50).default(5),
  /** After a task, the same customer is left alone for so many days. */
  coolDownDays: z.number().int().min(0).default(30),
  /** Share of entering customers held out at random, so that the effect can be measured. */
  holdoutShare: z.number().min(0).max(0.5).default(0.1),
  /** Tasks an owner gets on one day; the others stay queued in order of priority. */
  tasksPerOwnerPerDay: z.number().int().min(1).default(10),
  /** When it may act: outside, who entered waits, and so do steps after a wait. Null: at any time. */
  hours: hoursSchema.nullable().default(null),
  task: z.strictObject(taskFields),
  /**
   * In place of the task, the one of these actions of `planning` that is advised for the customer, within its limits; or nothing, where none
   * earns more than it costs. Who has no churn risk or value to advise by gets the task.
   */
  advised: z
    .array(z.strictObject({ action: text, ...taskFields }))
    .min(1)
    .max(20)
    .refine((all) => new Set(all.map(({ action }) => action)).size === all.length, 'each action once')
    .nullable()
    .default(null),
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
  /** What is done after the task or sequence; at a connection, where the customer has a record there. */
  steps: z.array(stepSchema).max(30).default([]),
  /** Who bought since gets none of the steps after a wait. */
  stopWhenSaved: z.boolean().default(true),
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
