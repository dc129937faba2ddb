import { type CalendarDay, dayOf } from '../domain/calendar-day.ts';
import { DataError } from '../domain/errors.ts';
import { convert, daysOfRate, type ExchangeRates } from '../domain/exchange-rates.ts';
import { marginOf } from '../domain/margin.ts';
import { type Money, parseMoney } from '../domain/money.ts';
import type { TransactionRecord } from '../domain/records.ts';

/**
 * The columns of a transaction but its key, with its money in the reporting currency.
 *
 * @throws DataError for what cannot be counted: no amount, a currency without a rate for the day, a margin above the amount
 */
export function transactionColumns(
  record: TransactionRecord,
  timeZone: string,
  rates: ExchangeRates,
): Record<string, unknown> {
  if (record.amount === null && record.transactionKind === 'order') {
    throw new DataError({
      row: record.externalId,
      field: 'amount',
      expected: 'the amount of the order',
      remedy: 'enter it at the source; an order for nothing has the amount 0',
    });
  }
  const day = dayOf(record.occurredAt, timeZone);
  const money = record.amount === null ? null : parseMoney(record.amount, record.currency);
  if (money && money.amountMinor < 0n) {
    throw new DataError({
      row: record.externalId,
      field: 'amount',
      expected: 'zero or more',
      found: record.amount ?? '',
      remedy: 'record a refund as a refund of its order instead of a negative order',
    });
  }
  return {
    transaction_kind: record.transactionKind,
    occurred_at: record.occurredAt.length === 10 ? `${record.occurredAt}T00:00:00Z` : record.occurredAt,
    day,
    ...moneyColumns(money, marginOfRecord(record, money), day, record.externalId, rates),
    order_reference: record.orderReference,
    refers_to: record.refersTo,
    contact_external_id: record.contactExternalId,
  };
}

function marginOfRecord({ externalId, margin }: TransactionRecord, sold: Money | null): Money | null {
  if (margin === undefined || sold === null) return null;
  try {
    return marginOf(sold, margin);
  } catch (error) {
    throw error instanceof DataError ? new DataError({ ...error.fault, row: externalId, field: 'margin' }) : error;
  }
}

/** An amount and its margin in the reporting currency, both at one rate, with the original amount beside it where that is another. */
function moneyColumns(
  money: Money | null,
  margin: Money | null,
  day: CalendarDay,
  externalId: string,
  rates: ExchangeRates,
): Record<string, unknown> {
  const { reporting } = rates;
  if (money === null || money.currency === reporting) {
    return {
      amount_minor: money?.amountMinor ?? null,
      currency: reporting,
      original_amount_minor: null,
      original_currency: null,
      rate: null,
      rate_on: null,
      margin_minor: margin?.amountMinor ?? null,
    };
  }
  const rate = rates.find(money.currency, day);
  if (rate === null) {
    const { from, to } = daysOfRate(day);
    // Never 1:1: a wrong rate is worse than a sale that waits.
    throw new DataError({
      row: externalId,
      field: 'currency',
      expected: `the workspace's reporting currency ${reporting}, or a rate for the day`,
      found: money.currency,
      remedy: `add a rate of ${money.currency} in ${reporting} of ${from} to ${to} to "exchangeRates" in the configuration: the next run takes this sale up by itself`,
    });
  }
  return {
    amount_minor: convert(money, rate, reporting).amountMinor,
    currency: reporting,
    original_amount_minor: money.amountMinor,
    original_currency: money.currency,
    rate: rate.rate,
    rate_on: rate.day,
    margin_minor: margin && convert(margin, rate, reporting).amountMinor,
  };
}
