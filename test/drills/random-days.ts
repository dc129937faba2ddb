import { addDays, type CalendarDay } from '../../core/domain/calendar-day.ts';
import type { SourceRecord } from '../../core/domain/records.ts';
import { seededRandom } from '../../core/math/random.ts';
import { contact, deletion, event, order } from '../support/records.ts';

/** A record of one of the two connections. */
export interface Key {
  connectionId: 'crm' | 'shop';
  externalId: string;
}

/** What happens on one day: facts that the vendors tell of, in order, and joins that a person undoes after them. */
export interface Day {
  facts: readonly { connectionId: Key['connectionId']; record: SourceRecord; touches: Key | null }[];
  undone: readonly Key[];
  /** The process is started anew before the day. */
  restart: boolean;
}

/**
 * Days of a book on record in two systems, drawn from a seed: orders of today, late and backdated ones, refunds in part and whole,
 * cancellations, corrections, deletions, visits, newcomers, records that turn out to be one person, merges inside a vendor, undone
 * joins, restarts.
 */
export function randomDays(seed: number, customers: readonly string[]): (day: CalendarDay) => Day {
  const random = seededRandom(seed);
  const below = (limit: number) => Math.floor(random.next() * limit);
  const chance = (probability: number) => random.next() < probability;
  const pick = <T>(from: readonly T[]): T => from[below(from.length)] as T;
  const living: Key[] = customers.map((externalId) => ({ connectionId: 'crm', externalId }));
  const orders: { key: Key; id: string; day: CalendarDay; amount: string }[] = [];
  const joined: Key[] = [];
  const settled = new Set<string>();
  let serial = 0;
  const nextId = (what: string) => {
    serial += 1;
    return `${what}${serial}`;
  };
  const addressOf = ({ externalId }: Key) => `${externalId}@people.example`;
  const amount = () => (5 + random.next() * 200).toFixed(2);

  return (day) => {
    const facts: { connectionId: Key['connectionId']; record: SourceRecord; touches: Key | null }[] = [];
    const undone: Key[] = [];
    const tell = (key: Key, record: SourceRecord, touches: Key | null = key) =>
      facts.push({ connectionId: key.connectionId, record, touches });
    const buy = (key: Key, on: CalendarDay) => {
      const sale = { key, id: nextId('o'), day: on, amount: amount() };
      orders.push(sale);
      tell(key, order(sale.id, key.externalId, on, sale.amount));
    };
    const takeBack = (whole: boolean) => {
      const sale = orders.length > 0 ? pick(orders) : null;
      if (!sale) return;
      const kind = whole && chance(0.5) ? 'void' : 'refund';
      const back = whole ? null : (Number(sale.amount) * random.next()).toFixed(2);
      const given = { transactionKind: kind, refersTo: sale.id } as const;
      tell(sale.key, order(nextId('b'), sale.key.externalId, day, back, given));
    };
    const twin = () => {
      const own = pick(living);
      const key: Key = { connectionId: 'shop', externalId: nextId('s') };
      tell(key, contact(key.externalId, { name: 'A twin', emails: [addressOf(own)] }));
      living.push(key);
      joined.push(key);
      if (chance(0.7)) buy(key, addDays(day, -below(40)));
    };
    const mergeInside = () => {
      const shop = living.filter(({ connectionId, externalId }) => connectionId === 'shop' && !settled.has(externalId));
      if (shop.length < 2) return;
      const gone = pick(shop);
      const kept = pick(shop.filter((key) => key !== gone));
      tell(gone, deletion('contact', gone.externalId, kept.externalId), kept);
      living.splice(living.indexOf(gone), 1);
      settled.add(gone.externalId).add(kept.externalId);
      facts.push({ connectionId: 'shop', record: visit(kept), touches: gone });
    };
    const visit = (key: Key) => event(nextId('v'), key.externalId, day, pick(['web', 'email', 'meeting', 'support']));
    const undo = () => {
      const candidates = joined.filter(({ externalId }) => !settled.has(externalId));
      if (candidates.length === 0) return;
      const key = pick(candidates);
      settled.add(key.externalId);
      undone.push(key);
    };
    for (let left = 3 + below(8); left > 0; left -= 1) {
      const draw = random.next();
      if (draw < 0.38) buy(pick(living), day);
      else if (draw < 0.46) buy(pick(living), addDays(day, -1 - below(120)));
      else if (draw < 0.5) buy(pick(living), addDays(day, 1 + below(10)));
      else if (draw < 0.56) takeBack(false);
      else if (draw < 0.62) takeBack(true);
      else if (draw < 0.65 && orders.length > 0) {
        const sale = pick(orders);
        tell(sale.key, order(sale.id, sale.key.externalId, sale.day, amount()));
      } else if (draw < 0.67 && orders.length > 0) {
        const sale = pick(orders);
        tell(sale.key, deletion('transaction', sale.id));
      } else if (draw < 0.83) {
        const key = pick(living);
        tell(key, visit(key));
      } else if (draw < 0.88) {
        const key: Key = { connectionId: 'crm', externalId: nextId('n') };
        tell(key, contact(key.externalId, { name: 'A newcomer', emails: [addressOf(key)], ownerId: 'owner-1' }));
        living.push(key);
        buy(key, day);
      } else if (draw < 0.94) twin();
      else if (draw < 0.96) mergeInside();
      else undo();
    }
    return { facts, undone, restart: chance(0.1) };
  };
}
