import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { addDays, type CalendarDay, calendarDay } from '../../core/domain/calendar-day.ts';
import { EVENT_DATA } from '../../core/domain/outbound-event.ts';
import { act } from '../../core/pipeline/act.ts';
import { plan } from '../../core/pipeline/plan.ts';
import { countsAsIn, type Watched } from '../../core/playbooks/cell.ts';
import { factsOn } from '../../core/playbooks/facts.ts';
import { AT_RISK_AND_VALUABLE, type Playbook, playbookSchema } from '../../core/playbooks/schema.ts';
import type { Database } from '../../core/ports/database.ts';
import { recordCrossings } from '../../core/store/crossings.ts';
import { customerIdOf } from '../../core/store/identity.ts';
import { openStore } from '../../core/store/open.ts';
import { fakeClock } from '../support/clock.ts';
import { type ActionFault, fakeConnector, tasksOf } from '../support/fake-connector.ts';
import { emptyTables, openTempStore, type TempStore } from '../support/store.ts';

const TODAY = calendarDay('2026-06-01');
const CUTOFFS = { high: 0.8, medium: 0.5 };
const clock = fakeClock('2026-06-01T08:00:00.000Z');
let store: TempStore;
beforeAll(async () => {
  store = await openTempStore();
});
afterAll(() => store.close());
beforeEach(async () => {
  clock.set('2026-06-01T08:00:00.000Z');
  await emptyTables(store.database);
});

const idOf = (externalId: string) => customerIdOf('test', { connectionId: 'crm', externalId });
const book = (given: object = {}): Playbook =>
  playbookSchema.parse({ ...AT_RISK_AND_VALUABLE, holdoutShare: 0, ...given });

/** A score with this risk, as the step before leaves it; its state of the playbook included. */
async function scored(
  database: Database,
  externalId: string,
  churnProbability: number,
  { day = TODAY, playbook = book(), lastPurchase = '2026-03-01' } = {},
): Promise<void> {
  const churnBand = churnProbability >= CUTOFFS.high ? 'high' : churnProbability >= CUTOFFS.medium ? 'medium' : 'low';
  const score: Watched & Record<string, unknown> = {
    asOf: day,
    lifecycle: 'active',
    churnBand,
    valueBand: 'high',
    segment: null,
    engagementTrend: 'steady',
    churnProbability,
    engagement: 40,
    priority: 50,
    clv12m: 100,
    clv12mLow: 0,
    clv12mHigh: 200,
    modelVersion: 'm',
    valueIfKept12m: 480.4,
    currency: 'USD',
    churnHorizonDays: 60,
    reasons: ['No order for 70 days.'],
    change: null,
  };
  const stats = { firstPurchase: '2026-01-01', lastPurchase, purchaseDays: 3 };
  const [before] = await database.query<{ cells: readonly string[] }>(
    'select cells from scores where customer_id = $1::uuid',
    [idOf(externalId)],
  );
  const wasIn = before?.cells.includes(playbook.name) ?? false;
  const facts = factsOn(stats as never, day);
  const isIn = countsAsIn(playbook, wasIn, score, facts, CUTOFFS);
  await database.transaction(async (sql) => {
    await sql.query(
      `insert into customers (customer_id, name, do_not_contact, dirty, created_at) values ($1::uuid, $2, false, false, '2026-01-01')
       on conflict (customer_id) do nothing`,
      [idOf(externalId), `Name ${externalId}`],
    );
    await sql.query(
      `insert into customer_records (customer_id, connection_id, kind, external_id, owner_id, written, attempts)
       values ($1::uuid, 'crm', 'contact', $2, 'o1', '{}', 0) on conflict (customer_id, connection_id, kind, external_id) do nothing`,
      [idOf(externalId), externalId],
    );
    await sql.query(
      `insert into scores (customer_id, as_of, scored_at, recheck_on, model_version, priority, lifecycle, score, stats, cells)
       values ($1::uuid, $2::date, '2026-06-01', '2026-06-08', 'm', 50, 'active', $3::jsonb, $4::jsonb, $5::jsonb)
       on conflict (customer_id) do update set as_of = excluded.as_of, score = excluded.score, stats = excluded.stats, cells = excluded.cells`,
      [
        idOf(externalId),
        day,
        JSON.stringify(score),
        JSON.stringify(stats),
        JSON.stringify(isIn ? [playbook.name] : []),
      ],
    );
    if (isIn && !wasIn) await recordCrossings(sql, [{ customerId: idOf(externalId), playbook, account: null }], day);
  });
}
const planned = (day: CalendarDay, playbook: Playbook, database = store.database) =>
  plan(database, [playbook], { asOf: day, actingConnections: ['crm'], clock, timeZone: 'UTC' });
const subjects = async (database = store.database) =>
  (
    await database.query<{ subject: string }>(
      `select action->>'subject' as subject from outbox where action->>'kind' = 'task' order by 1`,
    )
  ).map((row) => row.subject);
const run = async (database = store.database) =>
  (
    await database.query<{ state: string; next_step: number | null; due_on: string | null; ended: string | null }>(
      'select state, next_step, due_on, ended from playbook_runs order by customer_id, crossed_on',
    )
  )[0];

const FOLLOW_UP = book({
  task: { subject: 'first', body: 'x' },
  steps: [
    { do: 'wait', days: 3 },
    { do: 'check' },
    { do: 'task', subject: 'second for {name}, silent for {silentDays} days', body: 'x' },
    { do: 'wait', days: 4 },
    { do: 'task', subject: 'third', body: 'x' },
  ],
});

describe('a playbook that waits', () => {
  it('goes on after each wait, checks again, and is completed after the last step', async () => {
    const crm = fakeConnector();
    await scored(store.database, '1', 0.85, { playbook: FOLLOW_UP });
    await planned(TODAY, FOLLOW_UP);
    await act(store.database, [crm], { clock });
    expect(await run()).toEqual({ state: 'fired', next_step: 1, due_on: '2026-06-04', ended: null });
    await planned(addDays(TODAY, 2), FOLLOW_UP);
    expect(await subjects()).toEqual(['first']);
    await planned(addDays(TODAY, 3), FOLLOW_UP);
    await planned(addDays(TODAY, 3), FOLLOW_UP);
    expect(await subjects()).toEqual(['first', 'second for Name 1, silent for 95 days']);
    expect(await run()).toEqual({ state: 'fired', next_step: 4, due_on: '2026-06-08', ended: null });
    // While one is open there is no other.
    await planned(addDays(TODAY, 7), FOLLOW_UP);
    expect(await subjects()).toHaveLength(2);
    await act(store.database, [crm], { clock });
    await planned(addDays(TODAY, 7), FOLLOW_UP);
    expect(await run()).toEqual({ state: 'fired', next_step: null, due_on: null, ended: 'completed' });
    await act(store.database, [crm], { clock });
    expect(tasksOf(crm.done).map(({ subject }) => subject)).toEqual([
      'first',
      'second for Name 1, silent for 95 days',
      'third',
    ]);
  });

  it('waits for the first action to be done before it goes on', async () => {
    await scored(store.database, '1', 0.85, { playbook: FOLLOW_UP });
    await planned(TODAY, FOLLOW_UP);
    await planned(addDays(TODAY, 5), FOLLOW_UP);
    expect(await subjects()).toEqual(['first']);
    await act(store.database, [fakeConnector()], { clock });
    await planned(addDays(TODAY, 5), FOLLOW_UP);
    expect(await subjects()).toHaveLength(2);
  });

  it.each([
    ['saved', 'the customer bought since', { lastPurchase: '2026-06-02', churn: 0.85, consent: true }],
    [
      'left-state',
      'the customer is not in the state any more',
      { lastPurchase: '2026-03-01', churn: 0.7, consent: true },
    ],
    [
      'no-consent',
      'the customer must not be contacted any more',
      { lastPurchase: '2026-03-01', churn: 0.85, consent: false },
    ],
  ])('ends as %s where %s', async (ended, _, { lastPurchase, churn, consent }) => {
    await scored(store.database, '1', 0.85, { playbook: FOLLOW_UP });
    await planned(TODAY, FOLLOW_UP);
    await act(store.database, [fakeConnector()], { clock });
    await scored(store.database, '1', churn, { day: addDays(TODAY, 2), playbook: FOLLOW_UP, lastPurchase });
    await store.database.query('update customers set do_not_contact = $1', [!consent]);
    await planned(addDays(TODAY, 3), FOLLOW_UP);
    expect(await subjects()).toEqual(['first']);
    expect(await run()).toEqual({ state: 'fired', next_step: null, due_on: null, ended });
  });

  it('goes on for who bought where it is told not to stop then', async () => {
    const stubborn = { ...FOLLOW_UP, stopWhenSaved: false };
    await scored(store.database, '1', 0.85, { playbook: stubborn });
    await planned(TODAY, stubborn);
    await act(store.database, [fakeConnector()], { clock });
    await scored(store.database, '1', 0.85, { day: addDays(TODAY, 2), playbook: stubborn, lastPurchase: '2026-06-02' });
    await planned(addDays(TODAY, 3), stubborn);
    expect(await subjects()).toHaveLength(2);
  });

  it('still waits after a restart', async () => {
    const own = await openTempStore();
    await scored(own.database, '1', 0.85, { playbook: FOLLOW_UP });
    await planned(TODAY, FOLLOW_UP, own.database);
    await act(own.database, [fakeConnector()], { clock });
    await own.database.close();
    const again = await openStore({ databaseUrl: null, folder: own.folder, workspace: 'test' });
    await planned(addDays(TODAY, 2), FOLLOW_UP, again);
    expect(await subjects(again)).toHaveLength(1);
    await planned(addDays(TODAY, 3), FOLLOW_UP, again);
    expect(await subjects(again)).toHaveLength(2);
    await again.close();
  });
});

describe('a webhook step', () => {
  const TELLING = book({
    task: { subject: 'first', body: 'x' },
    steps: [{ do: 'webhook', endpoint: 'ep_desk', note: 'send a card' }],
  });
  const endpoint = (state: 'enabled' | 'disabled') =>
    store.database.query(
      `insert into webhook_endpoints (endpoint_id, url, event_types, state, secrets, failures, not_before, created_at)
       values ('ep_desk', 'https://desk.example/', '[]', $1, '[]', 0, '2026-01-01', '2026-01-01')`,
      [state],
    );
  const told = () =>
    store.database.query<{ body: string }>(`select body from outbound_events where event_type = 'playbook.step'`);

  it('tells its endpoint what is to be done, with the scores and without names, and waits for no vendor', async () => {
    await endpoint('enabled');
    await scored(store.database, '1', 0.85, { playbook: TELLING });
    await planned(TODAY, TELLING);
    const [event] = await told();
    const parsed = JSON.parse(event?.body ?? '') as { type: string; data: object };
    expect(parsed.type).toBe('playbook.step');
    expect(EVENT_DATA['playbook.step'].strict().parse(parsed.data)).toMatchObject({
      customerId: idOf('1'),
      playbook: TELLING.name,
      step: 1,
      crossedOn: TODAY,
      note: 'send a card',
      contactExternalId: '1',
      scores: { valueIfKept12m: '480.40', churnBand: 'high' },
    });
    expect(event?.body).not.toContain('Name 1');
    const kinds = await store.database.query('select state, action->>$1 as kind from outbox order by 2', ['kind']);
    expect(kinds).toEqual([
      { state: 'waiting', kind: 'task' },
      { state: 'done', kind: 'webhook' },
    ]);
  });

  it('is noted as not possible where the endpoint is disabled', async () => {
    await endpoint('disabled');
    await scored(store.database, '1', 0.85, { playbook: TELLING });
    await planned(TODAY, TELLING);
    expect(await told()).toEqual([]);
    expect(await store.database.query('select action, detail from audit_log')).toMatchObject([
      { action: 'step-not-possible', detail: { kind: 'webhook', playbook: TELLING.name } },
    ]);
  });
});

describe('quiet hours', () => {
  it('hold what is queued and what waited, and let both go within the hours', async () => {
    const quiet = { ...FOLLOW_UP, hours: { weekdays: [1, 2, 3, 4, 5], from: 9, to: 17, timeZone: null } };
    await scored(store.database, '1', 0.85, { playbook: quiet });
    expect(await planned(TODAY, quiet)).toEqual({ planned: 0, heldOut: 0, deferred: 1 });
    clock.set('2026-06-01T09:00:00.000Z');
    expect(await planned(TODAY, quiet)).toEqual({ planned: 1, heldOut: 0, deferred: 0 });
    await act(store.database, [fakeConnector()], { clock });
    clock.set('2026-06-04T17:00:00.000Z');
    await planned(addDays(TODAY, 3), quiet);
    expect(await subjects()).toHaveLength(1);
    clock.set('2026-06-05T16:59:00.000Z');
    await planned(addDays(TODAY, 4), quiet);
    expect(await subjects()).toHaveLength(2);
  });
});

describe('a crossing', () => {
  type Move =
    | { does: 'score'; customer: 0 | 1; churn: number }
    | { does: 'plan' }
    | { does: 'two plans' }
    | { does: 'plan dies' }
    | { does: 'act'; fault: ActionFault | null }
    | { does: 'day' };
  const move: fc.Arbitrary<Move> = fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({
        does: fc.constant('score' as const),
        customer: fc.constantFrom(0 as const, 1 as const),
        churn: fc.constantFrom(0.85, 0.9, 0.78, 0.7),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ does: fc.constantFrom('plan' as const, 'two plans' as const, 'plan dies' as const) }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        does: fc.constant('act' as const),
        fault: fc.constantFrom<ActionFault | null>(
          null,
          'lost-reply',
          'lost-request',
          'crash-after',
          'crash-before',
          'down',
        ),
      }),
    },
    { weight: 2, arbitrary: fc.record({ does: fc.constant('day' as const) }) },
  );
  /** What a customer's crossings have come to, kept beside the product by the rule in words. */
  interface Model {
    wasIn: boolean;
    crossings: Set<CalendarDay>;
  }

  it('is answered by one first task at most, and each later step by one, in whatever order things happen', async () => {
    const playbook = book({
      coolDownDays: 1,
      task: { subject: 'first', body: 'x' },
      steps: [
        { do: 'webhook', endpoint: 'ep_desk', note: 'send a card' },
        { do: 'wait', days: 1 },
        { do: 'task', subject: 'second', body: 'x' },
        { do: 'ticket', connection: 'crm', subject: 'look after {name}', body: 'x' },
        { do: 'webhook', endpoint: 'ep_gone' },
      ],
    });
    const seen = { tasks: 0, tickets: 0, messages: 0 };
    await fc.assert(
      fc.asyncProperty(fc.array(move, { minLength: 14, maxLength: 30 }), async (moves) => {
        await emptyTables(store.database);
        await store.database.query(
          `insert into webhook_endpoints (endpoint_id, url, event_types, state, secrets, failures, not_before, created_at)
           values ('ep_desk', 'https://desk.example/', '[]', 'enabled', '[]', 0, '2026-01-01', '2026-01-01'),
             ('ep_other', 'https://other.example/', '["playbook.fired"]', 'enabled', '[]', 0, '2026-01-01', '2026-01-01')`,
        );
        clock.set('2026-06-01T08:00:00.000Z');
        let day = TODAY;
        const crm = fakeConnector();
        const model: [Model, Model] = [
          { wasIn: false, crossings: new Set() },
          { wasIn: false, crossings: new Set() },
        ];
        for (const each of moves) {
          switch (each.does) {
            case 'score': {
              const known = model[each.customer];
              const isIn = each.churn >= 0.8 || (known.wasIn && each.churn >= 0.75);
              if (isIn && !known.wasIn) known.crossings.add(day);
              known.wasIn = isIn;
              await scored(store.database, String(each.customer), each.churn, { day, playbook });
              break;
            }
            case 'plan':
              await planned(day, playbook);
              break;
            case 'two plans':
              await Promise.all([planned(day, playbook), planned(day, playbook)]);
              break;
            case 'plan dies': {
              // The commit is refused at its end: nothing of it may stand.
              const dying: Database = {
                ...store.database,
                query: store.database.query.bind(store.database),
                transaction: (work) =>
                  store.database.transaction(async (sql) => {
                    await work(sql);
                    throw new Error('killed');
                  }),
              };
              await planned(day, playbook, dying).catch(() => undefined);
              break;
            }
            case 'act':
              if (each.fault !== null) crm.faults.push(each.fault);
              await act(store.database, [crm], { clock }).catch(() => undefined);
              clock.advance(3_600_000);
              break;
            case 'day':
              day = addDays(day, 1);
              clock.set(`${day}T08:00:00.000Z`);
          }
        }
        const done = tasksOf(crm.done);
        const tickets = crm.done.filter((action) => action.kind === 'ticket');
        const messages = await store.database.query<{ customer_id: string; endpoint_id: string; key: string }>(
          `select d.customer_id, d.endpoint_id, e.body::jsonb->'data'->>'actionKey' as key from webhook_deliveries d
           join outbound_events e on e.customer_id = d.customer_id and e.event_id = d.event_id where e.event_type = 'playbook.step'`,
        );
        seen.tasks += done.length;
        seen.tickets += tickets.length;
        seen.messages += messages.length;
        // Done at the vendor, or on its way: nothing twice, and a step's message to its own endpoint alone.
        expect(new Set(crm.done.map(({ key }) => key)).size).toBe(crm.done.length);
        expect(new Set(messages.map(({ key }) => key)).size).toBe(messages.length);
        expect(messages.every((message) => message.endpoint_id === 'ep_desk')).toBe(true);
        const runs = await store.database.query<{
          customer_id: string;
          crossed_on: CalendarDay;
          action_key: string | null;
        }>('select customer_id, crossed_on, action_key from playbook_runs');
        for (const customer of [0, 1] as const) {
          const own = runs.filter((row) => row.customer_id === idOf(String(customer)));
          expect(own.map((row) => row.crossed_on).sort()).toEqual([...model[customer].crossings].sort());
          const firsts = done.filter((task) => task.contactExternalId === String(customer) && task.subject === 'first');
          const seconds = done.filter(
            (task) => task.contactExternalId === String(customer) && task.subject === 'second',
          );
          const keys = own.map((row) => row.action_key);
          expect(firsts.every(({ key }) => keys.filter((each) => each === key).length === 1)).toBe(true);
          expect(firsts.length).toBeLessThanOrEqual(model[customer].crossings.size);
          expect(seconds.length).toBeLessThanOrEqual(firsts.length);
          const fired = own.filter(({ action_key }) => action_key !== null).length;
          expect(messages.filter((message) => message.customer_id === idOf(String(customer)))).toHaveLength(fired);
          expect(tickets.filter((each) => each.contactExternalId === String(customer)).length).toBeLessThanOrEqual(
            firsts.length,
          );
        }
      }),
      { numRuns: 30, seed: 22 },
    );
    // The property is not true for want of tasks.
    expect(seen.tasks).toBeGreaterThan(15);
    expect(seen.tickets).toBeGreaterThan(1);
    expect(seen.messages).toBeGreaterThan(10);
  });
});
