import { addDays, type CalendarDay } from '../../core/domain/calendar-day.ts';
import { compareModels } from '../../core/learning/compare-models.ts';
import { decide } from '../../core/learning/decide.ts';
import type { ScoringModel } from '../../core/scores/scoring-model.ts';
import { trainScoringModel } from '../../core/scores/train.ts';
import { type SimulatedCustomer, simulateBook, trainingCustomer } from '../support/book.ts';

const END = '2026-06-01' as CalendarDay;
const HORIZON_DAYS = 60;
const RULE = { definition: 'no_purchase_within', horizonDays: HORIZON_DAYS } as const;
/** Days on which the champion and the challenger are trained, the judging ends, and the time after it ends. */
export const [CHAMPION_ON, CHALLENGER_ON, JUDGED_ON, AFTER] = [-180, -120, -60, 0].map((days) =>
  addDays(END, days),
) as [CalendarDay, CalendarDay, CalendarDay, CalendarDay];

export type Book = readonly SimulatedCustomer[];

/** A book as it is known on a day: what comes later is not there. */
export function knownOn(book: Book, day: CalendarDay): Book {
  return book
    .map((customer) => ({
      ...customer,
      orders: customer.orders.filter((order) => order.day <= day),
      events: customer.events.filter((event) => event.day <= day),
    }))
    .filter(({ orders }) => orders.length > 0);
}

export const bookOf = (seed: number, customers: number): Book => simulateBook({ seed, customers, asOf: END });

export function trainOn(book: Book, asOf: CalendarDay): ScoringModel {
  const customers = knownOn(book, asOf).map(trainingCustomer);
  return trainScoringModel(
    customers.map((customer) => customer.statsAt(asOf)),
    customers,
    { asOf, currency: 'USD', rule: RULE },
  );
}

/** How a challenger does beside the champion on a window, by a book as known on its last day. */
export function comparedOn(
  [champion, challenger]: readonly [ScoringModel, ScoringModel],
  book: Book,
  window: { from: CalendarDay; to: CalendarDay },
) {
  const comparisons = compareModels(champion, challenger, knownOn(book, window.to).map(trainingCustomer), window);
  return { comparisons, decision: decide(comparisons, { championAgeDays: HORIZON_DAYS }) };
}

/** The book after an outage: of the orders and events of a month, those of three customers in four never came. */
export function withOutage(book: Book, from: CalendarDay, to: CalendarDay): Book {
  const lost = (day: CalendarDay) => day > from && day <= to;
  return book.map((customer, index) =>
    index % 4 === 0
      ? customer
      : {
          ...customer,
          orders: customer.orders.filter(({ day }) => !lost(day)),
          events: customer.events.filter(({ day }) => !lost(day)),
        },
  );
}
