import type { CalendarDay } from '../domain/calendar-day.ts';
import { divideRounding } from '../domain/exchange-rates.ts';
import type { Money } from '../domain/money.ts';

/** A transaction of one customer, as the store keeps it. Amounts in minor units of the workspace's reporting currency. */
export interface Transaction {
  connectionId: string;
  externalId: string;
  kind: 'order' | 'refund' | 'void';
  day: CalendarDay;
  /** Null for a refund or void of the whole order. */
  amountMinor: bigint | null;
  /** What was paid, where that was in another currency. */
  original?: Money;
  orderReference: string | null;
  refersTo: string | null;
}

/** All orders of a customer on one day, net of what is known by the as-of day. */
export interface PurchaseDay {
  day: CalendarDay;
  amountMinor: bigint;
  orders: number;
}

/** What settling did, for the readiness report. */
export interface Settlement {
  days: readonly PurchaseDay[];
  /** Orders dropped because a higher-ranked system has the same sale. */
  doubles: number;
  /** Refunds and cancellations without an order to take them from. */
  unmatched: number;
}

/** Lower rank = more trusted system. */
export type SourceRank = (connectionId: string) => number;

interface Sale {
  order: Transaction;
  /** What was paid, in the order's own currency. */
  amountMinor: bigint;
  /** Amount taken back in that currency, by the connection that says so: the same refund may be on record in two systems. */
  refunded: Map<string, bigint>;
}

/**
 * Turns a customer's transactions into purchase days as they were known on the as-of day.
 *
 * - One sale in two systems (same order reference; or same day and amount where not both carry a reference) counts once,
 *   by the higher-ranked system.
 * - A refund in its order's own currency is taken back at the order's rate, so that a full one leaves nothing.
 * - Refunds and voids net their order and are clamped at it; a fully refunded order is no purchase; one later than asOf does not
 *   exist yet.
 * - A zero order is a purchase without spend.
 *
 * The order of the input does not matter.
 */
export function settle(transactions: readonly Transaction[], asOf: CalendarDay, rank: SourceRank): Settlement {
  const known = transactions
    .filter((transaction) => transaction.day <= asOf)
    .sort((a, b) => rank(a.connectionId) - rank(b.connectionId) || compare(a, b));
  const sales: Sale[] = [];
  /** Where a refund finds its sale: by external id within a connection, by order reference anywhere. */
  const lookup = new Map<string, Sale>();
  const doubles = keepOneOfEachSale(known, sales, lookup);

  let unmatched = 0;
  for (const transaction of known) {
    if (transaction.kind === 'order') continue;
    const sale =
      lookup.get(`id\0${transaction.connectionId}\0${transaction.refersTo}`) ??
      lookup.get(`reference\0${transaction.refersTo}`) ??
      orderOfSameAmount(transaction, sales);
    if (!sale) {
      unmatched += 1;
      continue;
    }
    const whole = transaction.kind === 'void' || transaction.amountMinor === null;
    const before = sale.refunded.get(transaction.connectionId) ?? 0n;
    sale.refunded.set(transaction.connectionId, whole ? sale.amountMinor : before + takenBack(transaction, sale));
    if (whole) sale.refunded.set('\0whole', 1n);
  }

  return { days: purchaseDays(sales), doubles, unmatched };
}

function keepOneOfEachSale(known: readonly Transaction[], sales: Sale[], lookup: Map<string, Sale>): number {
  let doubles = 0;
  // A sale without a shared reference can be the double of one sale per other system, not of several.
  const twins = new Map<string, { sale: Sale; seenIn: Set<string> }[]>();
  for (const order of known) {
    if (order.kind !== 'order') continue;
    const alike = `${order.day}\0${paid(order)}`;
    const candidates = twins.get(alike) ?? [];
    const byReference = order.orderReference === null ? undefined : lookup.get(`reference\0${order.orderReference}`);
    const sameReference =
      byReference && byReference.order.connectionId !== order.connectionId ? byReference : undefined;
    const twin = candidates.find(
      ({ sale, seenIn }) =>
        !seenIn.has(order.connectionId) && (sale.order.orderReference === null || order.orderReference === null),
    );
    const original = sameReference ?? twin?.sale;
    if (original) {
      candidates.find(({ sale }) => sale === original)?.seenIn.add(order.connectionId);
      doubles += 1;
    }
    const amountMinor = order.original?.amountMinor ?? order.amountMinor ?? 0n;
    const sale = original ?? { order, amountMinor, refunded: new Map<string, bigint>() };
    if (!original) {
      sales.push(sale);
      twins.set(alike, [...candidates, { sale, seenIn: new Set([order.connectionId]) }]);
    }
    lookup.set(`id\0${order.connectionId}\0${order.externalId}`, sale);
    if (order.orderReference !== null) {
      const key = `reference\0${order.orderReference}`;
      if (!lookup.has(key)) lookup.set(key, sale);
    }
  }
  return doubles;
}

/** What was paid, as text that is the same for the same amount in the same currency. */
function paid({ amountMinor, original }: Transaction): string {
  return original ? `${original.amountMinor} ${original.currency}` : String(amountMinor);
}

/** What a refund takes back of its sale, in the order's own currency: through the reporting currency where it has another. */
function takenBack({ amountMinor, original }: Transaction, sale: Sale): bigint {
  const sold = sale.order.original;
  if (original?.currency === sold?.currency) return original?.amountMinor ?? amountMinor ?? 0n;
  const reported = sale.order.amountMinor ?? 0n;
  return reported === 0n ? 0n : divideRounding((amountMinor ?? 0n) * sale.amountMinor, reported);
}

/** What is left of a sale, in the reporting currency at the rate of the order. */
function reported(sale: Sale, left: bigint): bigint {
  return sale.amountMinor === 0n ? 0n : divideRounding(left * (sale.order.amountMinor ?? 0n), sale.amountMinor);
}

/** A refund that names no order is taken from the latest order not after it that has its amount and is not refunded yet. */
function orderOfSameAmount(refund: Transaction, sales: readonly Sale[]): Sale | undefined {
  if (refund.amountMinor === null) return undefined;
  return sales
    .filter((sale) => paid(sale.order) === paid(refund) && sale.order.day <= refund.day && sale.refunded.size === 0)
    .sort((a, b) => compare(b.order, a.order))[0];
}

function purchaseDays(sales: readonly Sale[]): readonly PurchaseDay[] {
  const days = new Map<CalendarDay, { amountMinor: bigint; orders: number }>();
  for (const sale of sales) {
    let refunded = 0n;
    for (const [connection, amount] of sale.refunded)
      if (connection !== '\0whole' && amount > refunded) refunded = amount;
    const gone = sale.refunded.has('\0whole') || (sale.amountMinor > 0n && refunded >= sale.amountMinor);
    if (gone) continue;
    // An order for nothing stays one, whatever is paid back on it.
    const left = refunded > sale.amountMinor ? 0n : sale.amountMinor - refunded;
    const day = days.get(sale.order.day) ?? { amountMinor: 0n, orders: 0 };
    days.set(sale.order.day, { amountMinor: day.amountMinor + reported(sale, left), orders: day.orders + 1 });
  }
  return [...days.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([day, value]) => ({ day, ...value }));
}

function compare(a: Transaction, b: Transaction): number {
  if (a.day !== b.day) return a.day < b.day ? -1 : 1;
  const left = `${a.connectionId}\0${a.externalId}`;
  const right = `${b.connectionId}\0${b.externalId}`;
  return left < right ? -1 : left > right ? 1 : 0;
}
