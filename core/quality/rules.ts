/**
 * What a rule does with a record at worst: `reject` (cannot be counted), `hold` (could be, but evidence is strong that it is wrong: it waits
 * until somebody says), `warn` (is counted, and told).
 */
export type Severity = 'reject' | 'hold' | 'warn';

/** A rule of data quality. */
export interface Rule {
  /** What it reads. */
  reads: string;
  /** What it does at worst. */
  atWorst: Severity;
  /** What it finds, in a few words. */
  finds: string;
  /** A record, or a connection as a whole. */
  about: 'record' | 'connection';
}

/** Every rule by its name: quarantine, findings, counts and metrics call them so. */
export const RULES = {
  unreadable: {
    reads: 'records as their vendor has them',
    atWorst: 'reject',
    finds: 'values that cannot be read',
    about: 'record',
  },
  schema: {
    reads: 'every field of a record',
    atWorst: 'reject',
    finds: 'fields that are not of their type or range',
    about: 'record',
  },
  'currency-unknown': {
    reads: 'currencies of sales',
    atWorst: 'reject',
    finds: 'codes that are no currency',
    about: 'record',
  },
  'no-rate': {
    reads: 'currencies and days of sales',
    atWorst: 'reject',
    finds: 'sales without a rate of exchange',
    about: 'record',
  },
  'negative-order': {
    reads: 'amounts of orders',
    atWorst: 'reject',
    finds: 'orders below zero that are no refunds',
    about: 'record',
  },
  'amount-missing': {
    reads: 'amounts of orders',
    atWorst: 'reject',
    finds: 'orders without an amount',
    about: 'record',
  },
  'margin-above-amount': {
    reads: 'margins and amounts of sales',
    atWorst: 'reject',
    finds: 'margins that cannot be read, or above their sale',
    about: 'record',
  },
  'placeholder-date': {
    reads: 'days of sales and activities',
    atWorst: 'hold',
    finds: 'days before 1971: the zero of a clock or a spreadsheet',
    about: 'record',
  },
  'future-date': {
    reads: 'days of sales and activities',
    atWorst: 'hold',
    finds: 'days to come; held when over a year ahead',
    about: 'record',
  },
  'clock-ahead': {
    reads: 'instants of sales and activities',
    atWorst: 'warn',
    finds: 'instants up to 26 hours ahead: a clock or its time zone is wrong',
    about: 'record',
  },
  'amount-outlier': {
    reads: 'amounts of orders, beside the book and the customer (median and median deviation of logarithms)',
    atWorst: 'hold',
    finds: 'amounts far from all others',
    about: 'record',
  },
  'amount-unit': {
    reads: 'amounts of orders, beside the book and the customer',
    atWorst: 'hold',
    finds: 'single amounts 100 or 1,000 times what is usual, or a hundredth or thousandth',
    about: 'record',
  },
  'unit-change': {
    reads: 'the last 40 amounts of a connection, beside those before',
    atWorst: 'hold',
    finds: 'a step by 100 or 1,000 in all amounts: cents for euros',
    about: 'record',
  },
  'duplicate-order': {
    reads: 'orders of one customer',
    atWorst: 'hold',
    finds: 'the same amount in the same minute under another id; held where both carry one order number',
    about: 'record',
  },
  'id-reuse': {
    reads: 'sales that were changed',
    atWorst: 'hold',
    finds: 'an id that comes again with another customer, day and amount',
    about: 'record',
  },
  'email-invalid': {
    reads: 'e-mail addresses of contacts',
    atWorst: 'warn',
    finds: 'addresses that no mail can reach',
    about: 'record',
  },
  'email-crowd': {
    reads: 'addresses and ids that contacts share',
    atWorst: 'warn',
    finds: 'more contacts with one address than can be one person',
    about: 'record',
  },
  'test-account': {
    reads: 'names and e-mail addresses of contacts',
    atWorst: 'warn',
    finds: 'contacts made for a test',
    about: 'record',
  },
  'encoding-damage': {
    reads: 'names of contacts',
    atWorst: 'warn',
    finds: 'letters that were read in the wrong encoding',
    about: 'record',
  },
  burst: {
    reads: 'instants of sales',
    atWorst: 'warn',
    finds: 'many sales at one single instant: that of an import',
    about: 'connection',
  },
  'time-zone-shift': {
    reads: 'hours of sales',
    atWorst: 'warn',
    finds: 'a day that begins hours earlier or later than before',
    about: 'connection',
  },
  'missing-fields': {
    reads: 'fields of a hundred records, beside the loads before',
    atWorst: 'warn',
    finds: 'a field that is empty far more often',
    about: 'connection',
  },
  'volume-drop': {
    reads: 'sales and activities by week',
    atWorst: 'warn',
    finds: 'a week with far fewer than usual',
    about: 'connection',
  },
  'stale-source': {
    reads: 'the last day with a sale or activity',
    atWorst: 'warn',
    finds: 'a source from which nothing comes any more',
    about: 'connection',
  },
} as const satisfies Readonly<Record<string, Rule>>;

/** The name of a rule. */
export type RuleName = keyof typeof RULES;

/** Whether a text is the name of a rule. */
export function isRule(name: string): name is RuleName {
  return Object.hasOwn(RULES, name);
}
