import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { calendarDay } from '../../core/domain/calendar-day.ts';
import { EVENT_DATA, type EventType } from '../../core/domain/outbound-event.ts';
import { cycle } from '../../core/pipeline/cycle.ts';
import { AT_RISK_AND_VALUABLE, playbookSchema } from '../../core/playbooks/schema.ts';
import { customerIdOf } from '../../core/store/identity.ts';
import { eventsAfter, lastEvent } from '../../core/store/outbound-events.ts';
import { recordsOf, simulateBook } from '../support/book.ts';
import { fakeClock } from '../support/clock.ts';
import { type FakeConnector, fakeConnector } from '../support/fake-connector.ts';
import { order } from '../support/records.ts';
import { emptyTables, openTempStore, type TempStore } from '../support/store.ts';

const AS_OF = calendarDay('2026-06-01');
const clock = fakeClock('2026-06-01T20:00:00.000Z');
const book = simulateBook({ seed: 5, customers: 150, asOf: AS_OF });
/** A cell that many are in: every band of value, and whoever is likely to leave. */
const playbook = playbookSchema.parse({
  ...AT_RISK_AND_VALUABLE,
  holdoutShare: 0,
  when: { churnBand: ['high'], valueBand: ['high', 'medium', 'low'] },
});

let store: TempStore;
let crm: FakeConnector;
beforeAll(async () => {
  store = await openTempStore();
});
afterAll(() => store.close());
beforeEach(async () => {
  await emptyTables(store.database);
  crm = fakeConnector();
  crm.feed(...recordsOf(book));
});

const run = () =>
  cycle(
    {
      name: 'test',
      database: store.database,
      connectors: [crm],
      playbooks: [playbook],
      timeZone: 'UTC',
      currency: 'USD',
      clock,
    },
    { asOf: AS_OF },
  );
const eventsSince = async (seq: bigint) =>
  (await eventsAfter(store.database, seq, 5_000)).map(({ type, body }) => {
    const event = JSON.parse(body) as { type: EventType; timestamp: string; data: unknown };
    expect([event.type, event.timestamp]).toEqual([type, clock.now().toISOString()]);
    return { type, data: EVENT_DATA[type].strict().parse(event.data) };
  });
const subscribe = (...types: readonly EventType[]) =>
  store.database.query(
    `insert into webhook_endpoints (endpoint_id, url, event_types, state, secrets, failures, not_before, created_at)
     values ('ep_1', 'https://a.example', $1::jsonb, 'enabled', '[]', 0, '2026-01-01', '2026-01-01')`,
    [JSON.stringify(types)],
  );

describe('what is told', () => {
  it('a first scoring is no news where nobody asked: the model and the playbook alone are told', async () => {
    const report = await run();
    const events = await eventsSince(0n);
    expect(events.filter(({ type }) => type === 'model.promoted')).toEqual([
      {
        type: 'model.promoted',
        data: {
          modelVersion: report.model?.version,
          previousModelVersion: null,
          asOf: AS_OF,
          horizonDays: report.model?.horizonDays,
        },
      },
    ]);
    const fired = events.filter(({ type }) => type === 'playbook.fired');
    expect(fired).toHaveLength(report.tasksOpened);
    expect(fired.length).toBeGreaterThan(0);
    expect(new Set(fired.map(({ data }) => (data as { actionKey: string }).actionKey))).toEqual(
      new Set(crm.done.map(({ key }) => key)),
    );
    expect(events).toHaveLength(1 + fired.length);
  });

  it('an endpoint that subscribed is told of everybody at the first scoring, without a score before', async () => {
    await subscribe('score.changed', 'band.crossed');
    await run();
    const events = await eventsSince(0n);
    const scored = events.filter(({ type }) => type === 'score.changed');
    expect(scored).toHaveLength(book.length);
    expect(scored.every(({ data }) => (data as { previous: unknown }).previous === null)).toBe(true);
    expect(events.filter(({ type }) => type === 'band.crossed').length).toBeGreaterThan(book.length);
    expect(await store.database.query('select 1 from webhook_deliveries')).toHaveLength(
      events.length - 1 - crm.done.length,
    );
  });

  it('a second run without news tells nothing; an order tells of that customer, from the score told before', async () => {
    await run();
    const before = await lastEvent(store.database);
    await run();
    expect(await lastEvent(store.database)).toBe(before);

    const quiet = book.find(({ orders }) => orders.length === 1 && (orders[0]?.day ?? AS_OF) < '2026-01-01');
    if (!quiet) throw new Error('the book has no such customer');
    const customerId = customerIdOf('test', { connectionId: 'crm', externalId: quiet.id });
    const [row] = await store.database.query<{ clv: number }>(
      "select (score->>'clv12m')::float8 as clv from scores where customer_id = $1::uuid",
      [customerId],
    );
    crm.feed(order('new-order', quiet.id, AS_OF, '500.00'));
    await run();
    const told = await eventsSince(before);
    const changed = told.filter(({ type }) => type === 'score.changed');
    expect(changed).toMatchObject([
      {
        data: {
          customerId,
          previous: { clv12m: row?.clv.toFixed(2) },
          change: expect.stringContaining('new facts'),
        },
      },
    ]);
    expect(told.every(({ data }) => (data as { customerId: string }).customerId === customerId)).toBe(true);
    // The same commit: what the store shows is what was told.
    const [now] = await store.database.query<{ clv: number }>(
      "select (score->>'clv12m')::float8 as clv from scores where customer_id = $1::uuid",
      [customerId],
    );
    expect(changed[0]?.data).toMatchObject({ scores: { clv12m: now?.clv.toFixed(2) } });
  });

  it('a failure in the commit of a score leaves neither score nor event', async () => {
    await store.database.query(
      "alter table outbound_events add constraint planted check (event_type <> 'model.promoted')",
    );
    try {
      await expect(run()).rejects.toThrow();
      expect(await lastEvent(store.database)).toBe(0n);
      expect(await store.database.query('select 1 from models')).toEqual([]);
    } finally {
      await store.database.query('alter table outbound_events drop constraint planted');
    }
  });
});
