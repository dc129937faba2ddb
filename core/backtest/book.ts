import { type CalendarDay, dayNumber, fromDayNumber } from '../domain/calendar-day.ts';
import { DataError } from '../domain/errors.ts';
import type { SpendRow } from '../models/clv/gamma-gamma.ts';
import type { ValueOutcome } from '../models/clv/learned-value.ts';
import type { OrderSpendRow } from '../models/clv/order-spend.ts';
import type { TransactionRow } from '../models/clv/transaction-row.ts';

/** One row of an evaluation's file; several orders on one day are one purchase day. */
export interface DatedAmount {
  customerId: string;
  day: CalendarDay;
  /** Major units, >= 0. */
  amount: number;
  /** Orders when absent; `taken-back` is a refund or cancellation of `amount`. */
  kind?: 'order' | 'taken-back';
}

/** What the models may know of a customer on a day. */
export interface BookCustomer extends TransactionRow, SpendRow, OrderSpendRow {
  customerId: string;
  firstDay: CalendarDay;
  /** Mean amount of all purchase days, the first included. */
  meanPurchase: number;
  /** Purchase days and money of the last 13 weeks. */
  recentCount: number;
  recentSpend: number;
  /** Sum of the logarithms of the weeks between purchase days: what tells regular buyers from random ones. */
  logGaps: number;
}

/** A purchase day of one customer: days since 1970 and money, net of what is taken back. */
export interface NetDay {
  day: number;
  amount: number;
}

/** Weeks that "recent" means. */
export const RECENT_WEEKS = 13;

/** All purchases of some customers, asked for what was known on a day. */
export interface Book {
  /** Customers with a purchase by that day, in the order of `customerIds`. */
  customersAt(asOf: CalendarDay): readonly BookCustomer[];
  /** What these customers did after `from`, up to `to`, as known on `to`. */
  outcomesOf(customers: readonly BookCustomer[], from: CalendarDay, to: CalendarDay): readonly ValueOutcome[];
  /** A customer's purchase days as known on a day, ascending. */
  daysOf(customerId: string, asOf: CalendarDay): readonly NetDay[];
  readonly customerIds: readonly string[];
  readonly firstDay: CalendarDay;
}

/**
 * Sorts the rows of a file into a book, in whatever order they come; customers in the order of their ids. Throws DataError naming the row
 * (0-based) and field that cannot be used.
 */
export function bookOf(rows: Iterable<DatedAmount>): Book {
  const histories = new Map<string, { day: number; amount: number; takenBack: boolean }[]>();
  let row = 0;
  for (const order of rows) {
    checkOrder(order, row);
    row += 1;
    const { customerId, day, amount, kind } = order;
    let history = histories.get(customerId);
    if (!history) {
      history = [];
      histories.set(customerId, history);
    }
    history.push({ day: dayNumber(day), amount, takenBack: kind === 'taken-back' });
  }
  let firstDay = Number.POSITIVE_INFINITY;
  for (const history of histories.values()) {
    // What is taken back on a day comes after what was ordered on it.
    history.sort((a, b) => a.day - b.day || Number(a.takenBack) - Number(b.takenBack) || a.amount - b.amount);
    firstDay = Math.min(firstDay, history[0]?.day ?? firstDay);
  }
  const customerIds = [...histories.keys()].sort();
  return bookOfDays({
    customerIds,
    firstDay: fromDayNumber(firstDay),
    daysOf: (customerId, asOf) => netDays(histories.get(customerId) ?? [], dayNumber(asOf)),
  });
}

/** A book from each customer's purchase days as known on a day. */
export function bookOfDays(known: Pick<Book, 'customerIds' | 'firstDay' | 'daysOf'>): Book {
  const { customerIds, daysOf } = known;
  return {
    ...known,
    customersAt: (asOf) =>
      customerIds.flatMap((customerId) => {
        const days = daysOf(customerId, asOf);
        return days.length === 0 ? [] : [customerOf(customerId, days, dayNumber(asOf))];
      }),
    outcomesOf: (customers, from, to) => {
      const after = dayNumber(from);
      return customers.map(({ customerId }) => {
        const days = daysOf(customerId, to).filter((each) => each.day > after);
        return { count: days.length, spend: days.reduce((sum, each) => sum + each.amount, 0) };
      });
    },
  };
}

function checkOrder({ customerId, day, amount }: DatedAmount, row: number): void {
  const refuse = (field: string, expected: string, found: string, remedy: string) => {
    throw new DataError({ row, field, expected, found, remedy });
  };
  if (customerId === '') refuse('customerId', "the customer's id", '', 'fill it in, or leave the row out');
  if (!Number.isFinite(dayNumber(day))) refuse('day', 'a calendar day, YYYY-MM-DD', day, 'correct it');
  if (!(amount >= 0) || amount === Number.POSITIVE_INFINITY)
    refuse(
      'amount',
      'an amount of zero or more',
      String(amount),
      'mark refunds as taken back, with what they take back',
    );
}

/**
 * Purchase days as known on a day. What is taken back nets the latest earlier day with just this amount, which then is no purchase;
 * else the latest that covers it, in part; else nothing. What is taken back later than the day does not exist yet.
 */
function netDays(
  history: readonly { day: number; amount: number; takenBack: boolean }[],
  asOf: number,
): readonly NetDay[] {
  const days: NetDay[] = [];
  for (const { day, amount, takenBack } of history) {
    if (day > asOf) break;
    if (!takenBack) {
      const last = days.at(-1);
      if (last?.day === day) last.amount += amount;
      else days.push({ day, amount });
      continue;
    }
    const cent = 0.005;
    const whole = days.findLastIndex((each) => Math.abs(each.amount - amount) < cent);
    if (whole >= 0) days.splice(whole, 1);
    else {
      const covering = days.findLast((each) => each.amount > amount);
      if (covering) covering.amount -= amount;
    }
  }
  return days;
}

function customerOf(customerId: string, days: readonly NetDay[], asOf: number): BookCustomer {
  const first = days[0] as NetDay;
  const last = days.at(-1) as NetDay;
  const paid = days.filter((each) => each.amount > 0);
  const spent = days.slice(1).filter((each) => each.amount > 0);
  const recent = days.filter((each) => asOf - each.day < RECENT_WEEKS * 7);
  const sum = (list: readonly NetDay[]) => list.reduce((all, each) => all + each.amount, 0);
  return {
    customerId,
    firstDay: fromDayNumber(first.day),
    frequency: days.length - 1,
    recencyWeeks: (last.day - first.day) / 7,
    ageWeeks: (asOf - first.day) / 7,
    spendDays: spent.length,
    meanSpend: spent.length > 0 ? sum(spent) / spent.length : 0,
    amounts: paid.length,
    totalAmount: sum(paid),
    logAmounts: paid.reduce((all, each) => all + Math.log(each.amount), 0),
    meanPurchase: sum(days) / days.length,
    recentCount: recent.length,
    recentSpend: sum(recent),
    logGaps: days.slice(1).reduce((all, each, i) => all + Math.log((each.day - (days[i] as NetDay).day) / 7), 0),
  };
}
