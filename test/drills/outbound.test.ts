import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addDays, calendarDay } from '../../core/domain/calendar-day.ts';
import { EVENT_TYPES, type NewEvent } from '../../core/domain/outbound-event.ts';
import { seededRandom } from '../../core/math/random.ts';
import type { Database } from '../../core/ports/database.ts';
import { createKeyring } from '../../core/store/keyring.ts';
import { openStore } from '../../core/store/open.ts';
import { appendEvents } from '../../core/store/outbound-events.ts';
import { inTurn } from '../../core/store/turn.ts';
import { createWebhooks } from '../../core/store/webhook-endpoints.ts';
import { type PostgresServer, startPostgres } from '../support/postgres.ts';
import { type Reaction, startReceiver, type WebhookReceiver } from '../support/webhook-receiver.ts';

const EVENTS = 3_000;
const CUSTOMERS = 150;
const KILLS = 12;
const SPEED = 60;
const FIRST_DAY = calendarDay('2026-01-01');
const key = randomBytes(32).toString('base64');
const startedAt = Date.now();
const clock = { now: () => new Date(startedAt + (Date.now() - startedAt) * SPEED) };

let postgres: PostgresServer;
let database: Database;
let receiver: WebhookReceiver;
let senders: ChildProcess[] = [];

beforeAll(async () => {
  postgres = await startPostgres();
  if ('missing' in postgres) return;
  database = await openStore({ databaseUrl: postgres.url, folder: '', workspace: `outbound_${process.pid}` });
  receiver = await startReceiver();
});
afterAll(async () => {
  for (const sender of senders) sender.kill('SIGKILL');
  if ('missing' in postgres) return;
  await receiver.close();
  await database.query(`drop schema ${database.schema} cascade`);
  await database.close();
  await postgres.stop();
});

async function startSender(databaseUrl: string): Promise<void> {
  const child = fork(join(import.meta.dirname, 'outbound-child.ts'), {
    env: {
      ...process.env,
      DATABASE_URL: databaseUrl,
      WORKSPACE: `outbound_${process.pid}`,
      STAYPOWER_KEY: key,
      SPEED: String(SPEED),
      STARTED_AT: String(startedAt),
    },
  });
  senders.push(child);
  await new Promise((resolve) => child.once('message', resolve));
}

const customerOf = (index: number) => `00000000-0000-5000-8000-${String(index).padStart(12, '0')}`;
/** The n-th event; the day says which one it is. */
function event(n: number, customer: number): NewEvent {
  const customerId = customerOf(customer);
  const data = { customerId, asOf: addDays(FIRST_DAY, n), band: 'churn', from: 'low', to: 'high' } as const;
  return { type: 'band.crossed', customerId, data };
}

describe('webhooks under fire', () => {
  it(`${EVENTS} events reach a receiver that loses replies, each once and in order, though two senders are killed ${KILLS} times`, async ({
    skip,
  }) => {
    if ('missing' in postgres) return skip(postgres.missing);
    const { url } = postgres;
    await createWebhooks(database, {
      clock,
      keyring: () => createKeyring([key]),
      randomBytes,
      assertAllowed: () => undefined,
    }).add({ url: receiver.url, eventTypes: EVENT_TYPES });
    const random = seededRandom(6);
    const faults: readonly Reaction[] = ['lose-reply', 'lose-reply', 'cut', { status: 500 }];
    for (let call = 0; call < EVENTS * 2; call += 1) {
      const fault = random.next() < 0.12 ? faults[Math.floor(random.next() * faults.length)] : undefined;
      receiver.reactions.push(fault ?? 'take');
    }
    await startSender(url);
    await startSender(url);

    const expected = new Map<string, string[]>();
    for (let n = 0, kills = 0; n < EVENTS; ) {
      const batch = Array.from({ length: 50 }, () => event(n++, Math.floor(random.next() * CUSTOMERS)));
      await inTurn(database, (sql) => appendEvents(sql, batch, clock.now()));
      for (const { customerId, data } of batch) {
        const days = expected.get(customerId) ?? [];
        expected.set(customerId, [...days, (data as { asOf: string }).asOf]);
      }
      if (n >= ((kills + 1) * EVENTS) / (KILLS + 1)) {
        kills += 1;
        senders.shift()?.kill('SIGKILL');
        await startSender(url);
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    for (;;) {
      const [row] = await database.query<{ waiting: number }>(
        `select count(*)::int as waiting from webhook_deliveries where state = 'waiting'`,
      );
      if (row?.waiting === 0) break;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    for (const sender of senders) sender.kill('SIGKILL');
    senders = [];

    const arrived = new Map<string, string[]>();
    for (const { body } of receiver.taken) {
      const { customerId, asOf } = JSON.parse(body).data as { customerId: string; asOf: string };
      arrived.set(customerId, [...(arrived.get(customerId) ?? []), asOf]);
    }
    expect(receiver.taken).toHaveLength(EVENTS);
    expect(arrived).toEqual(expected);
    expect(receiver.calls.length).toBeGreaterThan(EVENTS);
    // One body for each id, whoever sent it.
    expect(new Set(receiver.calls.map(({ headers, body }) => `${headers['webhook-id']} ${body}`)).size).toBe(EVENTS);
  });
});
