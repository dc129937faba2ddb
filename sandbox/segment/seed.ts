import type { Kernel } from '../kernel/types.ts';
import type { World, WorldOrder, WorldPerson } from '../seed/world.ts';
import { type Message, messageStore } from './messages.ts';

const TAX = 0.05;

/** Puts a world into Segment: who people are, what they ordered, what they looked at, with the time of each fact. */
export function seedSegment(kernel: Kernel, world: World): void {
  const store = messageStore(kernel);
  const people = new Map(
    world.people.filter((person) => person.systems.includes('segment')).map((person) => [person.id, person]),
  );
  const add = (person: WorldPerson, at: string, message: Pick<Message, 'type' | 'messageId'> & Partial<Message>) =>
    store.add({
      userId: `user-${person.id}`,
      timestamp: at,
      receivedAt: at,
      context: { library: { name: 'analytics.js', version: '2.0' } },
      ...message,
    });

  for (const [index, person] of [...people.values()].entries()) {
    // Every fourth person was a visitor without a name first.
    if (index % 4 === 0) {
      const { userId: _, ...anonymous } = {
        userId: '',
        type: 'page',
        messageId: `seed-anon-${person.id}`,
        anonymousId: `anon-${person.id}`,
        name: 'Home',
        timestamp: person.createdAt,
        receivedAt: person.createdAt,
      };
      store.add(anonymous);
    }
    add(person, person.createdAt, {
      type: 'identify',
      messageId: `seed-identify-${person.id}`,
      ...(index % 4 === 0 && { anonymousId: `anon-${person.id}` }),
      traits: {
        email: person.email,
        firstName: person.firstName,
        lastName: person.lastName,
        ...(person.phone && { phone: person.phone }),
      },
    });
  }
  for (const order of world.orders) {
    const person = people.get(order.personId);
    if (person && order.systems.includes('segment'))
      add(person, order.at, { type: 'track', messageId: `seed-${order.id}`, ...orderEvent(order) });
  }
  for (const event of world.events) {
    const person = people.get(event.personId);
    if (!person || event.system !== 'segment') continue;
    add(person, event.at, {
      type: event.name === 'Page Viewed' ? 'page' : 'track',
      messageId: `seed-${event.id}`,
      ...(event.name === 'Page Viewed' ? { name: 'Shop' } : { event: event.name }),
      properties: {},
    });
  }
}

/** The e-commerce event of an order: subtotal is what was paid for the goods, after the discount. */
function orderEvent(order: WorldOrder): Pick<Message, 'event' | 'properties'> {
  const orderId = (id: string, reference: string | null) => reference ?? `S-${id}`;
  if (order.kind !== 'order') {
    const order_id = orderId(order.refersTo ?? '', order.reference);
    if (order.kind === 'cancel')
      return { event: 'Order Cancelled', properties: { order_id, currency: order.currency } };
    return { event: 'Order Refunded', properties: { order_id, total: Number(order.amount), currency: order.currency } };
  }
  const subtotal = Number(order.amount);
  const discount = Math.round(subtotal * 10) / 100;
  const tax = Math.round(subtotal * TAX * 100) / 100;
  return {
    event: 'Order Completed',
    properties: {
      order_id: orderId(order.id, order.reference),
      subtotal,
      discount,
      revenue: Math.round((subtotal + discount) * 100) / 100,
      tax,
      shipping: 0,
      total: Math.round((subtotal + tax) * 100) / 100,
      currency: order.currency,
      products: [{ product_id: 'sku-1', price: subtotal, quantity: 1 }],
    },
  };
}
