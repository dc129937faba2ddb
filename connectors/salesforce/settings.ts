import { z } from 'zod';
import type { Json } from '../../core/domain/json.ts';
import type { Stream } from '../../core/domain/records.ts';

/** The API name of a field, standard or custom; it is put into queries as it stands. */
const fieldName = z.string().regex(/^[A-Za-z]\w*$/, 'the API name of a field, such as "Amount" or "Order_Number__c"');

/** What is subscribed to by the Pub/Sub API. */
const pubSubSchema = z.strictObject({
  /** Where it is; plain http on this machine alone, as the session's token goes along. */
  url: z
    .url({ protocol: /^https?$/, error: 'an https address' })
    .refine(isPrivate, 'an https address (http on this machine only)')
    .default('https://api.pubsub.salesforce.com:7443'),
  /** Channels of Change Data Capture. The first one has every object that the admin selected (Setup, Change Data Capture). */
  topics: z
    .array(z.string().regex(/^\/data\/\w+$/, 'a channel such as "/data/ChangeEvents"'))
    .default(['/data/ChangeEvents']),
  /** Platform events of the organisation that say of a record that it is to be read again. */
  platformEvents: z
    .array(
      z.strictObject({
        topic: z.string().regex(/^\/event\/\w+__e$/, 'a platform event such as "/event/Order_Paid__e"'),
        /** Object of the record, and the event's text field that holds its 18-character id. */
        object: fieldName,
        recordIdField: fieldName,
      }),
    )
    .default([]),
});

/** What is subscribed to, with its defaults filled. */
export type PubSubSettings = z.output<typeof pubSubSchema>;

/** How the data of one Salesforce organisation is read. Everything has a default; no secrets. */
export const salesforceSettingsSchema = z.strictObject({
  /** Where tokens come from: https://test.salesforce.com for a sandbox, the My Domain address for the client-credentials flow. */
  loginUrl: z.url({ protocol: /^https?$/ }).default('https://login.salesforce.com'),
  /** Stages that count as a sale; null = every stage that the organisation marks as won (IsWon). */
  wonStages: z.array(z.string().min(1)).min(1).nullable().default(null),
  /** Field of Opportunity that holds the amount of the sale. */
  amountField: fieldName.default('Amount'),
  /** Field of Opportunity that holds the currency of the sale, ISO 4217; null = CurrencyIsoCode, where the organisation has it. */
  currencyField: fieldName.nullable().default(null),
  /** Field of Opportunity that holds what the sale leaves after its own costs, in the currency of its amount; null = not on record. */
  marginField: fieldName.nullable().default(null),
  /** The same as a percentage of the amount, 35 for 35 %, as a field of type Percent has it. It counts where the one above is empty. */
  marginPercentField: fieldName.nullable().default(null),
  /** Field of Opportunity that holds the shop's order number, by which one sale in several systems is recognised; null = none. */
  orderReferenceField: fieldName.nullable().default(null),
  /** Fields of Opportunity that hold what was paid back in all, and on which day; null = refunds are not on record there. */
  refund: z.strictObject({ amountField: fieldName, dateField: fieldName }).nullable().default(null),
  /** Reads activated Orders as sales and reduction orders as refunds. An Order made from an Opportunity is left to the Opportunity. */
  readOrders: z.boolean().default(false),
  /** Reads what reps say of scores by the buttons of the component; needs the object Staypower_Feedback__c of the package. */
  readFeedback: z.boolean().default(false),
  /** Field of Contact that holds the customer's own user id (what Segment calls userId); null = none. */
  userIdField: fieldName.nullable().default(null),
  /** Lookup of Contact to the user who looks after it; null = OwnerId. */
  ownerField: fieldName.nullable().default(null),
  /** Checkboxes of Contact: one of them ticked means that this person must not be contacted. */
  doNotContactFields: z.array(fieldName).default(['HasOptedOutOfEmail', 'DoNotCall']),
  /**
   * Date fields of Contact that hold the days of its contract, for churn by contract end or notice; null = no contracts. When the end
   * is overwritten on renewal, the term before stays on record here.
   */
  contract: z
    .strictObject({
      startField: fieldName.nullable().default(null),
      endField: fieldName.nullable().default(null),
      cancelledField: fieldName.nullable().default(null),
      /** A number or currency field: what a year of the contract is worth, in the workspace's currency, whatever the term. */
      annualValueField: fieldName.nullable().default(null),
    })
    .nullable()
    .default(null),
  /** Objects read as engagement, where the organisation has them. EmailMessage: e-mails on cases. */
  engagementObjects: z
    .array(z.enum(['Task', 'Event', 'Case', 'EmailMessage']))
    .default(['Task', 'Event', 'Case', 'EmailMessage']),
  /** Changes as they happen, by subscription; null = none, then Outbound Messages or the regular cycle tell of them. */
  pubSub: pubSubSchema.nullable().default(null),
  /** More rows of one object than this are read by Bulk 2.0. */
  bulkReadRows: z.number().int().positive().default(50_000),
  /** More rows than this are written by Bulk 2.0. */
  bulkWriteRows: z.number().int().positive().default(2_000),
  /** Share of the organisation's daily API calls that is left to others, 0..1. */
  dailyCallReserve: z.number().min(0).max(0.9).default(0.1),
});

/** Settings with their defaults filled. */
export type SalesforceSettings = z.output<typeof salesforceSettingsSchema>;

/** The settings that decide what each stream's records say. */
export function mappingOf(settings: SalesforceSettings, currency: string): Readonly<Partial<Record<Stream, Json>>> {
  const { wonStages, amountField, orderReferenceField, refund, readOrders } = settings;
  const { currencyField, marginField, marginPercentField } = settings;
  const { userIdField, ownerField, doNotContactFields, contract, engagementObjects } = settings;
  // What came later stands here only where it is used: an upgrade has nothing read again for settings left alone.
  return {
    contacts: { userIdField, doNotContactFields, contract, ...(ownerField !== null && { ownerField }) },
    transactions: {
      ...{ wonStages, amountField, orderReferenceField, refund, readOrders, currency },
      ...(currencyField !== null && { currencyField }),
      ...(marginField !== null && { marginField }),
      ...(marginPercentField !== null && { marginPercentField }),
    },
    engagement: { engagementObjects },
  };
}

function isPrivate(url: string): boolean {
  const parsed = URL.parse(url);
  return parsed?.protocol === 'https:' || ['127.0.0.1', 'localhost', '[::1]'].includes(parsed?.hostname ?? '');
}
