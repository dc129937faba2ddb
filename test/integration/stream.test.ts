import { createServer, get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { calendarDay } from '../../core/domain/calendar-day.ts';
import type { Database } from '../../core/ports/database.ts';
import type { EventLog } from '../../core/ports/outbound.ts';
import { openStore } from '../../core/store/open.ts';
import { appendEvents, lastEvent } from '../../core/store/outbound-events.ts';
import { inTurn } from '../../core/store/turn.ts';
import { streamRoutes } from '../../webhooks/api/stream.ts';
import { StaypowerClient } from '../../webhooks/client/staypower-client.ts';
import type { Server } from '../../webhooks/server.ts';
import { serveApi } from '../support/api-server.ts';
import { fakeClock } from '../support/clock.ts';
import { startPostgres } from '../support/postgres.ts';
import { openTempStore, type TempStore } from '../support/store.ts';

const clock = fakeClock('2026-06-01T12:00:00.000Z');
const today = calendarDay('2026-06-01');
const CUSTOMER = '00000000-0000-5000-8000-000000000001';
const logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: console.error };

let store: TempStore;
let server: Server;
let token: string;
let ended: AbortController;
beforeAll(async () => {
  store = await openTempStore();
});
afterAll(() => store.close());
beforeEach(async () => {
  await store.database.query('truncate outbound_events, webhook_deliveries');
  ended = new AbortController();
  ({ server, token } = await serveApi(store.database, { clock, today }));
});
afterEach(async () => {
  ended.abort();
  await server.close();
});

/** Promotes models of these names: one event each. */
const promote = (database: Database, ...versions: readonly string[]) =>
  inTurn(database, (sql) =>
    appendEvents(
      sql,
      versions.map((modelVersion) => ({
        type: 'model.promoted',
        customerId: CUSTOMER,
        data: { modelVersion, previousModelVersion: null, asOf: today, horizonDays: 60 },
      })),
      clock.now(),
    ),
  );
const follow = (url: string, lastEventId?: string) =>
  new StaypowerClient(url, token).streamEvents({
    signal: ended.signal,
    ...(lastEventId !== undefined && { lastEventId }),
  });
/** The next versions of a stream, and the id of the last. */
async function versionsOf(stream: ReturnType<typeof follow>, count: number) {
  const versions: string[] = [];
  let last = '';
  while (versions.length < count) {
    const { value, done } = await stream.next();
    if (done) throw new Error(`the stream ended after ${versions.length} events`);
    if (value.event.type === 'model.promoted') versions.push(value.event.data.modelVersion);
    last = value.id;
  }
  return { versions, last };
}
const raw = (lastEventId?: string) =>
  fetch(`${server.url}/v1/stream`, {
    signal: ended.signal,
    headers: { authorization: `Bearer ${token}`, ...(lastEventId !== undefined && { 'last-event-id': lastEventId }) },
  });
/** Reads a response until it has this text. */
async function textUntil(response: Response, wanted: string): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.includes(wanted)) return text;
  }
  throw new Error(`the stream ended without ${wanted}: ${text}`);
}

describe('GET /v1/stream', () => {
  it.each(['x', '-1', '1.5', '1e3', '99999999999999999999'])('refuses %j as the id of an event', async (id) => {
    expect((await raw(id)).status).toBe(400);
  });

  it('is closed without a token', async () => {
    expect((await fetch(`${server.url}/v1/stream`)).status).toBe(401);
  });

  it('begins now, and gives each event in order as it is committed', async () => {
    await promote(store.database, 'past');
    const response = await raw();
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const last = await lastEvent(store.database);
    const text = textUntil(response, '"c"');
    await promote(store.database, 'a', 'b');
    await promote(store.database, 'c');
    const blocks = (await text).split('\n\n').filter((block) => block !== '');
    expect(blocks[0]).toBe(`retry: 2000\nid: ${last}`);
    expect(blocks.slice(1).map((block) => block.split('\n')[0])).toEqual([1n, 2n, 3n].map((n) => `id: ${last + n}`));
    expect(blocks[1]).toContain('event: model.promoted\ndata: {"type":"model.promoted"');
    expect(blocks.join()).not.toContain('past');
  });

  it('goes on after the event that was seen last: none missed, none twice', async () => {
    await promote(store.database, 'a');
    const seen = BigInt((await lastEvent(store.database)) - 1n);
    const first = await versionsOf(follow(server.url, String(seen)), 1);
    expect(first.versions).toEqual(['a']);
    await promote(store.database, 'b', 'c', 'd');
    const second = await versionsOf(follow(server.url, first.last), 2);
    expect(second.versions).toEqual(['b', 'c']);
    expect((await versionsOf(follow(server.url, second.last), 1)).versions).toEqual(['d']);
  });

  it('a place beyond the end, as after a restore, is taken for the end', async () => {
    await promote(store.database, 'a');
    const text = textUntil(await raw('900000000'), '"b"');
    await promote(store.database, 'b');
    expect(await text).not.toContain('"a"');
  });

  it('what is rolled back is never told', async () => {
    const stream = follow(server.url, String(await lastEvent(store.database)));
    const next = versionsOf(stream, 1);
    await inTurn(store.database, async (sql) => {
      await appendEvents(
        sql,
        [
          {
            type: 'model.promoted',
            customerId: CUSTOMER,
            data: { modelVersion: 'undone', previousModelVersion: null, asOf: today, horizonDays: 60 },
          },
        ],
        clock.now(),
      );
      throw new Error('planted');
    }).catch(() => undefined);
    await promote(store.database, 'kept');
    expect((await next).versions).toEqual(['kept']);
  });

  it('says something every 15 seconds, so that nobody in between closes it', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    try {
      const text = textUntil(await raw(), ':\n\n:\n\n');
      for (let tick = 0; tick < 2; tick += 1) {
        await new Promise((resolve) => setTimeout(resolve, 20));
        vi.advanceTimersByTime(15_000);
      }
      expect(await text).toMatch(/^retry/);
    } finally {
      vi.useRealTimers();
    }
  });

  it('ends when the server does, at once', async () => {
    const stream = follow(server.url, '0');
    await promote(store.database, 'a');
    expect((await versionsOf(stream, 1)).versions).toEqual(['a']);
    const started = performance.now();
    await server.close();
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});

describe('a log that cannot be read', () => {
  it('is a failure of that request, not an empty stream; the next one tries again', async () => {
    let broken = true;
    const log: EventLog = {
      after: async () => [],
      last: async () => 7n,
      listen: async () => {
        if (broken) throw new Error('the store is gone');
        return async () => undefined;
      },
    };
    const stream = streamRoutes(log, logger);
    const app = express().use(stream.router);
    app.use((_error: unknown, _req: express.Request, res: express.Response, _next: express.NextFunction) => {
      res.sendStatus(500);
    });
    const http = createServer(app);
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/stream`;
    expect((await fetch(url)).status).toBe(500);
    broken = false;
    expect(await textUntil(await fetch(url), '\n\n')).toBe('retry: 2000\nid: 7\n\n');
    await stream.close();
    http.closeAllConnections();
    http.close();
  });
});

describe('a client that does not read', () => {
  it('holds up its own stream alone: no more is read from the log than it has room for, and it misses nothing', async () => {
    const EVENTS = 60_000;
    const body = JSON.stringify({ filler: 'x'.repeat(1_000) });
    let read = 0;
    const log: EventLog = {
      after: async (seq, limit) => {
        const count = Math.min(limit, EVENTS - Number(seq));
        read += count;
        return Array.from({ length: count }, (_, index) => ({
          seq: seq + BigInt(index + 1),
          eventId: '',
          type: 'model.promoted',
          body,
        }));
      },
      last: async () => BigInt(EVENTS),
      listen: async () => async () => undefined,
    };
    const stream = streamRoutes(log, logger);
    const app = express().use(stream.router);
    const http = createServer(app);
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    const response = await new Promise<IncomingMessage>((resolve) =>
      get({ port: (http.address() as AddressInfo).port, path: '/stream', headers: { 'last-event-id': '0' } }, resolve),
    );
    // Until nothing moves any more: the buffers between the two are full.
    for (let before = -1; before !== read; ) {
      before = read;
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
    expect(read).toBeGreaterThan(0);
    expect(read).toBeLessThan(EVENTS / 2);
    let tail = '';
    let seen = 0;
    for await (const chunk of response) {
      const text = tail + String(chunk);
      const lines = text.split('\n');
      tail = lines.pop() ?? '';
      for (const line of lines) {
        if (!line.startsWith('id: ') || line === 'id: 0') continue;
        seen += 1;
        if (line !== `id: ${seen}`) throw new Error(`expected ${seen}, got ${line}`);
      }
      if (seen === EVENTS) break;
    }
    expect([seen, read]).toEqual([EVENTS, EVENTS]);
    await stream.close();
    http.closeAllConnections();
    http.close();
  });
});

describe('several processes on PostgreSQL', () => {
  it('a stream of one gives what another commits', async ({ skip }) => {
    const postgres = await startPostgres();
    if ('missing' in postgres) return skip(postgres.missing);
    const open = () => openStore({ databaseUrl: postgres.url, folder: '', workspace: `stream_${process.pid}` });
    const [writer, reader] = [await open(), await open()];
    const serving = await serveApi(reader, { clock, today });
    const stream = follow(serving.server.url, '0');
    const next = versionsOf(stream, 3);
    await promote(writer, 'a');
    await promote(writer, 'b', 'c');
    expect((await next).versions).toEqual(['a', 'b', 'c']);
    ended.abort();
    await serving.server.close();
    await writer.query(`drop schema ${writer.schema} cascade`);
    await writer.close();
    await reader.close();
    await postgres.stop();
  });
});
