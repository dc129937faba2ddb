import { seededRandom } from '../../core/math/random.ts';

/** A Segment message as a webhook destination sends it. */
export interface StreamMessage {
  type: 'track';
  messageId: string;
  userId: string;
  event: string;
  timestamp: string;
  properties: Record<string, string | number>;
}

/** Messages in the order they are sent, and what they must come to. */
export interface EventStream {
  messages: readonly StreamMessage[];
  /** Amount in cents by order reference. */
  orders: ReadonlyMap<string, number>;
  /** Message ids of refunds. */
  refunds: ReadonlySet<string>;
}

const HOUR_MS = 3_600_000;
const PERIOD_MS = 20 * 24 * HOUR_MS;

/**
 * Orders, refunds of them and looks at products over twenty days before `until`; then every twentieth message is late by up to 200
 * others, and every tenth comes a second time.
 */
export function eventStream(given: {
  seed: number;
  events: number;
  userIds: readonly string[];
  until: number;
}): EventStream {
  const random = seededRandom(given.seed);
  const below = (count: number) => Math.floor(random.next() * count);
  const orders = new Map<string, number>();
  const refunds = new Set<string>();
  const open: { userId: string; orderId: string }[] = [];
  const inOrder = Array.from({ length: given.events }, (_, index): StreamMessage => {
    const at = given.until - PERIOD_MS + Math.floor((index / given.events) * (PERIOD_MS - HOUR_MS));
    const message = { type: 'track' as const, messageId: `drill-${index}`, timestamp: new Date(at).toISOString() };
    const draw = random.next();
    const refunded = draw < 0.1 ? open.splice(below(open.length), 1)[0] : undefined;
    if (refunded) {
      refunds.add(message.messageId);
      const { userId, orderId } = refunded;
      return { ...message, userId, event: 'Order Refunded', properties: { order_id: orderId, currency: 'USD' } };
    }
    const userId = given.userIds[below(given.userIds.length)] ?? '';
    if (draw < 0.3) return { ...message, userId, event: 'Product Viewed', properties: { product_id: `P-${index}` } };
    const cents = 500 + below(20_000);
    const orderId = `DRILL-${index}`;
    orders.set(orderId, cents);
    open.push({ userId, orderId });
    const properties = { order_id: orderId, subtotal: cents / 100, currency: 'USD' };
    return { ...message, userId, event: 'Order Completed', properties };
  });
  const sent = inOrder.flatMap((message, index) => {
    const late = index % 20 === 19 ? 1 + below(200) : 0;
    const once = { message, position: index + late };
    return index % 10 === 9 ? [once, { message, position: index + late + 1 + below(300) }] : [once];
  });
  sent.sort((a, b) => a.position - b.position);
  return { messages: sent.map(({ message }) => message), orders, refunds };
}
