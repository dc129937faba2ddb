import { randomBytes } from 'node:crypto';
import { type AddressInfo, createServer } from 'node:net';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DataError } from '../../core/domain/errors.ts';
import { EVENT_TYPES, type EventType, type NewEvent } from '../../core/domain/outbound-event.ts';
import { seededRandom } from '../../core/math/random.ts';
import type { Webhooks } from '../../core/ports/outbound.ts';
import { createKeyring } from '../../core/store/keyring.ts';
import { appendEvents } from '../../core/store/outbound-events.ts';
import { inTurn } from '../../core/store/turn.ts';
import { createDeliveryQueue } from '../../core/store/webhook-deliveries.ts';
import { createWebhooks } from '../../core/store/webhook-endpoints.ts';
import { assertAllowedUrl } from '../../webhooks/outbound/allowed-address.ts';
import { createPost, type Post, resolveHost } from '../../webhooks/outbound/post.ts';
import { type Sender, startSender } from '../../webhooks/outbound/sender.ts';
import { fakeClock } from '../support/clock.ts';
import { openTempStore, type TempStore } from '../support/store.ts';
import { type Reaction, startReceiver, type WebhookReceiver } from '../support/webhook-receiver.ts';

const HOUR_MS = 3_600_000;
const clock = fakeClock(new Date().toISOString());
const keyring = () => createKeyring([Buffer.alloc(32, 7).toString('base64')]);
const rule = { allowLoopback: true };
const logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: console.error };
const customers = [1, 2, 3].map((n) => `00000000-0000-5000-8000-00000000000${n}`);

let store: TempStore;
let receiver: WebhookReceiver;
let webhooks: Webhooks;
let sender: Sender | null = null;

/** The tables of this suite alone: emptying all takes a good part of a second. */
const empty = () => store.database.query('truncate webhook_endpoints, outbound_events, webhook_deliveries');

beforeAll(async () => {
  store = await openTempStore();
  receiver = await startReceiver();
  webhooks = createWebhooks(store.database, {
    clock,
    keyring,
    randomBytes,
    assertAllowed: (url) => assertAllowedUrl(url, rule),
  });
});
afterAll(async () => {
  await receiver.close();
  await store.close();
});
beforeEach(async () => {
  clock.set(new Date().toISOString());
  await empty();
  receiver.reset();
});
afterEach(async () => {
  await sender?.stop();
  sender = null;
});

const send = async (post: Post = createPost({ ...rule, resolve: resolveHost })) => {
  sender ??= await startSender({
    queue: createDeliveryQueue(store.database, { clock, keyring }),
    post,
    clock,
    random: seededRandom(1),
    logger,
  });
  await sender.settled();
};
const crossing = (customer: number, step: number): NewEvent => ({
  type: 'band.crossed',
  customerId: customers[customer] ?? '',
  data: {
    customerId: customers[customer] ?? '',
    asOf: `2026-06-${String(1 + (step % 28)).padStart(2, '0')}`,
    band: 'churn',
    from: 'low',
    to: 'high',
  },
});
const happen = (...events: readonly NewEvent[]) =>
  inTurn(store.database, (sql) => appendEvents(sql, events, clock.now()));
const add = (eventTypes: readonly EventType[] = EVENT_TYPES) => webhooks.add({ url: receiver.url, eventTypes });
const taken = () => receiver.taken.map(({ body }) => JSON.parse(body) as { type: string; data: { asOf: string } });

describe('webhook endpoints', () => {
  it.each(['http://a.example/x', 'https://10.0.0.1/x', 'https://[::ffff:127.0.0.1]/', 'nonsense'])(
    'one at %s is refused and nothing is kept',
    async (url) => {
      await expect(webhooks.add({ url, eventTypes: EVENT_TYPES })).rejects.toThrow(DataError);
      expect(await webhooks.list()).toEqual([]);
    },
  );

  it('what is not registered cannot be removed, rotated or replayed', async () => {
    await expect(webhooks.remove('ep_none')).rejects.toThrow(DataError);
    await expect(webhooks.rotateSecret('ep_none')).rejects.toThrow(DataError);
    await expect(webhooks.replay('ep_none', 'failed')).rejects.toThrow(DataError);
  });

  it('the secret is not in the store in the clear', async () => {
    const { secret } = await add();
    const rows = await store.database.query('select * from webhook_endpoints');
    expect(JSON.stringify(rows)).not.toContain(secret.slice(6, 30));
  });

  it('one that is removed gets nothing any more, and its log goes with it', async () => {
    const { endpointId } = await add();
    await happen(crossing(0, 0));
    await webhooks.remove(endpointId);
    await happen(crossing(0, 1));
    await send();
    expect(receiver.calls).toEqual([]);
    expect(await webhooks.deliveries({ limit: 10 })).toEqual([]);
  });
});

describe('sending', () => {
  it('the reference library takes what was sent, and nothing that was altered', async () => {
    const { secret } = await add();
    await happen(crossing(0, 0));
    await send();
    const [call] = receiver.calls;
    if (!call) throw new Error('nothing came');
    const headers = Object.fromEntries(Object.entries(call.headers).map(([name, value]) => [name, String(value)]));
    const reference = new Webhook(secret);
    expect(reference.verify(call.body, headers)).toEqual(JSON.parse(call.body));
    expect(JSON.parse(call.body)).toEqual({
      type: 'band.crossed',
      timestamp: clock.now().toISOString(),
      data: crossing(0, 0).data,
    });
    expect(() => reference.verify(call.body.replace('high', 'low'), headers)).toThrow();
    expect(() => reference.verify(call.body, { ...headers, 'webhook-id': 'msg_other' })).toThrow();
    expect(() => new Webhook(`whsec_${randomBytes(32).toString('base64')}`).verify(call.body, headers)).toThrow();
  });

  it('an endpoint is told of what it subscribed to; what a first scoring says goes to subscribers alone', async () => {
    await add(['model.promoted']);
    await happen({ ...crossing(0, 0), initial: true }, crossing(0, 1));
    await send();
    expect(receiver.calls).toEqual([]);
    expect(await store.database.query('select event_type from outbound_events')).toHaveLength(1);
    await add(['band.crossed']);
    await happen({ ...crossing(0, 2), initial: true });
    await send();
    expect(taken().map(({ data }) => data.asOf)).toEqual(['2026-06-03']);
  });

  it('during a rotation a message carries both signatures; a day later the old secret signs no more', async () => {
    const { endpointId, secret: old } = await add();
    const { secret, oldUntil } = await webhooks.rotateSecret(endpointId);
    expect(Date.parse(oldUntil) - clock.now().getTime()).toBe(24 * HOUR_MS);
    await happen(crossing(0, 0));
    await send();
    const accepts = (by: string) => {
      const [call] = receiver.calls;
      const headers = Object.fromEntries(Object.entries(call?.headers ?? {}).map(([n, value]) => [n, String(value)]));
      return () => new Webhook(by).verify(call?.body ?? '', headers);
    };
    expect(accepts(secret)).not.toThrow();
    expect(accepts(old)).not.toThrow();
    receiver.reset();
    clock.advance(24 * HOUR_MS);
    await happen(crossing(0, 1));
    await send();
    expect(String(receiver.calls[0]?.headers['webhook-signature']).split(' ')).toHaveLength(1);
  });

  it('the same message, id and bytes, is sent again after a failure; nothing of this customer overtakes it', async () => {
    await add();
    receiver.reactions.push({ status: 500 });
    await happen(crossing(0, 0), crossing(0, 1));
    await send();
    expect(receiver.calls).toHaveLength(1);
    clock.advance(4_999 / 2);
    await send();
    clock.advance(5_000);
    await send();
    const ids = receiver.calls.map(({ headers }) => headers['webhook-id']);
    expect([ids.length, new Set(ids).size, ids[0] === ids[1]]).toEqual([3, 2, true]);
    expect(receiver.calls[0]?.body).toBe(receiver.calls[1]?.body);
    expect(taken().map(({ data }) => data.asOf)).toEqual(['2026-06-01', '2026-06-02']);
  });

  it('the same thing twice in one moment is two messages', async () => {
    await add();
    await happen(crossing(0, 0), crossing(0, 0));
    await send();
    expect(receiver.taken).toHaveLength(2);
    expect(new Set(receiver.taken.map(({ body }) => body)).size).toBe(1);
  });

  it('a customer whose message is refused does not hold up the others', async () => {
    await add();
    receiver.reactions.push({ status: 400 });
    await happen(crossing(0, 0));
    await send();
    await happen(crossing(0, 1), crossing(1, 2), crossing(2, 3));
    await send();
    expect(
      taken()
        .map(({ data }) => data.asOf)
        .sort(),
    ).toEqual(['2026-06-03', '2026-06-04']);
  });

  it('410 disables the endpoint; a replay enables it and sends what was missed under the ids it had', async () => {
    const { endpointId } = await add();
    await happen(crossing(1, 5));
    await send();
    receiver.reset();
    receiver.reactions.push({ status: 410 });
    await happen(crossing(0, 0), crossing(0, 1));
    await send();
    expect(await webhooks.list()).toMatchObject([
      { endpointId, state: 'disabled', reason: 'it answered 410 Gone', waiting: 0, failed: 2 },
    ]);
    await happen(crossing(0, 2));
    clock.advance(HOUR_MS);
    await send();
    expect(receiver.calls).toHaveLength(1);
    expect(await webhooks.replay(endpointId, 'failed')).toBe(2);
    await send();
    expect(taken().map(({ data }) => data.asOf)).toEqual(['2026-06-01', '2026-06-02']);
    expect(receiver.calls[1]?.headers['webhook-id']).toBe(receiver.calls[0]?.headers['webhook-id']);
  });

  it('Retry-After is honoured for the whole endpoint', async () => {
    await add();
    receiver.reactions.push({ status: 429, headers: { 'retry-after': '3600' } });
    await happen(crossing(0, 0));
    await send();
    await happen(crossing(1, 1));
    clock.advance(HOUR_MS - 1_000);
    await send();
    expect(receiver.calls).toHaveLength(1);
    clock.advance(1_000);
    await send();
    expect(receiver.taken).toHaveLength(2);
  });

  it('what is not taken in three days is given up, said in the log, and the next one gets its turn', async () => {
    const { endpointId } = await add();
    await happen(crossing(0, 0));
    for (let hour = 0; hour < 73; hour += 1) {
      receiver.reactions.splice(0, 9, { status: 500 });
      await send();
      clock.advance(HOUR_MS);
    }
    const [failed] = await webhooks.deliveries({ limit: 10, endpointId });
    expect(failed).toMatchObject({ state: 'failed', lastStatus: 500, lastError: 'it answered 500', nextAt: null });
    expect(failed?.attempts).toBeGreaterThan(15);
    receiver.reset();
    await happen(crossing(0, 1));
    await send();
    expect(taken().map(({ data }) => data.asOf)).toEqual(['2026-06-02']);
  });

  it('without the key of its secrets it says so once and waits; what waits is not lost', async () => {
    await add();
    await happen(crossing(0, 0));
    const said: string[] = [];
    const keyless = () => createKeyring([]);
    sender = await startSender({
      queue: createDeliveryQueue(store.database, { clock, keyring: keyless }),
      post: createPost({ ...rule, resolve: resolveHost }),
      clock,
      random: seededRandom(1),
      logger: { ...logger, error: (fields) => said.push(String(fields['error'])) },
    });
    await sender.settled();
    const before = said.length;
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(said.slice(before)).toEqual([]);
    expect(said[0]).toContain('STAYPOWER_KEY');
    await sender.stop();
    sender = null;
    await send();
    expect(receiver.taken).toHaveLength(1);
  });

  it('a redirect is not followed', async () => {
    await add();
    const elsewhere = await startReceiver();
    receiver.reactions.push({ status: 307, headers: { location: elsewhere.url } });
    await happen(crossing(0, 0));
    await send();
    expect(elsewhere.calls).toEqual([]);
    expect(await webhooks.deliveries({ limit: 1 })).toMatchObject([
      { state: 'waiting', lastStatus: 307, lastError: expect.stringContaining('redirects are not followed') },
    ]);
    await elsewhere.close();
  });

  it('an answer without end is cut off, and its status counts', async () => {
    await add();
    receiver.reactions.push({ status: 200, body: 'x'.repeat(5_000_000) });
    await happen(crossing(0, 0));
    await send();
    expect(await webhooks.deliveries({ limit: 1 })).toMatchObject([{ state: 'delivered', lastStatus: 200 }]);
  });
});

describe('names that resolve to where nobody may be called', () => {
  const outcome = (addresses: readonly string[], allowLoopback = false) => {
    const resolve = async () => addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    const port = new URL(receiver.url).port;
    return createPost({ allowLoopback, resolve })(
      `https://innocent.example:${port}/x`,
      { headers: {}, body: '{}' },
      new AbortController().signal,
    );
  };

  it.each([[['127.0.0.1']], [['8.8.8.8', '10.0.0.1']], [['::ffff:127.0.0.1']], [['169.254.169.254']], [['fd00::1']]])(
    '%j is not called',
    async (addresses) => {
      expect(await outcome(addresses)).toEqual({
        status: null,
        error: 'the name resolves to an address that is not on the public internet',
      });
      expect(receiver.calls).toEqual([]);
    },
  );

  it('the connection goes to the address that was looked at: the name is asked once, and by nobody else', async () => {
    let connections = 0;
    const listener = createServer((socket) => {
      connections += 1;
      socket.destroy();
    });
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
    let asked = 0;
    const resolve = async () => {
      asked += 1;
      return [{ address: '127.0.0.1', family: 4 }];
    };
    // A name that no resolver knows: whoever asked again would not get there.
    const url = `https://rebound.invalid:${(listener.address() as AddressInfo).port}/x`;
    const post = createPost({ allowLoopback: true, resolve });
    const answer = await post(url, { headers: {}, body: '{}' }, new AbortController().signal);
    expect([answer, asked, connections]).toEqual([{ status: null, error: 'no answer: ECONNRESET' }, 1, 1]);
    listener.close();
  });

  it('a name without address, and one that is never answered, are failures like others', async () => {
    expect(await outcome([])).toEqual({ status: null, error: 'no answer: ENOTFOUND' });
    const stopped = new AbortController();
    const never = createPost({ allowLoopback: false, resolve: () => new Promise(() => undefined) })(
      'https://innocent.example/',
      { headers: {}, body: '{}' },
      stopped.signal,
    );
    stopped.abort();
    expect(await never).toMatchObject({ status: null });
  });
});

describe('whatever goes wrong at the receiver', () => {
  const reaction: fc.Arbitrary<Reaction> = fc.constantFrom<Reaction>(
    'take',
    'lose-reply',
    'cut',
    { status: 500 },
    { status: 404 },
    { status: 503, headers: { 'retry-after': '600' } },
  );

  it('each event is taken exactly once, and those of a customer in their order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat({ max: 2 }), { minLength: 1, maxLength: 12 }),
        fc.array(reaction, { maxLength: 12 }),
        fc.boolean(),
        async (whose, reactions, restarts) => {
          await empty();
          receiver.reset();
          await add();
          receiver.reactions.push(...reactions);
          for (const [step, customer] of whose.entries()) {
            await happen(crossing(customer, step));
            if (step % 3 === 0) await send();
            if (restarts && step % 4 === 0) {
              await sender?.stop();
              sender = null;
            }
          }
          for (let rounds = 0; rounds < 40; rounds += 1) {
            await send();
            if ((await webhooks.deliveries({ limit: 1, state: 'waiting' })).length === 0) break;
            clock.advance(HOUR_MS);
          }
          const days = (bodies: readonly string[], customer: number) =>
            bodies
              .map((body) => JSON.parse(body).data)
              .filter(({ customerId }) => customerId === customers[customer])
              .map(({ asOf }) => asOf);
          const bodies = receiver.taken.map(({ body }) => body);
          expect(bodies).toHaveLength(whose.length);
          for (const customer of [0, 1, 2]) {
            const expected = whose.flatMap((each, step) =>
              each === customer ? [(crossing(customer, step).data as { asOf: string }).asOf] : [],
            );
            expect(days(bodies, customer)).toEqual(expected);
          }
          // One body for each id, at every try.
          expect(new Set(receiver.calls.map(({ headers, body }) => `${headers['webhook-id']} ${body}`)).size).toBe(
            whose.length,
          );
          await sender?.stop();
          sender = null;
        },
      ),
      { numRuns: 25, seed: 6 },
    );
  });
});
