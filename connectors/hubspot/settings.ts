import { z } from 'zod';
import type { Json } from '../../core/domain/json.ts';
import type { Stream } from '../../core/domain/records.ts';

const property = z.string().regex(/^[a-z][a-z0-9_]{0,99}$/, 'the internal name of a HubSpot property, e.g. "amount"');
const stage = z.string().min(1, 'the internal id of a pipeline stage');

/** Activities that say something about a contact's engagement. */
export const ENGAGEMENT_OBJECTS = ['emails', 'meetings', 'calls', 'tasks', 'tickets'] as const;

/** What may stand on a deal as on an order, each null where it does not. */
const saleProperties = {
  /** The currency of the sale, ISO 4217; null: HubSpot's own property for it. */
  currencyProperty: property.nullable().default(null),
  /** What the sale leaves after its own costs, in its currency. */
  marginProperty: property.nullable().default(null),
  /** The same as a share of the amount, of format percentage: HubSpot keeps 0.35 for 35 %. It counts where the one above is empty. */
  marginShareProperty: property.nullable().default(null),
};

/** What a user may write about a HubSpot connection. Property names are HubSpot's internal names, stages their internal ids. */
export const hubspotSettingsSchema = z.strictObject({
  /** Address of the API; null is HubSpot itself. A recorder or the sandbox may stand there. */
  baseUrl: z
    .url({ protocol: /^https?$/, error: 'an http or https address' })
    .nullable()
    .default(null),
  /** The id of our own app in HubSpot: changes that it made are not read back. */
  appId: z.string().regex(/^\d+$/, 'the digits of the app id').nullable().default(null),
  /** Whether webhooks signed by version 1 alone are taken, which carry no time and cover the body only: for apps made before 2022. */
  acceptSignatureV1: z.boolean().default(false),
  /** The account's burst limit: 190 on Professional and Enterprise, 100 on Free and Starter, 110 for a marketplace app. */
  callsPer10Seconds: z.number().int().min(20).max(250).default(190),
  /** Share of the account's daily calls that is left to other apps, 0..1; marketplace apps have no daily limit. */
  dailyCallReserve: z.number().min(0).max(0.9).default(0.1),
  deals: z
    .strictObject({
      /** Stages that count as a sale; none means what HubSpot itself counts as won. */
      wonStages: z.array(stage).default([]),
      /** What the sale was worth, in the deal's currency. */
      amountProperty: property.default('amount'),
      ...saleProperties,
      /** The shop's order number, shared with other systems; null where there is none. */
      orderReferenceProperty: property.nullable().default(null),
      /** What was paid back of the sale, and when; null where refunds are not kept on the deal. */
      refund: z.strictObject({ amountProperty: property, dateProperty: property }).nullable().default(null),
    })
    .prefault({}),
  /** Order objects, for accounts whose shop writes them; null leaves them unread. */
  orders: z
    .strictObject({
      amountProperty: property.default('hs_total_price'),
      ...saleProperties,
      /** When the order was placed; the record's creation where it is empty. */
      dateProperty: property.default('hs_processed_date'),
      orderReferenceProperty: property.nullable().default('hs_external_order_id'),
      /** Stages of cancelled or fully refunded orders: these are no purchases. */
      cancelledStages: z.array(stage).default([]),
    })
    .nullable()
    .default(null),
  /** A contact's id in the customer's own systems; null where HubSpot does not know it. */
  userIdProperty: property.nullable().default(null),
  /** Who looks after a contact, as an owner's id; null: HubSpot's own contact owner. */
  ownerProperty: property.nullable().default(null),
  /** A contact with "true" in any of these must not be contacted. */
  doNotContactProperties: z.array(property).default(['hs_email_optout']),
  /**
   * Properties of a contact that hold the days of its contract, for churn by contract end or notice; null where there are no contracts. When
   * the end is overwritten on renewal, the term before stays on record here.
   */
  contract: z
    .strictObject({
      startProperty: property.nullable().default(null),
      endProperty: property.nullable().default(null),
      cancelledProperty: property.nullable().default(null),
      /** A number: what a year of the contract is worth, in the workspace's currency, whatever the term. */
      annualValueProperty: property.nullable().default(null),
    })
    .nullable()
    .default(null),
  /** Activities to read; each costs calls of its own. */
  engagementObjects: z.array(z.enum(ENGAGEMENT_OBJECTS)).default([...ENGAGEMENT_OBJECTS]),
});

/** Settings of a HubSpot connection with their defaults filled. */
export type HubSpotSettings = z.output<typeof hubspotSettingsSchema>;

/** The settings that decide what each stream's records say. */
export function mappingOf(settings: HubSpotSettings, currency: string): Readonly<Partial<Record<Stream, Json>>> {
  const { deals, orders, userIdProperty, ownerProperty, doNotContactProperties, contract, engagementObjects } =
    settings;
  return {
    contacts: { userIdProperty, doNotContactProperties, contract, ...(ownerProperty !== null && { ownerProperty }) },
    transactions: { deals: saleMapping(deals), orders: orders && saleMapping(orders), currency },
    engagement: { engagementObjects },
  };
}

/** Settings that came later stand in a mapping only where they are used: an upgrade has nothing read again for settings left alone. */
function saleMapping<T extends NonNullable<HubSpotSettings['orders']> | HubSpotSettings['deals']>(sale: T): Json {
  const { currencyProperty, marginProperty, marginShareProperty, ...before } = sale;
  return {
    ...before,
    ...(currencyProperty !== null && { currencyProperty }),
    ...(marginProperty !== null && { marginProperty }),
    ...(marginShareProperty !== null && { marginShareProperty }),
  };
}
