import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSegment, segmentSettingsSchema } from '../../connectors/segment/index.ts';
import type { Json } from '../../core/domain/json.ts';
import type { ContactRecord, SourceRecord, TransactionRecord } from '../../core/domain/records.ts';
import type { Inbound } from '../../core/ports/connector.ts';
import { drainInbox } from '../../core/store/drain.ts';
import { createInbox } from '../../core/store/inbox.ts';
import { startSandbox } from '../../sandbox/index.ts';
import type { Sandbox } from '../../sandbox/kernel/types.ts';
import { generateWorld } from '../../sandbox/seed/generate.ts';
import type { World } from '../../sandbox/seed/world.ts';
import { segmentVerifier } from '../../webhooks/verify/segment.ts';
import { emptyTables, openTempStore, type TempStore } from '../support/store.ts';
import { serveWebhooks, type WebhookServer } from './webhook-server.ts';

const SECRET = 'a-shared-secret';
const NOW = '2026-06-30T12:00:00.000Z';
const silent = () => {};

function connect(host = 'http://127.0.0.1:9') {
  const connector = createSegment(
    {
      connectionId: 'segment',
      clock: { now: () => new Date(NOW) },
      logger: { debug: silent, info: silent, warn: silent, error: silent },
      timeZone: 'UTC',
      currency: 'USD',
    },
    segmentSettingsSchema.parse({ host }),
    { writeKey: 'sandbox-write-key', profileToken: null, publicApiToken: null },
  );
  if (!connector.inbound || !connector.scores) throw new Error('Segment pushes, and takes scores');
  return { inbound: connector.inbound, scores: connector.scores };
}

describe('a seeded Segment space, delivered by webhook', () => {
  let sandbox: Sandbox;
  let server: WebhookServer;
  let world: World;
  let records: readonly SourceRecord[];
  beforeAll(async () => {
    world = generateWorld({ seed: 11, customers: 120, asOf: '2026-06-30' });
    sandbox = await startSandbox({ stateDir: null, seed: 11 }, world);
    server = await serveWebhooks([{ vendor: 'segment', connectionId: 'segment', verifier: segmentVerifier([SECRET]) }]);
    await fetch(`${sandbox.urls.segment}/_sandbox/segment/webhook`, {
      method: 'POST',
      body: JSON.stringify({ targetUrl: `${server.url}/webhooks/segment/segment`, sharedSecret: SECRET }),
    });
    await quiet();
    const read = await connect().inbound.read([...server.stored.values()].map(asDelivery));
    expect(read.rejected).toEqual([]);
    records = read.records;
  });
  afterAll(async () => {
    await server.close();
    await sandbox.close();
  });

  /** Waits until the sender has nothing left. */
  async function quiet(): Promise<void> {
    for (;;) {
      const response = await fetch(`${sandbox.urls.segment}/_sandbox/segment/webhook`);
      const { pending, inFlight, failed } = (await response.json()) as Record<string, number>;
      if (failed !== 0) throw new Error(`${failed} messages were not taken`);
      if (pending === 0 && inFlight === 0) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  const people = () => world.people.filter((person) => person.systems.includes('segment'));
  const orders = () => world.orders.filter((order) => order.systems.includes('segment'));
  const transactions = (kind: TransactionRecord['transactionKind']) =>
    records.filter(
      (record): record is TransactionRecord => record.kind === 'transaction' && record.transactionKind === kind,
    );

  it('brings every person with their address', () => {
    const emails = records.flatMap((record) => (record.kind === 'contact' ? record.emails : []));
    expect([...new Set(emails)].sort()).toEqual([...new Set(people().map(({ email }) => email.trim()))].sort());
  });

  it('joins every visitor who later gave a name', () => {
    const contacts = records.filter((record): record is ContactRecord => record.kind === 'contact');
    const visitors = contacts.filter(({ externalId }) => externalId.startsWith('anonymous:'));
    expect(visitors).toHaveLength(Math.ceil(people().length / 4));
    const known = new Set(
      contacts.filter(({ userIds }) => userIds.length > 0).flatMap(({ anonymousIds }) => anonymousIds),
    );
    expect(visitors.filter(({ anonymousIds }) => !known.has(anonymousIds[0] ?? ''))).toEqual([]);
  });

  it('brings every order with its buyer, amount and time', () => {
    const expected = orders()
      .filter(({ kind }) => kind === 'order')
      .map((order) => `user:user-${order.personId} ${Number(order.amount)} ${order.currency} ${order.at}`);
    const brought = transactions('order').map(
      (order) => `${order.contactExternalId} ${Number(order.amount)} ${order.currency} ${order.occurredAt}`,
    );
    expect(brought.sort()).toEqual(expected.sort());
    expect(brought.length).toBeGreaterThan(50);
  });

  it('brings every refund and cancellation with the order it belongs to', () => {
    const ids = new Set(transactions('order').map(({ externalId }) => externalId));
    const back = [...transactions('refund'), ...transactions('void')];
    const expected = orders().filter(({ kind }) => kind !== 'order');
    expect(back).toHaveLength(expected.length);
    expect(back.filter(({ refersTo }) => !ids.has(refersTo ?? ''))).toEqual([]);
    const sums = (amounts: readonly number[]) => amounts.toSorted((a, b) => a - b);
    expect(sums(transactions('refund').map(({ amount }) => Number(amount)))).toEqual(
      sums(expected.filter(({ kind }) => kind === 'refund').map(({ amount }) => Number(amount))),
    );
  });

  it('brings every event with its person and channel', () => {
    const visits = people().filter((_, index) => index % 4 === 0).length;
    const expected = world.events
      .filter(({ system }) => system === 'segment')
      .map((event) => `user:user-${event.personId} ${event.channel} ${event.at}`);
    const brought = records.flatMap((record) =>
      record.kind === 'event' && !record.contactExternalId?.startsWith('anonymous:')
        ? [`${record.contactExternalId} ${record.channel} ${record.occurredAt}`]
        : [],
    );
    expect(brought.sort()).toEqual(expected.sort());
    expect(records.filter(({ kind }) => kind === 'event')).toHaveLength(expected.length + visits);
  });

  it('cuts the echo of the scores we write', async () => {
    const before = server.stored.size;
    const [first] = people();
    const results = await connect(sandbox.urls.segment).scores.write([
      {
        recordKind: 'contact',
        externalId: `user:user-${first?.id}`,
        parentExternalId: null,
        values: { clv_12m: 5, churn_band: 'low' },
      },
    ]);
    expect(results).toEqual([{ status: 'written' }]);
    await server.received(before + 1);
    const echo = [...server.stored.values()].slice(before);
    expect(echo).toHaveLength(1);
    expect(await connect().inbound.read(echo.map(asDelivery))).toEqual({ records: [], rejected: [] });
  });
});

describe('statements of one order, in whatever order they come', () => {
  let store: TempStore;
  beforeAll(async () => {
    store = await openTempStore();
  });
  afterAll(() => store.close());

  const track = (messageId: string, event: string, timestamp: string, properties: { [key: string]: Json }): Json => ({
    type: 'track',
    messageId,
    userId: 'u-1',
    timestamp,
    event,
    properties: { order_id: 'o-1', ...properties },
  });
  const completed = track('a', 'Order Completed', '2026-05-01T10:00:00Z', { subtotal: 10 });
  const corrected = track('b', 'Order Updated', '2026-05-03T10:00:00Z', { revenue: 12 });
  const final = track('c', 'Order Updated', '2026-05-05T10:00:00Z', { revenue: 8 });

  /** Lands each message by itself, as it came, and tells what the store then has of the order. */
  async function landed(inbound: Inbound, messages: readonly Json[]): Promise<unknown> {
    await emptyTables(store.database);
    const inbox = createInbox(store.database, () => new Date(NOW));
    for (const payload of messages) {
      const { messageId } = payload as { messageId: string };
      await inbox.append('segment', [{ deliveryKey: messageId, payload }]);
      await drainInbox(store.database, 'segment', inbound, { now: () => new Date(NOW) });
    }
    const rows = await store.database.query<{ payload: TransactionRecord }>(
      `select payload from source_records where kind = 'transaction'`,
    );
    return rows.map(({ payload }) => [payload.externalId, payload.amount, payload.occurredAt]);
  }

  it('end with the latest amount on the day of the sale', async () => {
    const { inbound } = connect();
    for (const messages of permutations([completed, corrected, final])) {
      expect(await landed(inbound, messages)).toEqual([['o-1', '8.00', '2026-05-01T10:00:00.000Z']]);
    }
  });

  it('change nothing when they are delivered again', async () => {
    const { inbound } = connect();
    expect(await landed(inbound, [final, completed, final, corrected, completed])).toEqual([
      ['o-1', '8.00', '2026-05-01T10:00:00.000Z'],
    ]);
  });

  it('bring nobody back with what was deleted of them', async () => {
    const { inbound } = connect();
    await landed(inbound, [
      { type: 'identify', messageId: 'i', userId: 'u-1', traits: { email: 'a@example.com', name: 'Ann' } },
      { type: 'delete', messageId: 'd', userId: 'u-1' },
      { type: 'page', messageId: 'p', userId: 'u-1', timestamp: '2026-05-01T10:00:00Z' },
    ]);
    const rows = await store.database.query<{ payload: ContactRecord }>(
      `select payload from source_records where kind = 'contact'`,
    );
    expect(rows.map(({ payload }) => [payload.externalId, payload.emails, payload.name])).toEqual([
      ['user:u-1', [], null],
    ]);
  });
});

function asDelivery(payload: Json) {
  return { payload, receivedAt: NOW };
}

function permutations<T>(items: readonly T[]): readonly (readonly T[])[] {
  if (items.length < 2) return [items];
  return items.flatMap((item, index) =>
    permutations(items.filter((_, other) => other !== index)).map((rest) => [item, ...rest]),
  );
}
