import { addDays, type CalendarDay, daysBetween } from '../../core/domain/calendar-day.ts';
import type { SourceRecord } from '../../core/domain/records.ts';
import { settle, type Transaction } from '../../core/features/settle.ts';
import { type DatedEvent, summarise } from '../../core/features/stats.ts';
import { beta, gamma, seededRandom } from '../../core/math/random.ts';
import { type TrainingCustomer, trainScoringModel } from '../../core/scores/train.ts';
import { contact, event, order } from './records.ts';

/** One simulated customer: what it bought and did, by day. */
export interface SimulatedCustomer {
  id: string;
  orders: readonly { day: CalendarDay; amount: string }[];
  events: readonly { day: CalendarDay; channel: 'web' | 'email' | 'meeting' | 'support' }[];
}

/** Customers who join over two years before asOf, buy at their own pace and amount, and drop out after some purchase. */
export function simulateBook(options: {
  seed: number;
  customers: number;
  asOf: CalendarDay;
}): readonly SimulatedCustomer[] {
  const random = seededRandom(options.seed);
  const exponential = (rate: number) => -Math.log(1 - random.next()) / rate;
  return Array.from({ length: options.customers }, (_, index) => {
    const first = addDays(options.asOf, -(20 + Math.floor(random.next() * 700)));
    const perWeek = gamma(random, 0.9) / 5;
    const dropout = beta(random, 0.9, 3.5);
    const nu = gamma(random, 3.7) / 15;
    const orders: { day: CalendarDay; amount: string }[] = [];
    const events: { day: CalendarDay; channel: 'web' | 'email' | 'meeting' | 'support' }[] = [];
    for (let weeks = 0; ; ) {
      const day = addDays(first, Math.floor(weeks * 7));
      if (day > options.asOf) break;
      orders.push({ day, amount: (gamma(random, 6.2) / nu + 0.01).toFixed(2) });
      const channel = (['web', 'web', 'email', 'meeting', 'support'] as const)[Math.floor(random.next() * 5)] ?? 'web';
      events.push({ day, channel });
      if (random.next() < dropout) break;
      weeks += exponential(perWeek);
    }
    return { id: `c${index}`, orders, events };
  });
}

/** The records of simulated customers as a CRM has them. */
export function recordsOf(book: readonly SimulatedCustomer[]): readonly SourceRecord[] {
  return book.flatMap((customer) => [
    contact(customer.id, {
      name: `Customer ${customer.id}`,
      emails: [`${customer.id}@people.example`],
      ownerId: `owner-${customer.id.length % 3}`,
    }),
    ...customer.orders.map(({ day, amount }, index) => order(`${customer.id}-${index}`, customer.id, day, amount)),
    ...customer.events.map(({ day, channel }, index) => event(`${customer.id}-e${index}`, customer.id, day, channel)),
  ]);
}

/** One customer's transactions as the statistics read them. */
export function transactionsOf(customer: SimulatedCustomer): readonly Transaction[] {
  return customer.orders.map(({ day, amount }, index) => ({
    connectionId: 'crm',
    externalId: `${customer.id}-${index}`,
    kind: 'order',
    day,
    amountMinor: BigInt(amount.replace('.', '')),
    orderReference: null,
    refersTo: null,
  }));
}

/** What training reads of a simulated customer. */
export function trainingCustomer(customer: SimulatedCustomer): TrainingCustomer {
  const transactions = transactionsOf(customer);
  const events: readonly DatedEvent[] = customer.events;
  return {
    statsAt: (day) => {
      const settled = settle(transactions, day, () => 0);
      return summarise(settled.days, events, day, settled);
    },
    terms: [],
    purchasesAt: (day) => settle(transactions, day, () => 0).days,
    purchaseDays: [...new Set(customer.orders.map(({ day }) => day))].sort((a, b) => daysBetween(b, a)),
  };
}

/** A scoring model trained on simulated customers, without a store. */
export function trainedModel(book: readonly SimulatedCustomer[], asOf: CalendarDay) {
  const customers = book.map(trainingCustomer);
  return trainScoringModel(
    customers.map((customer) => customer.statsAt(asOf)),
    customers,
    { asOf, currency: 'USD' },
  );
}
