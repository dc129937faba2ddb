import { z } from 'zod';

const column = z.string().min(1, 'the name of a column, as in the first line of the file');

/**
 * Columns by what they hold. A name that stands in no file is an error only where it is needed or was written by hand: the defaults of
 * the others are taken when they are there.
 */
const columnsSchema = z.strictObject({
  /** The customer's id in the shop's own system: joins with the user ids that other systems know. */
  customerId: column.default('customer_id'),
  /** A day, 2026-03-31 or 20260331, or an instant; a time without an offset is left aside. */
  date: column.default('date'),
  /** A decimal number with a point, zero or more. */
  amount: column.default('amount'),
  email: column.default('email'),
  name: column.default('name'),
  phone: column.default('phone'),
  /** The company the customer belongs to: its id or its name. */
  account: column.default('account'),
  /** ISO 4217; the workspace's currency where there is none. */
  currency: column.default('currency'),
  /** What the order leaves after its own costs, in its currency: a decimal number with a point, below zero for a loss. */
  margin: column.default('margin'),
  /** The shop's order number; without it a row is known by customer, date and amount. */
  orderId: column.default('order_id'),
  /** order, refund or void; an order where there is none. */
  kind: column.default('kind'),
  /** For refund and void: the order number it belongs to. */
  refersTo: column.default('refers_to'),
  createdAt: column.default('created_at'),
  /** The owner's id. */
  owner: column.default('owner'),
  /** Days of a contract: one line a term, so that renewals are several lines of one customer. An empty end: until further notice. */
  contractStart: column.default('contract_start'),
  contractEnd: column.default('contract_end'),
  /** The day on which notice was given. */
  cancelledOn: column.default('cancelled_on'),
  /** What a year of the contract is worth, whatever its term: a decimal number with a point, in the workspace's currency. */
  contractAnnualValue: column.default('contract_annual_value'),
});

/** What a column holds. */
export type ColumnName = keyof z.output<typeof columnsSchema>;
/** The name of the column of each, with the defaults filled. */
export type Columns = Readonly<z.output<typeof columnsSchema>>;

/** Fills in the columns that were not named. */
export function columnsWith(named: Partial<Columns>): Columns {
  return columnsSchema.parse(named);
}

const fileSchema = z
  .strictObject({
    /** Relative to the working folder; gzip allowed. */
    file: z.string().min(1, 'the path of a CSV file'),
    columns: columnsSchema.prefault({}),
  })
  .nullable()
  .default(null);

/** What a user may write about a CSV connection: at least one of the two files. */
export const csvSettingsSchema = z.strictObject({
  /**
   * One line a customer: customer_id, and of email, name, phone, account, created_at, owner what there is; with contract_start, contract_end,
   * cancelled_on, contract_annual_value one line a term.
   */
  contacts: fileSchema,
  /** One line an order: customer_id, date, amount, and what else there is. Customers need no file of their own. */
  transactions: fileSchema,
  delimiter: z.string().length(1, 'one character, e.g. ";"').default(','),
  encoding: z.enum(['utf-8', 'utf-16le', 'windows-1252']).default('utf-8'),
});

/** Settings of a CSV connection with their defaults filled. */
export type CsvSettings = z.output<typeof csvSettingsSchema>;
