import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import express from 'express';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { calendarDay } from '../../core/domain/calendar-day.ts';
import type { WriteRow } from '../../core/domain/fields.ts';
import { writeBack } from '../../core/pipeline/write-back.ts';
import type { Connector } from '../../core/ports/connector.ts';
import type { Database } from '../../core/ports/database.ts';
import type { Queries } from '../../core/ports/engine.ts';
import { readBacklog } from '../../core/store/backlog.ts';
import { conditionOf, workOff } from '../../core/store/bands.ts';
import { createInbox } from '../../core/store/inbox.ts';
import { openStore } from '../../core/store/open.ts';
import { qualityCounts } from '../../core/store/quality.ts';
import { createQueries } from '../../core/store/queries.ts';
import { runWhenDue } from '../../core/store/schedule.ts';
import { keepPosition } from '../../core/store/subscriptions.ts';
import { listenOn } from '../../webhooks/listen-on.ts';
import { createLiveDelays, createOperations } from '../../webhooks/operations.ts';
import { fakeClock } from '../support/clock.ts';
import { staypower } from '../support/command.ts';
import { fakeConnector } from '../support/fake-connector.ts';
import { type PostgresServer, startPostgres } from '../support/postgres.ts';
import { openTempStore, type TempStore } from '../support/store.ts';

const DAY = calendarDay('2026-06-01');
const clock = fakeClock('2026-06-01T12:00:00.000Z');
const silent = () => undefined;
const logger = { debug: silent, info: silent, warn: silent, error: silent };
let server: PostgresServer;
let store: TempStore;

beforeAll(async () => {
  [server, store] = await Promise.all([startPostgres(), openTempStore()]);
}, 60_000);
afterAll(async () => {
  await store.close();
  if ('url' in server) await server.stop();
});

describe('a worker', () => {
  test('is refused without a database that processes can share, and told what to run instead', async () => {
    const home = mkdtempSync(join(tmpdir(), 'staypower-worker-'));
    writeFileSync(join(home, 'staypower.yaml'), 'connections: []\n');
    const { code, stderr } = await staypower(['worker'], { home });
    expect(code).toBe(1);
    expect(stderr).toContain('DATABASE_URL');
    expect(stderr).toContain('staypower serve');
    rmSync(home, { recursive: true, force: true });
  });
});

describe('bands of customers', () => {
  const nextDue = (database: Database) => async (from: string) => {
    const [row] = await database.query<{ customer_id: string }>(
      'select customer_id from customers where dirty and customer_id >= $1::uuid order by customer_id limit 1',
      [from],
    );
    return row?.customer_id ?? null;
  };
  const insert = (database: Database, ids: readonly string[]) =>
    database.query(
      `insert into customers (customer_id, do_not_contact, dirty, created_at) select id, false, true, $2 from unnest($1::uuid[]) as id`,
      [ids, clock.now().toISOString()],
    );

  test('several processes work off each customer once, and none is left', async ({ skip }) => {
    if ('missing' in server) return skip(server.missing);
    const { url } = server;
    const workspace = `bands_${process.pid}`;
    const processes: Database[] = [];
    for (let index = 0; index < 3; index += 1) {
      processes.push(await openStore({ databaseUrl: url, folder: '', workspace }));
    }
    const [first] = processes;
    if (!first) throw new Error('no process');
    const ids = Array.from({ length: 300 }, () => randomUUID());
    await insert(first, ids);
    const worked: string[][] = processes.map(() => []);
    const counts = await Promise.all(
      processes.map((database, index) =>
        workOff(database, null, {
          perCommit: 7,
          nextDue: nextDue(database),
          work: async (sql, some) => {
            const { condition, parameters } = conditionOf(some);
            const due = await sql.query<{ customer_id: string }>(
              `select customer_id from customers where dirty and ${condition} order by customer_id limit 7`,
              parameters,
            );
            const of = due.map((row) => row.customer_id);
            await sql.query('update customers set dirty = false where customer_id = any($1::uuid[])', [of]);
            worked[index]?.push(...of);
            return of.length;
          },
        }),
      ),
    );
    expect(worked.flat().sort()).toEqual([...ids].sort());
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(ids.length);
    // Nobody stood and watched.
    for (const count of counts) expect(count).toBeGreaterThan(0);
    await first.query(`drop schema ${first.schema} cascade`);
    for (const database of processes) await database.close();
  });

  test('only the named customers are looked at where some are named', async () => {
    const { database } = store;
    const ids = [randomUUID(), randomUUID(), randomUUID()];
    await insert(database, ids);
    const looked: (readonly string[])[] = [];
    const done = await workOff(database, ids.slice(0, 2), {
      perCommit: 1,
      nextDue: nextDue(database),
      work: async (_, some) => {
        if ('customerIds' in some) looked.push(some.customerIds);
        return 1;
      },
    });
    expect({ done, looked }).toEqual({ done: 2, looked: [[ids[0]], [ids[1]]] });
  });
});

describe('writing everything that waits', () => {
  test('is left to the process that is at it; what somebody waits for is written meanwhile', async () => {
    const { database } = store;
    const [first, second] = [randomUUID(), randomUUID()];
    await database.query(
      `insert into customer_records (customer_id, connection_id, kind, external_id, written, desired, attempts)
       select id, 'crm', 'contact', id::text, '{}', '{"engagement": 1}', 0 from unnest($1::uuid[]) as id`,
      [[first]],
    );
    const crm = fakeConnector();
    const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
    const { promise: asked, resolve: ask } = Promise.withResolvers<void>();
    const { scores } = crm;
    if (scores === null) throw new Error('the connector writes no scores');
    const write = async (rows: readonly WriteRow[]) => {
      ask();
      await answered;
      return scores.write(rows);
    };
    const slow: Connector = { ...crm, scores: { ...scores, write } };
    const batch = writeBack(database, [slow], { clock, customerIds: null });
    await asked;
    await database.query(
      `insert into customer_records (customer_id, connection_id, kind, external_id, written, desired, attempts)
       values ($1::uuid, 'crm', 'contact', $1::text, '{}', '{"engagement": 2}', 0)`,
      [second],
    );
    expect((await writeBack(database, [crm], { clock, customerIds: null })).recordsWritten).toBe(0);
    expect((await writeBack(database, [crm], { clock, customerIds: [second] })).recordsWritten).toBe(1);
    answer();
    expect((await batch).recordsWritten).toBe(1);
    expect(crm.writes.map((rows) => rows.map(({ externalId }) => externalId))).toEqual([[second], [first]]);
  });
});

describe('recurring work', () => {
  const schedule = (name: string, today = DAY) => ({ name, everyMs: 60_000, clock, today });

  test('runs when it is due: at first, after its time, and on a new day', async () => {
    const { database } = store;
    clock.set('2026-06-01T12:00:00.000Z');
    const run = (today = DAY) => runWhenDue(database, schedule('a', today), async () => undefined);
    expect(await run()).toBe(true);
    expect(await run()).toBe(false);
    expect(await run(calendarDay('2026-06-02'))).toBe(true);
    clock.set('2026-06-01T12:00:59.999Z');
    expect(await run(calendarDay('2026-06-02'))).toBe(false);
    clock.set('2026-06-01T12:01:00.000Z');
    expect(await run(calendarDay('2026-06-02'))).toBe(true);
  });

  test('is due at once where it failed, and never at two places at a time', async () => {
    const { database } = store;
    await expect(
      runWhenDue(database, schedule('b'), async () => {
        throw new Error('died');
      }),
    ).rejects.toThrow('died');
    const beside: boolean[] = [];
    const ran = await runWhenDue(database, schedule('b'), async () => {
      beside.push(await runWhenDue(database, schedule('b'), async () => undefined));
    });
    expect({ ran, beside }).toEqual({ ran: true, beside: [false] });
  });
});

describe('what operators see', () => {
  const subscription = { topics: ['/data/ContactChangeEvent', '/data/CaseChangeEvent'], read: () => Promise.reject() };
  const connections = [
    { connectionId: 'hubspot', subscription: null },
    { connectionId: 'salesforce', subscription: subscription as never },
  ];
  const serve = (queries: Queries, database: Database) => {
    const delays = createLiveDelays();
    delays.observe('scored', [0.004, 0.2]);
    const work = {
      delays,
      backlog: () => readBacklog(database, connections, clock),
      quality: () => qualityCounts(database),
    };
    const { router } = createOperations({ queries, connections: async () => [], logger, work });
    return listenOn(express().use(router), { host: '127.0.0.1', port: 0 });
  };

  test('how long messages have waited, and how long events took', async () => {
    const { database } = store;
    clock.set('2026-06-01T12:00:00.000Z');
    await createInbox(database, () => clock.now()).append('hubspot', [{ deliveryKey: 'k', payload: 1 }]);
    clock.set('2026-06-01T12:00:30.000Z');
    const running = await serve(createQueries(database), database);
    const ready = (await (await fetch(`${running.url}/readyz`)).json()) as Record<string, unknown>;
    expect(ready).toMatchObject({ ok: true, engine: 'pglite', inboxWaiting: 1, inboxLagSeconds: 30, reconnect: [] });
    const metrics = await (await fetch(`${running.url}/metrics`)).text();
    expect(metrics).toContain('staypower_inbox_lag_seconds 30');
    expect(metrics).toContain('staypower_event_seconds_bucket{le="0.005",stage="scored"} 1');
    expect(metrics).toContain('staypower_event_seconds_count{stage="scored"} 2');
    await running.close();
  });

  test('what waits to be told to endpoints, and which are called no more', async () => {
    const { database } = store;
    const at = '2026-06-01T11:58:00.000Z';
    for (const [id, state] of [
      ['ep_a', 'enabled'],
      ['ep_b', 'disabled'],
    ]) {
      await database.query(
        `insert into webhook_endpoints (endpoint_id, url, event_types, state, secrets, failures, not_before, created_at)
         values ($1, 'https://a.example', '[]', $2, '[]', 0, $3, $3)`,
        [id, state, at],
      );
      await database.query(
        `insert into webhook_deliveries (customer_id, event_id, endpoint_id, seq, state, attempts, enqueued_at, not_before)
         values ('00000000-0000-0000-0000-000000000000', 'e', $1, 1, $2, 0, $3, $3)`,
        [id, state === 'enabled' ? 'waiting' : 'failed', at],
      );
    }
    clock.set('2026-06-01T12:00:00.000Z');
    const running = await serve(createQueries(database), database);
    expect(await (await fetch(`${running.url}/readyz`)).json()).toMatchObject({
      webhooks: { waiting: 1, oldestSeconds: 120, disabledEndpoints: ['ep_b'] },
    });
    const metrics = await (await fetch(`${running.url}/metrics`)).text();
    expect(metrics).toContain('staypower_waiting{where="webhooks"} 1');
    expect(metrics).toContain('staypower_webhooks_oldest_seconds 120');
    expect(metrics).toContain('staypower_webhook_endpoints_disabled 1');
    await running.close();
  });

  test('whether a topic is followed, when its last event came, and how old that was', async () => {
    const { database } = store;
    const topic = { connectionId: 'salesforce', topic: '/data/ContactChangeEvent' };
    const keep = (given: { hasEvents: boolean; happenedAt: string | null }, at: string) =>
      keepPosition(database, topic, { position: 'AA==', ...given }, new Date(at));
    await keep({ hasEvents: true, happenedAt: '2026-06-01T11:59:00.000Z' }, '2026-06-01T12:00:00.000Z');
    await keep({ hasEvents: false, happenedAt: null }, '2026-06-01T12:04:00.000Z');
    const states = async (at: string) => {
      clock.set(at);
      return (await readBacklog(database, connections, clock)).subscriptions;
    };
    expect(await states('2026-06-01T12:05:00.000Z')).toEqual([
      { ...topic, connected: true, lastEventSeconds: 300, lagSeconds: 60 },
      {
        connectionId: 'salesforce',
        topic: '/data/CaseChangeEvent',
        connected: false,
        lastEventSeconds: null,
        lagSeconds: null,
      },
    ]);
    expect((await states('2026-06-01T12:10:01.000Z'))[0]?.connected).toBe(false);
    const running = await serve(createQueries(database), database);
    const metrics = await (await fetch(`${running.url}/metrics`)).text();
    const labels = 'connection="salesforce",topic="/data/ContactChangeEvent"';
    expect(metrics).toContain(`staypower_subscription_connected{${labels}} 0`);
    expect(metrics).toContain(`staypower_subscription_lag_seconds{${labels}} 60`);
    expect(metrics).not.toContain(
      'staypower_subscription_lag_seconds{connection="salesforce",topic="/data/CaseChangeEvent"}',
    );
    await running.close();
  });

  test('503 from /readyz when the store fails, while /healthz says that the process lives', async () => {
    const failing = {
      ...createQueries(store.database),
      health: () => Promise.reject(new Error('no connection')),
    };
    const running = await serve(failing, store.database);
    const ready = await fetch(`${running.url}/readyz`);
    expect(ready.status).toBe(503);
    expect(await ready.json()).toMatchObject({ ok: false });
    expect((await fetch(`${running.url}/healthz`)).status).toBe(200);
    await running.close();
  });
});
