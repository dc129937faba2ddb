import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { importArchive } from '../../cli/import-archive.ts';
import { createSegmentReader, segmentSettingsSchema } from '../../connectors/segment/index.ts';
import { calendarDay } from '../../core/domain/calendar-day.ts';
import { DataError } from '../../core/domain/errors.ts';
import type { Json } from '../../core/domain/json.ts';
import { cycle } from '../../core/pipeline/cycle.ts';
import type { Inbox } from '../../core/ports/inbox.ts';
import { createInbox } from '../../core/store/inbox.ts';
import { purchaseDays } from '../../core/store/purchase-days.ts';
import { emptyTables, openTempStore, type TempStore } from '../support/store.ts';

/** History from the files that Segment lays down in S3, into the store and into what customers bought. */
const clock = { now: () => new Date('2026-06-30T12:00:00Z') };
const inbound = createSegmentReader({ currency: 'USD' }, segmentSettingsSchema.parse({}));
let store: TempStore;
let folder: string;
beforeAll(async () => {
  store = await openTempStore();
});
afterAll(() => store.close());
beforeEach(async () => {
  await emptyTables(store.database);
  folder = mkdtempSync(join(tmpdir(), 'staypower-archive-'));
  return () => rmSync(folder, { recursive: true, force: true });
});

const bring = (paths: readonly string[], inbox: Inbox = createInbox(store.database, clock.now)) =>
  importArchive(paths, { database: store.database, inbox, inbound, connectionId: 'segment', clock }, () => undefined);

/** Lays messages down as S3 holds them: a folder for each day of receipt, in milliseconds since 1970. */
function layDown(day: string, name: string, messages: readonly (Json | string)[]): void {
  const path = join(folder, 'segment-logs', 'source-1', String(Date.parse(`${day}T00:00:00Z`)));
  mkdirSync(path, { recursive: true });
  const lines = messages.map((message) => (typeof message === 'string' ? message : JSON.stringify(message)));
  writeFileSync(join(path, name), gzipSync(lines.map((line) => `${line}\n`).join('')));
}

const message = (messageId: string, timestamp: string, more: { [key: string]: Json }): Json => ({
  messageId,
  timestamp,
  receivedAt: timestamp,
  ...more,
});
const order = (event: string, messageId: string, timestamp: string, properties: { [key: string]: Json }): Json =>
  message(messageId, timestamp, {
    type: 'track',
    event,
    userId: 'u-1',
    properties: { order_id: 'o-1', ...properties },
  });

const count = async (sql: string) =>
  Number((await store.database.query<{ n: number }>(`select count(*) as n from ${sql}`))[0]?.n);

/** What each customer bought, as of a day. */
async function bought(asOf = '2026-06-30'): Promise<readonly [day: string, cents: bigint][]> {
  const workspace = {
    name: 'test',
    database: store.database,
    connectors: [],
    playbooks: [],
    timeZone: 'UTC',
    currency: 'USD',
    clock,
  };
  await cycle(workspace, { asOf: calendarDay('2026-06-30'), steps: ['pull', 'identify', 'features'] });
  const days: [string, bigint][] = [];
  for await (const { day, amountMinor } of purchaseDays(store.database, calendarDay(asOf), () => 0)) {
    days.push([day, amountMinor]);
  }
  return days;
}

describe('an archive', () => {
  it('that is not there, or a folder without a file, is refused and nothing is read', async () => {
    layDown('2026-05-01', 'a.gz', [order('Order Completed', 'm-1', '2026-05-01T10:00:00Z', { subtotal: 10 })]);
    mkdirSync(join(folder, 'empty'));
    for (const path of ['absent', 'empty']) {
      await expect(bring([join(folder, 'segment-logs'), join(folder, path)])).rejects.toThrow(DataError);
    }
    expect(await count('inbox')).toBe(0);
  });

  it('is read from its first day to its last, a fault in it waits in quarantine, and again changes nothing', async () => {
    // The days have as many digits since 2001 and one less before: as text they would be in another order.
    layDown('1999-05-01', 'z.gz', [message('m-0', '1999-05-01T10:00:00Z', { type: 'page', userId: 'u-0' })]);
    layDown('2026-05-01', 'a.gz', [
      order('Order Completed', 'm-1', '2026-05-01T10:00:00Z', { subtotal: 10 }),
      'no json',
      order('Order Completed', 'm-2', '2026-05-01T11:00:00Z', { order_id: 'o-2', subtotal: 'much' }),
    ]);
    layDown('2026-05-02', 'a.gz', [order('Order Updated', 'm-3', '2026-05-02T10:00:00Z', { subtotal: 12 })]);
    layDown('2026-05-02', 'copy.gz', [order('Order Updated', 'm-3', '2026-05-02T10:00:00Z', { subtotal: 12 })]);
    expect(await bring([folder])).toMatchObject({ files: 4, filesKnown: 1, rejected: 2 });
    const read = await store.database.query<{ delivery_key: string }>('select delivery_key from inbox order by seq');
    expect(read.map(({ delivery_key }) => delivery_key)).toEqual(['m-0', 'm-1', 'm-2', 'm-3']);
    expect(await count('quarantine')).toBe(2);
    expect(await bring([folder])).toEqual({ files: 4, filesKnown: 4, pulled: 0, rejected: 0 });
    expect(await bought()).toEqual([['2026-05-01', 1_200n]]);
  });

  it('that was broken off goes on after the last line that is kept, and ends as one that was not', async () => {
    const lines = Array.from({ length: 4_500 }, (_, index) =>
      order('Order Completed', `m-${index}`, '2026-05-01T10:00:00Z', { order_id: `o-${index}`, subtotal: 1 }),
    );
    layDown('2026-05-01', 'a.gz', lines);
    const inbox = createInbox(store.database, clock.now);
    const offered: number[] = [];
    const upTo = (calls: number): Inbox => ({
      ...inbox,
      append: async (connectionId, messages) => {
        if (offered.length === calls) throw new Error('killed');
        offered.push(messages.length);
        return inbox.append(connectionId, messages);
      },
    });
    await expect(bring([folder], upTo(1))).rejects.toThrow('killed');
    expect(await count(`source_records where kind = 'transaction'`)).toBe(2_000);
    expect(await bring([folder], upTo(Number.POSITIVE_INFINITY))).toMatchObject({ filesKnown: 0, rejected: 0 });
    // No line was read twice, and never more than a commit's worth waited.
    expect(offered).toEqual([2_000, 2_000, 500]);
    expect(await bought()).toEqual([['2026-05-01', 450_000n]]);
  });

  it('counts once what a webhook had brought before', async () => {
    const payload = order('Order Completed', 'm-1', '2026-05-01T10:00:00Z', { subtotal: 10 });
    await createInbox(store.database, clock.now).append('segment', [{ deliveryKey: 'm-1', payload }]);
    layDown('2026-05-01', 'a.gz', [payload]);
    await bring([folder]);
    expect(await count('inbox')).toBe(1);
    expect(await bought()).toEqual([['2026-05-01', 1_000n]]);
  });
});

/** Has each telling happen to somebody of its own, all in one file, each in its order. */
async function tellAll(tellings: readonly (readonly Json[])[]): Promise<void> {
  const path = join(folder, 'messages.jsonl');
  const lines = tellings.flatMap((messages, who) =>
    messages.map((each) => JSON.stringify(each).replaceAll('#', String(who))),
  );
  writeFileSync(path, lines.map((line) => `${line}\n`).join(''));
  await bring([path]);
}

describe('one order, told in any order', () => {
  const told = (event: string, messageId: string, timestamp: string, properties: { [key: string]: Json }): Json =>
    message(`${messageId}-#`, timestamp, {
      type: 'track',
      event,
      userId: 'u-#',
      properties: { order_id: 'o-#', ...properties },
    });
  const completed = told('Order Completed', 'a', '2026-05-01T10:00:00Z', { subtotal: 10 });
  const updated = told('Order Updated', 'b', '2026-05-03T10:00:00Z', { subtotal: 30 });
  const refunded = told('Order Refunded', 'c', '2026-05-05T10:00:00Z', { total: 12 });
  const cancelled = told('Order Cancelled', 'd', '2026-05-09T10:00:00Z', {});
  const whole = told('Order Refunded', 'e', '2026-05-06T10:00:00Z', {});

  it('an update replaces and a refund subtracts, on the day of the sale', async () => {
    await tellAll(permutations([completed, updated, refunded]));
    expect(await bought()).toEqual(Array.from({ length: 6 }, () => ['2026-05-01', 1_800n]));
  });

  it('a refund without a number takes the whole, and no more than the whole is ever taken', async () => {
    await tellAll([
      [whole, completed],
      [completed, whole],
      [refunded, completed, refunded],
      [whole, refunded, completed],
    ]);
    expect(await bought()).toEqual([]);
  });

  it('a cancellation voids, whenever it comes, from its day on', async () => {
    await tellAll(permutations([completed, updated, cancelled]));
    expect(await bought()).toEqual([]);
    expect(await bought('2026-05-08')).toEqual(Array.from({ length: 6 }, () => ['2026-05-01', 3_000n]));
  });
});

describe('a visitor who gives a name', () => {
  const visit = message('v-#', '2026-04-01T10:00:00Z', { type: 'page', anonymousId: 'anon-#' });
  const sale = message('w-#', '2026-04-02T10:00:00Z', {
    type: 'track',
    event: 'Order Completed',
    anonymousId: 'anon-#',
    properties: { order_id: 'o-#', subtotal: 7 },
  });
  const named = { type: 'identify', userId: 'u-#', anonymousId: 'anon-#', traits: { email: 'a#@example.com' } };
  const aliased = { type: 'alias', userId: 'u-#', previousId: 'anon-#' };

  it.each([
    ['identify', named],
    ['alias', aliased],
  ])('is one customer with what the visitor bought, told by %s before or after', async (_, joining) => {
    await tellAll(permutations([visit, sale, message('j-#', '2026-04-03T10:00:00Z', joining)]));
    expect(await bought()).toEqual(Array.from({ length: 6 }, () => ['2026-04-02', 700n]));
    expect(await count('customers')).toBe(6);
  });
});

function permutations<T>(items: readonly T[]): readonly (readonly T[])[] {
  if (items.length <= 1) return [items];
  return items.flatMap((item, index) => permutations(items.toSpliced(index, 1)).map((rest) => [item, ...rest]));
}
