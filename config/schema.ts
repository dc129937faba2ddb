import { z } from 'zod';
import { csvSettingsSchema } from '../connectors/csv/index.ts';
import { hubspotSettingsSchema } from '../connectors/hubspot/index.ts';
import { salesforceSettingsSchema } from '../connectors/salesforce/index.ts';
import { segmentSettingsSchema } from '../connectors/segment/index.ts';
import { isTimeZone } from '../core/domain/calendar-day.ts';
import { planningSettingsSchema } from '../core/planning/settings.ts';
import { AT_RISK_AND_VALUABLE, playbookSchema } from '../core/playbooks/schema.ts';
import { churnSettingsSchema } from '../core/scores/leaving.ts';
import { scoringSettingsSchema } from '../core/scores/settings.ts';
import { LANGUAGES } from '../core/scores/words/index.ts';
import { retentionSchema } from '../core/store/retention.ts';

const connectionId = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,30}$/, 'a lower-case name of letters, digits and dashes, e.g. "hubspot"');

/** One connection: which vendor, under which id (the vendor's name unless there are two of it), and how its data is read. */
const connectionSchema = z.discriminatedUnion('vendor', [
  z.strictObject({
    vendor: z.literal('salesforce'),
    id: connectionId.default('salesforce'),
    settings: salesforceSettingsSchema.prefault({}),
  }),
  z.strictObject({
    vendor: z.literal('hubspot'),
    id: connectionId.default('hubspot'),
    settings: hubspotSettingsSchema.prefault({}),
  }),
  z.strictObject({
    vendor: z.literal('segment'),
    id: connectionId.default('segment'),
    settings: segmentSettingsSchema.prefault({}),
  }),
  z.strictObject({
    vendor: z.literal('csv'),
    id: connectionId.default('csv'),
    settings: csvSettingsSchema.prefault({}),
  }),
]);

/** Everything a person may write in staypower.yaml. No secrets: those come from the environment. */
export const configSchema = z.strictObject({
  /** Names the schema in the store; one workspace is one book of customers. */
  workspace: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,40}$/, 'a lower-case name of letters, digits and underscores')
    .default('default'),
  /** Days are calendar days of this IANA zone. */
  timeZone: z.string().refine(isTimeZone, 'an IANA time zone such as "Europe/Berlin"').default('UTC'),
  /** Reporting currency, ISO 4217. */
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, 'a three-letter ISO 4217 code such as "EUR"')
    .default('USD'),
  /** What other currencies were worth in the reporting currency, by day. Sales in a currency without a rate wait in quarantine. */
  exchangeRates: z
    .strictObject({
      /** CSV with the columns date, currency, rate; relative to the working folder; gzip allowed. Null: only what stands here. */
      file: z.string().min(1, 'the path of a CSV file').nullable().default(null),
      /** Of two rates of one currency and day, the one here counts before the file's. */
      rates: z
        .array(
          z.strictObject({
            date: z.iso.date('a day such as 2026-03-31'),
            currency: z.string().regex(/^[A-Z]{3}$/, 'a three-letter ISO 4217 code such as "GBP"'),
            /** One unit of it in the reporting currency. */
            rate: z.number('a number above zero').positive('a number above zero'),
          }),
        )
        .default([]),
    })
    .prefault({}),
  /** In the order of trust: of one sale on record in two systems, the first one's is kept. */
  connections: z.array(connectionSchema).default([]),
  /** Replaces the shipped playbook. */
  playbooks: z.array(playbookSchema).default([AT_RISK_AND_VALUABLE]),
  /** In which language scores speak to people: reasons, changes, next actions. */
  language: z.enum(LANGUAGES).default('en'),
  /** What leaving is; a change is shown by "staypower train" first. */
  churn: churnSettingsSchema.prefault({}),
  /** Points of engagement and the like; takes effect with the next "staypower train". */
  scores: scoringSettingsSchema.prefault({}),
  /** Signed calls to endpoints that subscribed to events. */
  outbound: z
    .strictObject({
      /** Whether webhook endpoints on this machine may be called, and by plain http. */
      allowLoopback: z.boolean().default(false),
    })
    .prefault({}),
  /** Actions, what they take, and the limits of a plan. */
  planning: planningSettingsSchema.prefault({}),
  /** What somebody should know of: drift, scores that fare worse, connections that cannot be read. */
  alarms: z
    .strictObject({
      /** Gets a task for each alarm: a connection that opens tasks, and the id of a user there. Null: alarms are shown and told only. */
      taskOwner: z
        .strictObject({ connection: z.string().min(1), userId: z.string().min(1) })
        .nullable()
        .default(null),
    })
    .prefault({}),
  /** How long what is through is kept, in days. */
  retention: retentionSchema.prefault({}),
  server: z
    .strictObject({
      /** Port of `serve` on 127.0.0.1. */
      port: z.number().int().min(0).max(65_535).default(8080),
      /** The https address under which vendors reach us; HubSpot signs it. Null is enough where no vendor pushes. */
      publicBaseUrl: z
        .url({ protocol: /^https?$/ })
        .nullable()
        .default(null),
    })
    .prefault({}),
});

/** What people write: everything has a default, so that yesterday's file still runs. */
export type Config = z.input<typeof configSchema>;

/** A connection with its defaults filled. */
export type ConnectionConfig = z.output<typeof connectionSchema>;

/** The configuration with its defaults filled. */
export type ResolvedConfig = z.output<typeof configSchema>;
