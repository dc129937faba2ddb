import { DataError } from '../../core/domain/errors.ts';
import type { TransactionRecord } from '../../core/domain/records.ts';
import { amountOf } from './amount.ts';
import type { Meaning } from './meanings.ts';
import { type Message, textOf } from './message.ts';
import type { AmountFormula } from './settings.ts';

/** What a message says apart from its order. */
export interface OrderFacts {
  /** The message's own id. */
  messageId: string;
  occurredAt: string;
  contactExternalId: string | null;
  accountExternalId: string | null;
}

/** Meanings of an event that is about an order. */
export type OrderMeaning = Extract<Meaning, 'order' | 'order-update' | 'refund' | 'cancellation'>;

export function isOrderMeaning(meaning: Meaning): meaning is OrderMeaning {
  return meaning === 'order' || meaning === 'order-update' || meaning === 'refund' || meaning === 'cancellation';
}

/**
 * An order event as a transaction. An order is known by its order_id, so that an update replaces it whichever comes first; by its
 * message where it has none. Each refund is one of its own, without a number it is a full one; a cancellation voids the order. Null
 * for an update that says nothing of money.
 * https://segment.com/docs/connections/spec/ecommerce/v2/
 *
 * @throws DataError naming the field that cannot be used
 */
export function toTransaction(
  { properties }: Message,
  meaning: OrderMeaning,
  facts: OrderFacts,
  settings: { amount: readonly AmountFormula[]; currency: string },
): TransactionRecord | null {
  const { messageId, ...common } = facts;
  const orderId = textOf(properties, 'order_id', 'orderId');
  const currency = (textOf(properties, 'currency') ?? settings.currency).toUpperCase();
  const amount = meaning === 'cancellation' ? null : amountOf(properties, settings.amount, currency);
  if (meaning === 'order' || meaning === 'order-update') {
    if (amount === null) {
      if (meaning === 'order-update') return null;
      throw new DataError({
        field: 'properties',
        expected: `the numbers for one of: ${settings.amount.join(', ')}`,
        remedy: 'send them with the order, or set "amount" of the connection to numbers that the shop sends',
      });
    }
    return {
      ...common,
      kind: 'transaction',
      externalId: orderId ?? messageId,
      transactionKind: 'order',
      amount,
      currency,
      orderReference: orderId,
      refersTo: null,
      statedAt: facts.occurredAt,
    };
  }
  if (orderId === null && amount === null) {
    throw new DataError({
      field: 'properties.order_id',
      expected: 'the id of the order that this is about',
      remedy: 'send order_id with refunds and cancellations',
    });
  }
  return {
    ...common,
    kind: 'transaction',
    // A cancellation sent twice is one; refunds of one order may be many.
    externalId: meaning === 'cancellation' ? `cancelled:${orderId}` : `refund:${messageId}`,
    transactionKind: meaning === 'cancellation' ? 'void' : 'refund',
    amount,
    currency,
    orderReference: null,
    refersTo: orderId,
  };
}
