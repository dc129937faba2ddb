import type { Finding } from './finding.ts';

/** An order as far as telling copies needs it. */
export interface DatedOrder {
  connectionId: string;
  externalId: string;
  occurredAt: string;
  amountMinor: bigint;
  orderReference: string | null;
  /** Whether it stands in the book; else it comes with the same batch. */
  inBook: boolean;
}

const MINUTE_MS = 60_000;

/**
 * Whether an order is the copy of another one of the same customer and connection: the same amount within a minute under another id.
 * It waits where both carry one order number; without numbers two orders of one minute may be two orders: they are counted, and told.
 * What comes later is the copy; of two that come together the one with the greater id. Midnights, which stand for a day, tell nothing, and an order for
 * nothing is none.
 */
export function duplicateFinding(order: DatedOrder, others: readonly DatedOrder[]): Finding | null {
  const at = new Date(order.occurredAt).getTime();
  if (order.occurredAt.length === 10 || at % 86_400_000 === 0 || order.amountMinor === 0n) return null;
  const original = others.find(
    (other) =>
      other.connectionId === order.connectionId &&
      other.amountMinor === order.amountMinor &&
      other.externalId !== order.externalId &&
      (other.inBook || other.externalId < order.externalId) &&
      Math.abs(new Date(other.occurredAt).getTime() - at) < MINUTE_MS,
  );
  if (original === undefined) return null;
  return {
    rule: 'duplicate-order',
    severity: order.orderReference !== null && original.orderReference === order.orderReference ? 'hold' : 'warn',
    field: 'externalId',
    expected: 'each order once',
    found: `the amount and minute of ${original.externalId}`,
    remedy: 'Delete the copy at its source, or accept it if the customer did order twice.',
  };
}
