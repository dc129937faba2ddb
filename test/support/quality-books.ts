import { addDays, type CalendarDay, calendarDay, dayOf } from '../../core/domain/calendar-day.ts';
import type { TransactionRecord } from '../../core/domain/records.ts';
import { gamma, seededRandom } from '../../core/math/random.ts';
import type { DatedOrder } from '../../core/quality/duplicates.ts';
import type { Finding } from '../../core/quality/finding.ts';
import { type ConnectionFinding, type Fact, judgeFacts } from '../../core/quality/judge-facts.ts';
import { newWatch, type Watch } from '../../core/quality/watch.ts';
import { order } from './records.ts';

/** How the amounts of a simulated book are spread. */
export type Amounts = 'gamma-gamma' | 'log-normal' | 'heavy-tail' | 'price-list';

/** A clean book of orders by customers who differ in what they spend, at hours of work, sorted by time. */
export function cleanBook(options: {
  seed: number;
  customers: number;
  amounts: Amounts;
  from: CalendarDay;
  days: number;
}): readonly TransactionRecord[] {
  const random = seededRandom(options.seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
  const orders: TransactionRecord[] = [];
  for (let customer = 0; customer < options.customers; customer += 1) {
    const nu = gamma(random, 3.74) / 45;
    const level = 4 + normal();
    const amountOf = (): number => {
      switch (options.amounts) {
        case 'gamma-gamma':
          return gamma(random, 6.25) / nu;
        case 'log-normal':
          return Math.exp(level + 0.6 * normal());
        case 'heavy-tail':
          return 20 * (1 - random.next()) ** (-1 / 1.5);
        case 'price-list':
          return [9.99, 19.99, 49, 99, 149][Math.floor(random.next() ** 2 * 5)] ?? 9.99;
      }
    };
    const paceDays = 15 + 90 * random.next();
    for (let at = random.next() * options.days; at < options.days; at += -Math.log(1 - random.next()) * paceDays) {
      const day = addDays(options.from, Math.floor(at));
      const seconds = Math.floor((9 + 8 * Math.sqrt(random.next())) * 3_600 + 60 * random.next());
      const occurredAt = new Date(Date.parse(`${day}T00:00:00Z`) + seconds * 1_000).toISOString();
      orders.push(order('', `c${customer}`, occurredAt, amountOf().toFixed(2)));
    }
  }
  return orders
    .sort((a, b) => (a.occurredAt < b.occurredAt ? -1 : a.occurredAt > b.occurredAt ? 1 : 0))
    .map((each, index) => ({
      ...each,
      externalId: `o${String(index).padStart(7, '0')}`,
      orderReference: `R-${index}`,
    }));
}

/** What the rules say of orders that land in this order, in batches as the store takes them. By external id. */
export function judgeAll(
  records: readonly TransactionRecord[],
  options: { now: Date; batch?: number; watch?: Watch },
): { findings: ReadonlyMap<string, readonly Finding[]>; connection: readonly ConnectionFinding[]; watch: Watch } {
  const watch = options.watch ?? newWatch();
  const book = new Map<string, DatedOrder[]>();
  const findings = new Map<string, readonly Finding[]>();
  const connection: ConnectionFinding[] = [];
  const factOf = (record: TransactionRecord): Fact => ({
    seq: record.externalId,
    record,
    day: dayOf(record.occurredAt, 'UTC'),
    amountMinor: BigInt(Math.round(Number(record.amount) * 100)),
    customerId: record.contactExternalId ?? '',
    isNew: true,
    isUnchanged: false,
    reusedFrom: null,
    accepted: new Set(),
  });
  const step = (facts: readonly Fact[]): readonly string[] => {
    const judged = judgeFacts(watch, facts, {
      connectionId: 'crm',
      now: options.now,
      timeZone: 'UTC',
      currency: 'USD',
      ordersOf: book,
    });
    for (const fact of facts) {
      const found = judged.findings.get(fact.seq) ?? [];
      if (found.length > 0) findings.set(fact.seq, found);
      else findings.delete(fact.seq);
      const mine = (book.get(fact.customerId) ?? []).filter(({ externalId }) => externalId !== fact.seq);
      if (!found.some(({ severity }) => severity !== 'warn'))
        mine.push({
          connectionId: 'crm',
          externalId: fact.seq,
          occurredAt: fact.record.occurredAt,
          amountMinor: fact.amountMinor ?? 0n,
          orderReference: fact.record.kind === 'transaction' ? fact.record.orderReference : null,
          inBook: true,
        });
      book.set(fact.customerId, mine);
    }
    connection.push(...judged.connection);
    return judged.again;
  };
  const batch = options.batch ?? 500;
  const byId = new Map(records.map((record) => [record.externalId, record]));
  for (let at = 0; at < records.length; at += batch) {
    const again = step(records.slice(at, at + batch).map(factOf));
    if (again.length > 0)
      step(
        again
          .flatMap((id) => byId.get(id) ?? [])
          .map((record) => ({ ...factOf(record), isNew: false, isUnchanged: true })),
      );
  }
  return { findings, connection, watch };
}

/** First day of the simulated books. */
export const BOOK_FROM = calendarDay('2025-01-01');
