import { addDays, type CalendarDay } from '../domain/calendar-day.ts';
import type { Followed } from '../engagement/learn-ledger.ts';
import { type Inputs, inputsAt } from '../features/inputs.ts';
import { type CustomerStats, type DatedEvent, summarise } from '../features/stats.ts';

/** One row of an evaluation's file of events. */
export interface EventRow {
  customerId: string;
  day: CalendarDay;
  /** `purchase`, or one of the channels of engagement. */
  channel: DatedEvent['channel'] | 'purchase';
  name: string | null;
}

/** Customers known on a day, with what they did around it. Purchases of one day count once. */
export interface Window {
  inputs: readonly Inputs[];
  /** Events and purchase days, and purchase days alone, in the period after the day. */
  activity: readonly number[];
  purchases: readonly number[];
  /** Events and purchase days in a period of the same length up to the day. */
  before: readonly number[];
  /** Days since anything happened. */
  silence: readonly number[];
}

/** A file of events, asked for windows of so many days after a day. */
export type EngagementBook = (asOf: CalendarDay, days: number) => Window;

/** Sorts the rows of a file; the customers come in a fixed order, whatever the order of the file. */
export function engagementBook(rows: Iterable<EventRow>): EngagementBook {
  const histories = new Map<string, { purchases: Set<CalendarDay>; events: DatedEvent[] }>();
  for (const { customerId, day, channel, name } of rows) {
    const history = histories.get(customerId) ?? { purchases: new Set(), events: [] };
    histories.set(customerId, history);
    if (channel === 'purchase') history.purchases.add(day);
    else history.events.push({ channel, day, ...(name !== null && { name }) });
  }
  const customers = [...histories].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, history]) => history);
  return (asOf, days) => {
    const end = addDays(asOf, days);
    const start = addDays(asOf, -days);
    const known = customers.flatMap((history) => {
      const stats = statsAt(history, asOf);
      return stats.rhythm ? [{ history, stats, lastDay: stats.rhythm.lastDay }] : [];
    });
    const bought = ({ history }: (typeof known)[number], from: CalendarDay, to: CalendarDay) =>
      [...history.purchases].filter((day) => day > from && day <= to).length;
    const did = (customer: (typeof known)[number], from: CalendarDay, to: CalendarDay) =>
      bought(customer, from, to) + customer.history.events.filter(({ day }) => day > from && day <= to).length;
    return {
      // Nothing after asOf gets here: summarise was given the facts up to it.
      inputs: known.map(({ stats }) => inputsAt(stats, asOf, 'USD')),
      activity: known.map((each) => did(each, asOf, end)),
      purchases: known.map((each) => bought(each, asOf, end)),
      before: known.map((each) => did(each, start, asOf)),
      silence: known.map(({ lastDay }) => (Date.parse(asOf) - Date.parse(lastDay)) / 86_400_000),
    };
  };
}

function statsAt(
  { purchases, events }: { purchases: ReadonlySet<CalendarDay>; events: readonly DatedEvent[] },
  asOf: CalendarDay,
): CustomerStats {
  const days = [...purchases].filter((day) => day <= asOf).sort();
  return summarise(
    days.map((day) => ({ day, amountMinor: 0n, orders: 1 })),
    events,
    asOf,
    { doubles: 0, unmatched: 0 },
  );
}

/** Customers and what followed, as points and forecasts are learned from them. */
export function followed({ inputs }: Window, outcome: readonly number[]): readonly Followed[] {
  return inputs.map((each, index) => ({ inputs: each, outcome: outcome[index] ?? 0 }));
}
