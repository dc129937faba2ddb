import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { CalendarDay } from '../../core/domain/calendar-day.ts';
import { RateLimitError } from '../../core/domain/errors.ts';
import { startLive } from '../../core/pipeline/live.ts';
import type { Connector } from '../../core/ports/connector.ts';
import type { Database } from '../../core/ports/database.ts';
import { drainInbox } from '../../core/store/drain.ts';
import { createInbox } from '../../core/store/inbox.ts';
import { openStore } from '../../core/store/open.ts';

const rests = vi.hoisted((): number[] => []);
vi.mock('node:timers/promises', async (original) => {
  const timers = await original<typeof import('node:timers/promises')>();
  return {
    ...timers,
    setTimeout: (ms: number, ...rest: [unknown?, object?]) => {
      rests.push(ms);
      return timers.setTimeout(0, ...rest);
    },
  };
});

const logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: console.error };
/** A delivery is a list of ids, a message each. */
const idsOf = (body: Buffer) =>
  (JSON.parse(body.toString()) as string[]).map((id) => ({ deliveryKey: id, payload: id, about: id }));
const readers = { hubspot: idsOf, 'hubspot-workflow': idsOf, salesforce: idsOf, segment: idsOf };
const nothing = { read: async () => ({ records: [], rejected: [] }) };

let home: string;
let database: Database;
let at = new Date('2026-06-01T12:00:00.000Z');
const now = () => at;

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'staypower-flood-'));
  database = await openStore({ databaseUrl: null, folder: home, workspace: 'flood' });
  at = new Date('2026-06-01T12:00:00.000Z');
  rests.length = 0;
});
afterEach(async () => {
  await database.close();
  rmSync(home, { recursive: true, force: true });
});

/** Deliveries of so many messages each, long ones. */
async function flood(deliveries: number, messages: number): Promise<void> {
  const inbox = createInbox(database, now);
  for (let delivery = 0; delivery < deliveries; delivery += 1) {
    const ids = Array.from({ length: messages }, (_, index) => `${delivery} ${index} ${'x'.repeat(400)}`);
    await inbox.keep({ connectionId: 'a', form: 'segment', body: Buffer.from(JSON.stringify(ids)) });
  }
}

describe('a flood', () => {
  test('has whoever reads it rest while more comes in, and not when it is over', async () => {
    await flood(6, 300);
    rests.length = 0;
    await drainInbox(database, 'a', nothing, { now, readers });
    expect(rests.length).toBeGreaterThan(2);
    expect(rests.every((ms) => ms > 0 && ms <= 1_000)).toBe(true);

    await flood(6, 301);
    at = new Date('2026-06-01T12:00:05.000Z');
    rests.length = 0;
    let batches = 0;
    const onProgress = () => {
      batches += 1;
    };
    await drainInbox(database, 'a', nothing, { now, readers, onProgress });
    expect(batches).toBeGreaterThan(2);
    expect(rests).toEqual([]);
  });

  test('is read in portions when one is asked for, and what is left is told of', async () => {
    await flood(3, 1_000);
    let left = false;
    const onLeft = () => {
      left = true;
    };
    let read = 0;
    const counting = {
      read: async (batch: readonly unknown[]) => {
        read += batch.length;
        return nothing.read();
      },
    };
    await drainInbox(database, 'a', counting, { now, readers, most: 1_000, onLeft });
    expect(left).toBe(true);
    expect(read).toBeGreaterThanOrEqual(1_000);
    expect(read).toBeLessThan(2_000);
    left = false;
    while (read < 3_000) await drainInbox(database, 'a', counting, { now, readers, most: 1_000, onLeft });
    expect(read).toBe(3_000);
  });

  test('has those scored whom its beginning is about, before its end is read', async () => {
    await flood(25, 1_000);
    const stages: { stage: string; messages: number; read: number }[] = [];
    let read = 0;
    const connector = {
      connectionId: 'a',
      vendor: 'segment',
      usage: () => null,
      inbound: {
        read: async (batch: readonly unknown[]) => {
          read += batch.length;
          return nothing.read();
        },
      },
    } as unknown as Connector;
    const workspace = { name: 'flood', database, connectors: [connector], readers, playbooks: [], clock: { now } };
    const live = await startLive(
      { ...workspace, timeZone: 'UTC', currency: 'EUR' },
      {
        today: () => '2026-06-01' as CalendarDay,
        logger,
        onDelay: (stage, seconds) => stages.push({ stage, messages: seconds.length, read }),
      },
    );
    await live.settled();
    await live.stop();
    const scored = stages.filter(({ stage }) => stage === 'scored');
    expect(scored.length).toBeGreaterThan(1);
    expect(scored[0]?.read).toBeLessThan(12_000);
    expect(scored.reduce((sum, { messages }) => sum + messages, 0)).toBe(25_000);
  });

  test('asks a vendor that is away, and repeats a pass that failed, once in five seconds, however much comes in; others go on', async () => {
    const asked = { away: 0, here: 0 };
    let isAway = true;
    const reading = (name: 'away' | 'here') => ({
      connectionId: name,
      vendor: 'segment',
      usage: () => null,
      inbound: {
        read: async () => {
          asked[name] += 1;
          if (name === 'away' && isAway) throw new RateLimitError('it is away', { retryAfterMs: 0, scope: 'burst' });
          return nothing.read();
        },
      },
    });
    const connectors = [reading('away'), reading('here')] as unknown as Connector[];
    let failures = 0;
    let fails = false;
    const failing = {
      ...database,
      query: (async (...given: Parameters<Database['query']>) => {
        if (fails) throw new Error('the store is away');
        return database.query(...given);
      }) as Database['query'],
    };
    const live = await startLive(
      {
        name: 'flood',
        database: failing,
        connectors,
        readers,
        playbooks: [],
        clock: { now },
        timeZone: 'UTC',
        currency: 'EUR',
      },
      {
        today: () => '2026-06-01' as CalendarDay,
        logger: {
          ...logger,
          error: () => {
            failures += 1;
          },
        },
      },
    );
    const inbox = createInbox(database, now);
    const keepOne = async (connectionId: string, id: number) => {
      await inbox.keep({ connectionId, form: 'segment', body: Buffer.from(`["${id}"]`) });
      await new Promise((resolve) => setTimeout(resolve, 30));
    };
    for (let id = 0; id < 20; id += 1) {
      await keepOne('away', id);
      await keepOne('here', id);
    }
    expect(asked.here).toBeGreaterThan(5);
    expect(asked.away).toBeLessThanOrEqual(2);
    isAway = false;
    await vi.waitFor(async () => expect(await waiting()).toBe(0), { timeout: 20_000, interval: 100 });

    fails = true;
    for (let id = 20; id < 40; id += 1) await keepOne('here', id);
    fails = false;
    expect(failures).toBeLessThanOrEqual(2);
    await vi.waitFor(async () => expect(await waiting()).toBe(0), { timeout: 20_000, interval: 100 });
    await live.stop();
  });

  const waiting = async () =>
    (
      await database.query<{ count: number }>(
        'select (select count(*) from inbox where not drained)::int + (select count(*) from raw_deliveries)::int as count',
      )
    )[0]?.count;
});
