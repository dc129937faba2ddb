import { z } from 'zod';
import type { StatedMargin } from '../../core/domain/margin.ts';
import type { DeletionRecord, TransactionRecord } from '../../core/domain/records.ts';
import { type Reading, readRecord } from '../http/read-record.ts';
import { day, flag, gone, money, REMEDY, type Translated, text, translate } from './mapping-rows.ts';
import type { SalesforceSettings } from './settings.ts';
import type { Row } from './soql.ts';

/** One contact on an opportunity. */
export interface ContactRole {
  contactId: string | null;
  isPrimary: boolean;
}

const opportunityFlags = z.looseObject({ Id: z.string(), IsDeleted: flag, IsWon: flag, StageName: text });
/** Settings that say what an opportunity's row means. */
export type SaleSettings = Pick<
  SalesforceSettings,
  | 'wonStages'
  | 'amountField'
  | 'currencyField'
  | 'marginField'
  | 'marginPercentField'
  | 'orderReferenceField'
  | 'refund'
>;

/** Below zero for a sale at a loss. */
const margin = z.number({ error: 'a margin, from a field of type Currency, Number or Percent' }).nullish();

const wonOpportunity = z.looseObject({ CloseDate: day, AccountId: text, ContactId: text, CurrencyIsoCode: text });

/**
 * A won opportunity -> order, and a refund where one is on record. One that is deleted, or not won (any more), -> deletions.
 * The buyer is the primary contact role, else the opportunity's contact, else the only role; a contact of the account is no guess
 * we make.
 *
 * @param roles the roles that decide: at most two, the primary one first
 * @param currency of an organisation with a single currency
 */
export function mapOpportunity(
  row: Row,
  roles: readonly ContactRole[],
  settings: SaleSettings,
  currency: string,
): Translated {
  const flags = readSale(opportunityFlags, row);
  if (!flags.ok) return flags;
  const { Id: id, IsDeleted, IsWon, StageName } = flags.value;
  const { refund, orderReferenceField, wonStages, currencyField, marginField, marginPercentField } = settings;
  const won = wonStages === null ? IsWon : StageName !== null && wonStages.includes(StageName);
  if (IsDeleted || !won) return { ok: true, value: goneSale(id, settings) };
  const amounts = readSale(
    z.object({
      [settings.amountField]: money,
      ...(refund === null ? {} : { [refund.amountField]: money.nullish() }),
      ...(currencyField === null ? {} : { [currencyField]: text }),
      ...(marginField === null ? {} : { [marginField]: margin }),
      ...(marginPercentField === null ? {} : { [marginPercentField]: margin }),
    }),
    row,
  );
  if (!amounts.ok) return amounts;
  return translate(wonOpportunity, row, 'transaction', (opportunity) => {
    const reference = orderReferenceField === null ? null : opportunity[orderReferenceField];
    const order: TransactionRecord = {
      kind: 'transaction',
      externalId: id,
      transactionKind: 'order',
      occurredAt: opportunity.CloseDate,
      amount: decimal(amounts.value[settings.amountField]),
      currency:
        currencyField === null
          ? (opportunity.CurrencyIsoCode ?? currency)
          : currencyOf(amounts.value[currencyField]) || currency,
      contactExternalId: buyerOf(opportunity.ContactId, roles),
      accountExternalId: opportunity.AccountId,
      orderReference: reference === null || reference === undefined ? null : String(reference),
      refersTo: null,
    };
    const sale = { ...order, ...statedMargin(amounts.value, settings) };
    if (refund === null) return [sale];
    const paidBack = amounts.value[refund.amountField];
    if (paidBack === undefined || paidBack === null || paidBack === 0)
      return [sale, gone('transaction', refundIdOf(id))];
    const paidBackOn = day.safeParse(opportunity[refund.dateField]);
    return [
      sale,
      {
        ...order,
        externalId: refundIdOf(id),
        transactionKind: 'refund',
        // Without a day it counts from the sale on: money that is not there must not be scored.
        occurredAt: paidBackOn.success ? paidBackOn.data : order.occurredAt,
        amount: decimal(paidBack),
        orderReference: null,
        refersTo: id,
      },
    ];
  });
}

/** What a field of the organisation's own says of the currency; "" when nothing. */
export function currencyOf(value: unknown): string {
  return typeof value === 'string' ? value.trim().toUpperCase() : '';
}

function statedMargin(
  row: Row,
  { marginField, marginPercentField }: Pick<SaleSettings, 'marginField' | 'marginPercentField'>,
): { margin?: StatedMargin } {
  const amount = marginField === null ? null : row[marginField];
  if (typeof amount === 'number') return { margin: { amount: decimal(amount) } };
  const percent = marginPercentField === null ? null : row[marginPercentField];
  // Eight digits of a share are more than any amount can tell.
  return typeof percent === 'number' ? { margin: { share: (percent / 100).toFixed(8) } } : {};
}

/** The deletions of an opportunity's sale and of its refund. */
export function goneSale(id: string, { refund }: Pick<SalesforceSettings, 'refund'>): readonly DeletionRecord[] {
  return [gone('transaction', id), ...(refund === null ? [] : [gone('transaction', refundIdOf(id))])];
}

function refundIdOf(id: string): string {
  return `${id}-refund`;
}

function buyerOf(opportunityContact: string | null, roles: readonly ContactRole[]): string | null {
  const primary = roles.find((role) => role.isPrimary && role.contactId !== null);
  const only = roles.length === 1 ? roles[0] : undefined;
  return primary?.contactId ?? opportunityContact ?? only?.contactId ?? null;
}

/** Roles of an opportunity's row as its subquery answers them. */
export function rolesIn(row: Row): readonly ContactRole[] {
  const list = z
    .object({ records: z.array(z.object({ ContactId: text, IsPrimary: flag })) })
    .nullish()
    .safeParse(row['OpportunityContactRoles']);
  return (list.success ? (list.data?.records ?? []) : []).map((role) => ({
    contactId: role.ContactId,
    isPrimary: role.IsPrimary,
  }));
}

const orderFlags = z.object({
  Id: z.string(),
  IsDeleted: flag,
  StatusCode: text,
  IsReductionOrder: flag,
  OpportunityId: text,
});
const activatedOrder = z.object({
  EffectiveDate: day,
  TotalAmount: z.number({ error: 'an amount' }),
  OriginalOrderId: text,
  'OriginalOrder.OpportunityId': text,
  BillToContactId: text,
  AccountId: text,
  OrderReferenceNumber: text,
  OrderNumber: text,
  CurrencyIsoCode: text,
});

/**
 * An activated Order -> order; a reduction order -> refund of its original (its amounts are negative). One that was made from an
 * opportunity is that opportunity's sale and gives no second one.
 */
export function mapOrder(row: Row, currency: string): Translated {
  const flags = readSale(orderFlags, row);
  if (!flags.ok) return flags;
  const { Id: id, IsDeleted, StatusCode, IsReductionOrder: isRefund, OpportunityId } = flags.value;
  const isSecond = OpportunityId !== null && !isRefund;
  if (IsDeleted || StatusCode !== 'Activated' || isSecond) return { ok: true, value: [gone('transaction', id)] };
  return translate(activatedOrder, row, 'transaction', (order) => [
    {
      kind: 'transaction',
      externalId: id,
      transactionKind: isRefund ? 'refund' : 'order',
      occurredAt: order.EffectiveDate,
      amount: decimal(isRefund ? Math.abs(order.TotalAmount) : order.TotalAmount),
      currency: order.CurrencyIsoCode ?? currency,
      contactExternalId: order.BillToContactId,
      accountExternalId: order.AccountId,
      orderReference: isRefund ? null : (order.OrderReferenceNumber ?? order.OrderNumber),
      refersTo: isRefund ? (order['OriginalOrder.OpportunityId'] ?? order.OriginalOrderId) : null,
    },
  ]);
}

function readSale<T>(schema: z.ZodType<T>, row: Row): Reading<T> {
  return readRecord(schema, row, { of: 'transaction', externalId: String(row['Id'] ?? ''), remedy: REMEDY });
}

/** A number of a reply as a decimal string. Currency fields have at most 18 digits: no exponent comes of it. */
function decimal(value: unknown): string {
  return String(value);
}
