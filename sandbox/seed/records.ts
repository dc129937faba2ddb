import type { VendorName } from '../kernel/types.ts';
import { type Draws, hashed } from './sampling.ts';
import type { WorldEvent, WorldOrder, WorldPerson } from './world.ts';

/** Share of orders on record in a second system as well. */
const DOUBLES = 0.15;
const DAY_MS = 86_400_000;

/** A purchase before it is put on record. */
export interface Purchase {
  at: string;
  amount: string;
}

/**
 * Puts a person's purchases on record. All orders of one day go to one system, so that two real orders of equal amount are never
 * mistaken for one; 15 % are on record in a second system too: half of those with the shop's number in both, half with the same
 * day and amount only.
 */
export function ordersOf(person: WorldPerson, purchases: readonly Purchase[], seed: number): WorldOrder[] {
  const days = new Set<string>();
  return purchases.map((purchase, index) => {
    const id = `${person.id}-${index + 1}`;
    const day = purchase.at.slice(0, 10);
    const primary = person.systems[
      Math.floor(hashed(`system ${person.id} ${day}`, seed) * person.systems.length)
    ] as VendorName;
    const others = person.systems.filter((system) => system !== primary);
    const draw = hashed(`double ${id}`, seed);
    // Of several orders on one day at most one is doubled.
    const doubled = others.length > 0 && draw < DOUBLES / 0.55 && !days.has(day);
    if (doubled) days.add(day);
    const second = others[Math.floor(hashed(`second ${id}`, seed) * others.length)];
    const withReference = doubled ? hashed(`shared ${id}`, seed) < 0.5 : true;
    return {
      id,
      personId: person.id,
      kind: 'order',
      refersTo: null,
      at: purchase.at,
      amount: purchase.amount,
      currency: 'USD',
      systems: doubled && second ? [primary, second] : [primary],
      reference: withReference ? `W-${id}` : null,
    };
  });
}

/** A refund of a part or a cancellation of the whole, a few days after the order and where it is on record; null when too late. */
export function takenBack(order: WorldOrder, random: Draws, asOf: string): WorldOrder | null {
  const at = new Date(Date.parse(order.at) + (2 + random.integer(12)) * DAY_MS).toISOString();
  if (at.slice(0, 10) > asOf || Number(order.amount) === 0) return null;
  const whole = random.uniform() < 0.4;
  return {
    ...order,
    id: `${order.id}-back`,
    kind: whole ? 'cancel' : 'refund',
    refersTo: order.id,
    at,
    amount: whole ? order.amount : (Math.round(Number(order.amount) * 40) / 100).toFixed(2),
  };
}

const NAMES = {
  web: ['Page Viewed', 'Product Viewed', 'Cart Viewed'],
  email: ['email_sent', 'email_reply'],
  meeting: ['meeting_held'],
  product: ['Feature Used'],
  support: ['case_opened'],
  task: ['call_logged'],
} as const;

/** What a person does between two days, at a rate a week: visits where it is on record in Segment, mails and calls in the CRMs. */
export function eventsBetween(
  person: WorldPerson,
  from: number,
  to: number,
  perWeek: number,
  random: Draws,
  first: number,
): WorldEvent[] {
  const events: WorldEvent[] = [];
  if (!(perWeek > 0)) return events;
  for (
    let at = from + random.exponential(perWeek) * 7 * DAY_MS;
    at < to;
    at += random.exponential(perWeek) * 7 * DAY_MS
  ) {
    const system = random.pick(person.systems);
    const draw = random.uniform();
    const channel =
      system === 'segment'
        ? draw < 0.8
          ? 'web'
          : 'product'
        : draw < 0.5
          ? 'email'
          : draw < 0.7
            ? 'meeting'
            : draw < 0.9
              ? 'task'
              : 'support';
    events.push({
      id: `${person.id}-e${first + events.length}`,
      personId: person.id,
      system,
      channel,
      name: random.pick(NAMES[channel]),
      at: new Date(at).toISOString(),
    });
  }
  return events;
}
