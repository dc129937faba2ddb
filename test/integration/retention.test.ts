import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { calendarDay } from '../../core/domain/calendar-day.ts';
import { cycle } from '../../core/pipeline/cycle.ts';
import type { Sql } from '../../core/ports/database.ts';
import { prune, retentionSchema } from '../../core/store/retention.ts';
import { fakeClock } from '../support/clock.ts';
import { emptyTables, openTempStore, type TempStore } from '../support/store.ts';

const NOW = '2026-06-01T12:00:00.000Z';
const SOMEBODY = '00000000-0000-5000-8000-000000000001';
const usual = retentionSchema.parse({});

let store: TempStore;
beforeAll(async () => {
  store = await openTempStore();
});
afterAll(() => store.close());
beforeEach(() => emptyTables(store.database));

const daysAgo = (days: number) => new Date(Date.parse(NOW) - days * 86_400_000).toISOString();
const left = async (sql: Sql, text: string) => (await sql.query<{ id: string }>(text)).map((row) => row.id).sort();

async function message(key: string, ageDays: number, drained: boolean) {
  await store.database.query(
    `insert into inbox (connection_id, delivery_key, payload, received_at, seq, drained) values ('crm', $1, '{}', $2, 1, $3)`,
    [key, daysAgo(ageDays), drained],
  );
}
async function action(key: string, ageDays: number, state: string) {
  await store.database.query(
    `insert into outbox (customer_id, action_key, playbook, connection_id, action, state, attempts, not_before)
     values ($1::uuid, $2, 'keep', 'crm', '{}', $3, 0, $4)`,
    [SOMEBODY, key, state, daysAgo(ageDays)],
  );
}
async function waitsInQuarantine(stage: string, kind: string, externalId: string) {
  await store.database.query(
    `insert into quarantine (connection_id, stage, kind, external_id, code, message, remedy, first_at, last_at)
     values ('crm', $1, $2, $3, 'data', '', '', $4, $4)`,
    [stage, kind, externalId, NOW],
  );
}

describe('retention', () => {
  it('refuses to keep something for no day, a part of one, or under a name it does not know', () => {
    for (const given of [{ messagesDays: 0 }, { messagesDays: 1.5 }, { messageDays: 3 }]) {
      expect(retentionSchema.safeParse(given).success).toBe(false);
    }
  });

  it('never removes what still waits, however old it is', async () => {
    await message('unread', 9_000, false);
    await message('set aside', 9_000, true);
    await waitsInQuarantine('inbox', 'message', 'set aside');
    for (const state of ['waiting', 'started']) await action(state, 9_000, state);
    await action('refused', 9_000, 'rejected');
    await waitsInQuarantine('act', 'action', 'refused');
    await prune(store.database, usual, { now: new Date(NOW), dryRun: false });
    expect(await left(store.database, 'select delivery_key as id from inbox')).toEqual(['set aside', 'unread']);
    expect(await left(store.database, 'select action_key as id from outbox')).toEqual([
      'refused',
      'started',
      'waiting',
    ]);
  });

  it('removes what is through on the day after its time, and counts it without removing it in a dry run', async () => {
    await message('kept', 90, true);
    await message('gone', 90.1, true);
    await action('kept', 730, 'done');
    await action('gone', 731, 'done');
    for (const day of ['2024-05-31', '2024-06-02']) {
      await store.database.query(
        `insert into score_history (customer_id, as_of, model_version, score) values ($1::uuid, $2, 'v', '{}')`,
        [SOMEBODY, day],
      );
    }
    for (const [runId, ageDays] of [
      [1, 14.1],
      [2, 14],
    ] as const) {
      await store.database.query(
        'insert into write_runs (run_id, started_at) overriding system value values ($1, $2)',
        [runId, daysAgo(ageDays)],
      );
      await store.database.query(
        `insert into written_values (run_id, connection_id, kind, external_id, written_at, before, after, undone)
         values ($1, 'crm', 'contact', '1', $2, '{}', '{}', false)`,
        [runId, daysAgo(ageDays)],
      );
    }
    const counts = { score_history: 1, inbox: 1, outbox: 1, written_values: 1, write_runs: 1 };
    const now = new Date(NOW);
    expect(await prune(store.database, usual, { now, dryRun: true })).toMatchObject(counts);
    expect(await prune(store.database, usual, { now, dryRun: false })).toMatchObject(counts);
    expect(await prune(store.database, usual, { now, dryRun: false })).toMatchObject({
      score_history: 0,
      inbox: 0,
      outbox: 0,
    });
    expect(await left(store.database, 'select delivery_key as id from inbox')).toEqual(['kept']);
    expect(await left(store.database, 'select action_key as id from outbox')).toEqual(['kept']);
    expect(await left(store.database, 'select as_of::text as id from score_history')).toEqual(['2024-06-02']);
    expect(await left(store.database, 'select run_id::text as id from write_runs')).toEqual(['2']);
    expect(await left(store.database, 'select run_id::text as id from written_values')).toEqual(['2']);
  });

  it('is kept by the cycle, once a day, and not by a live one', async () => {
    const clock = fakeClock(NOW);
    const workspace = {
      name: 'test',
      database: store.database,
      connectors: [],
      playbooks: [],
      timeZone: 'UTC',
      currency: 'USD',
      clock,
    };
    const asOf = calendarDay('2026-06-01');
    await message('old', 100, true);
    await cycle(workspace, { asOf, steps: ['identify', 'features', 'score'] });
    expect(await left(store.database, 'select delivery_key as id from inbox')).toEqual(['old']);
    await cycle(workspace, { asOf });
    expect(await left(store.database, 'select delivery_key as id from inbox')).toEqual([]);
    await message('old', 100, true);
    await cycle(workspace, { asOf });
    expect(await left(store.database, 'select delivery_key as id from inbox')).toEqual(['old']);
    clock.advance(86_400_000);
    await cycle(workspace, { asOf });
    expect(await left(store.database, 'select delivery_key as id from inbox')).toEqual([]);
  });
});
