import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { addDays, calendarDay } from '../../core/domain/calendar-day.ts';
import { act } from '../../core/pipeline/act.ts';
import { plan } from '../../core/pipeline/plan.ts';
import { AT_RISK_AND_VALUABLE, type Playbook, playbookSchema } from '../../core/playbooks/schema.ts';
import { recordCrossings } from '../../core/store/crossings.ts';
import { customerIdOf } from '../../core/store/identity.ts';
import { replayQuarantine } from '../../core/store/replay.ts';
import { fakeClock } from '../support/clock.ts';
import { type ActionFault, fakeConnector, tasksOf } from '../support/fake-connector.ts';
import { emptyTables, openTempStore, type TempStore } from '../support/store.ts';

const TODAY = calendarDay('2026-06-01');
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
const playbook = (given: Partial<Playbook> = {}) =>
  playbookSchema.parse({ ...AT_RISK_AND_VALUABLE, holdoutShare: 0, ...given });

/** A customer with a score and a record, as the steps before leave it. */
async function customer(
  externalId: string,
  given: { priority?: number; owner?: string | null; consent?: boolean; churnBand?: string; record?: boolean } = {},
): Promise<void> {
  const { database } = store;
  const { priority = 50, owner = 'o1', consent = true, churnBand = 'high', record = true } = given;
  const score = {
    asOf: TODAY,
    lifecycle: 'active',
    valueIfKept12m: 480.4,
    churnProbability: 0.834,
    churnBand,
    valueBand: 'high',
    priority,
    currency: 'USD',
    churnHorizonDays: 60,
    reasons: ['No order for 70 days.'],
  };
  await database.query(
    `insert into customers (customer_id, name, do_not_contact, dirty, created_at) values ($1::uuid, $2, $3, false, '2026-01-01')`,
    [idOf(externalId), `Name ${externalId}`, !consent],
  );
  await database.query(
    `insert into scores (customer_id, as_of, scored_at, recheck_on, model_version, priority, churn_band, value_band, lifecycle, score, stats)
     values ($1::uuid, $2::date, '2026-06-01', '2026-06-08', 'm', $3, $4, 'high', 'active', $5::jsonb, '{}')`,
    [idOf(externalId), TODAY, priority, churnBand, JSON.stringify(score)],
  );
  if (!record) return;
  await database.query(
    `insert into customer_records (customer_id, connection_id, kind, external_id, owner_id, written, attempts)
     values ($1::uuid, 'crm', 'contact', $2, $3, '{}', 0)`,
    [idOf(externalId), externalId, owner],
  );
}
const crossed = (externalIds: readonly string[], day = TODAY, book = playbook()) =>
  store.database.transaction((sql) =>
    recordCrossings(
      sql,
      externalIds.map((externalId) => ({ customerId: idOf(externalId), playbook: book, account: null })),
      day,
    ),
  );
const planned = (day = TODAY, book = playbook()) =>
  plan(store.database, [book], { asOf: day, actingConnections: ['crm'], clock, timeZone: 'UTC' });
const states = async () =>
  Object.fromEntries(
    (
      await store.database.query<{ key: string; state: string }>(
        `select coalesce(c.name, '') || ' ' || crossed_on as key, r.state from playbook_runs r
         join customers c on c.customer_id = r.customer_id order by 1`,
      )
    ).map((row) => [row.key, row.state]),
  );
const outbox = () =>
  store.database.query<{ action_key: string; state: string; attempts: number; action: { contactExternalId: string } }>(
    'select action_key, state, attempts, action from outbox order by action_key',
  );

describe('planning', () => {
  it('makes one task of a crossing, filled in, due in time, for the owner of the record', async () => {
    await customer('1');
    await crossed(['1']);
    expect(await planned()).toEqual({ planned: 1, heldOut: 0, deferred: 0 });
    const [row] = await outbox();
    expect(row?.action).toEqual({
      kind: 'task',
      key: row?.action_key,
      contactExternalId: '1',
      ownerId: 'o1',
      subject: 'Keep Name 1: 480 USD a year at risk',
      body: 'Likely to leave: 83 % within 60 days. Worth 480 USD in the next 12 months if kept.\n\nNo order for 70 days.',
      dueOn: '2026-06-03',
      priority: 'high',
    });
    expect(row?.action_key).toMatch(/^[a-z0-9-]{1,64}$/);
    expect(await planned()).toEqual({ planned: 0, heldOut: 0, deferred: 0 });
  });

  it('queues the steps of a playbook beside the task, on the record at each step’s vendor, once', async () => {
    await customer('1');
    await store.database.query(
      `insert into customer_records (customer_id, connection_id, kind, external_id, parent_external_id, written, attempts)
       values ($1::uuid, 'segment', 'contact', 'user:u1', 'acme', '{}', 0)`,
      [idOf('1')],
    );
    const book = playbook({
      steps: [
        { do: 'list', connection: 'crm', listId: '7' },
        { do: 'group', connection: 'segment' },
        { do: 'flag', connection: 'elsewhere', note: 'x' },
      ],
    });
    await crossed(['1'], TODAY, book);
    expect(await planned(TODAY, book)).toEqual({ planned: 1, heldOut: 0, deferred: 0 });
    const rows = await store.database.query<{
      connection_id: string;
      action: { kind: string; key: string; beside?: string };
    }>(`select connection_id, action from outbox order by action->>'kind'`);
    const main = rows.find(({ action }) => action.kind === 'task')?.action.key;
    expect(rows.map(({ connection_id: connection, action }) => [connection, action.kind, action.beside])).toEqual([
      ['segment', 'group', main],
      ['crm', 'list', main],
      ['crm', 'task', undefined],
    ]);
    expect(rows.every(({ action }) => /^[a-z0-9-]{1,64}$/.test(action.key))).toBe(true);
    expect(await planned(TODAY, book)).toMatchObject({ planned: 0 });
    expect(await outbox()).toHaveLength(3);
  });

  it('gives an owner the most urgent ones up to the capacity of a day, and the rest the next day', async () => {
    const book = playbook({ tasksPerOwnerPerDay: 2 });
    for (const [index, owner] of ['a', 'a', 'a', 'a', 'a', 'b'].entries())
      await customer(`${index}`, { priority: index, owner });
    await crossed(['0', '1', '2', '3', '4', '5']);
    expect(await planned(TODAY, book)).toEqual({ planned: 3, heldOut: 0, deferred: 3 });
    expect((await outbox()).map((row) => row.action.contactExternalId).sort()).toEqual(['3', '4', '5']);
    expect(await planned(TODAY, book)).toMatchObject({ planned: 0, deferred: 3 });
    expect(await planned(addDays(TODAY, 1), book)).toMatchObject({ planned: 2, deferred: 1 });
    expect(await planned(addDays(TODAY, 2), book)).toMatchObject({ planned: 1, deferred: 0 });
  });

  it('enrols in the sequence where the customer has a record at its vendor, and makes the task elsewhere', async () => {
    const sequence = { connection: 'crm', sequenceId: '77', userId: 'u1', senderEmail: null };
    await customer('1');
    await crossed(['1']);
    await planned(TODAY, playbook({ sequence }));
    const [row] = await outbox();
    expect(row?.action).toMatchObject({
      kind: 'sequence',
      contactExternalId: '1',
      sequenceId: '77',
      userId: 'u1',
      fallback: { kind: 'task', key: row?.action_key, ownerId: 'o1' },
    });
    await customer('2');
    await crossed(['2']);
    await planned(TODAY, playbook({ sequence: { ...sequence, connection: 'other' } }));
    expect((await outbox()).map((each) => (each.action as unknown as { kind: string }).kind).sort()).toEqual([
      'sequence',
      'task',
    ]);
  });

  it('leaves a customer alone within the cool-down and not after it', async () => {
    await customer('1');
    await crossed(['1']);
    await planned();
    await store.database.query("update outbox set state = 'done'");
    await crossed(['1'], addDays(TODAY, 29));
    expect(await planned(addDays(TODAY, 29))).toMatchObject({ planned: 0 });
    await crossed(['1'], addDays(TODAY, 30));
    expect(await planned(addDays(TODAY, 30))).toMatchObject({ planned: 1 });
    expect(await states()).toEqual({
      'Name 1 2026-06-01': 'fired',
      'Name 1 2026-06-30': 'let-go',
      'Name 1 2026-07-01': 'fired',
    });
  });

  it('opens no second task while one is open, of whatever playbook', async () => {
    const other = playbook({ name: 'another', coolDownDays: 0 });
    await customer('1');
    await crossed(['1']);
    await crossed(['1'], TODAY, other);
    await plan(store.database, [playbook({ coolDownDays: 0 }), other], {
      asOf: TODAY,
      actingConnections: ['crm'],
      clock,
      timeZone: 'UTC',
    });
    expect(await outbox()).toHaveLength(1);
  });

  it('opens one task for a customer who crossed twice while waiting', async () => {
    await customer('1');
    await crossed(['1']);
    await crossed(['1'], addDays(TODAY, 3));
    expect(await planned(addDays(TODAY, 3))).toEqual({ planned: 1, heldOut: 0, deferred: 0 });
    expect(await states()).toEqual({ 'Name 1 2026-06-01': 'fired', 'Name 1 2026-06-04': 'let-go' });
  });

  it('lets go who must not be contacted, who left the cell, and who has no record to open a task on', async () => {
    await customer('1', { consent: false });
    await customer('2', { churnBand: 'medium' });
    await customer('3', { record: false });
    await crossed(['1', '2', '3']);
    expect(await planned()).toEqual({ planned: 0, heldOut: 0, deferred: 0 });
    expect(Object.values(await states())).toEqual(['no-consent', 'let-go', 'let-go']);
  });

  it('holds out the share that is asked for and counts each once; who was treated before stays treated', async () => {
    const book = playbook({ holdoutShare: 0.1, tasksPerOwnerPerDay: 100_000 });
    const many = Array.from({ length: 1_500 }, (_, index) => `h${index}`);
    await store.database.query(
      `insert into customers (customer_id, name, do_not_contact, dirty, created_at)
       select id, '', false, false, '2026-01-01' from unnest($1::uuid[]) as u(id)`,
      [many.map(idOf)],
    );
    await crossed(many, TODAY, book);
    const first = await planned(TODAY, book);
    expect(Math.abs(first.heldOut / many.length - 0.1)).toBeLessThan(3 * Math.sqrt((0.1 * 0.9) / many.length));
    expect((await planned(TODAY, book)).heldOut).toBe(0);
    const everybody = playbook({ holdoutShare: 0.5 });
    await crossed(many, addDays(TODAY, 1), everybody);
    const [row] = await store.database.query<{ count: number }>(
      `select count(*)::int as count from playbook_runs a join playbook_runs b on a.customer_id = b.customer_id
       where a.arm = 'treated' and b.crossed_on > a.crossed_on and b.arm <> 'treated'`,
    );
    expect(row?.count).toBe(0);
  });
});

describe('acting', () => {
  const MINUTE_MS = 60_000;
  /** Runs of the process until nothing waits; a crash ends a run. */
  const untilDone = async (crm: ReturnType<typeof fakeConnector>, runs = 30) => {
    for (let run = 0; run < runs; run += 1) {
      await act(store.database, [crm], { clock }).catch(() => undefined);
      clock.advance(240 * MINUTE_MS);
      if ((await outbox()).every((row) => row.state === 'done' || row.state === 'rejected')) return;
    }
  };
  const task = async (externalId: string) => {
    await customer(externalId);
    await crossed([externalId]);
    await planned();
  };

  it('performs what waits, once', async () => {
    const crm = fakeConnector();
    await task('1');
    expect(await act(store.database, [crm], { clock })).toMatchObject({ performed: 1, rejected: 0 });
    expect(await act(store.database, [crm], { clock })).toMatchObject({ performed: 0, rejected: 0 });
    expect(crm.done).toHaveLength(1);
    expect(crm.finds).toBe(0);
    expect(await outbox()).toMatchObject([{ state: 'done' }]);
  });

  it.each([
    ['lost-reply', 1],
    ['lost-request', 2],
    ['crash-after', 1],
    ['crash-before', 2],
  ] as const)(
    'asks the vendor after a %s before it tries again: done once, attempted %d times',
    async (fault, attempts) => {
      const crm = fakeConnector();
      crm.faults.push(fault);
      await task('1');
      await untilDone(crm);
      expect(crm.done).toHaveLength(1);
      expect(crm.attempts).toBe(attempts);
      expect(crm.finds).toBe(1);
    },
  );

  it('does each action exactly once whatever goes wrong in whatever order', async () => {
    const faults = fc.constantFrom<ActionFault | null>(
      null,
      'lost-reply',
      'lost-request',
      'crash-after',
      'crash-before',
      'down',
      'limit',
      'revoked',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(faults, { maxLength: 8 }), fc.integer({ min: 1, max: 3 }), async (given, count) => {
        await emptyTables(store.database);
        clock.set('2026-06-01T08:00:00.000Z');
        const crm = fakeConnector();
        crm.faults.push(...given);
        for (let index = 0; index < count; index += 1) await task(`${index}`);
        await untilDone(crm);
        expect((await outbox()).map((row) => row.state)).toEqual(Array(count).fill('done'));
        expect(new Set(tasksOf(crm.done).map((each) => each.key)).size).toBe(count);
        expect(crm.done).toHaveLength(count);
      }),
      { numRuns: 25 },
    );
  });

  it('opens the task where the seat for the sequence is missing, once', async () => {
    const sequence = { connection: 'crm', sequenceId: '77', userId: 'u1', senderEmail: null };
    await customer('1');
    await crossed(['1']);
    await planned(TODAY, playbook({ sequence }));
    const connector = fakeConnector();
    connector.faults.push('no-seat', 'lost-reply');
    await act(store.database, [connector], { clock });
    await act(store.database, [connector], { clock });
    await act(store.database, [connector], { clock });
    expect(connector.done).toHaveLength(1);
    expect(tasksOf(connector.done)).toHaveLength(1);
    expect(await outbox()).toMatchObject([{ state: 'done', action: { kind: 'task' } }]);
  });

  it('uses up no tries while access is revoked or the day’s calls are used up, and stops there for now', async () => {
    const crm = fakeConnector();
    for (const each of ['1', '2']) await task(each);
    const unavailable: string[] = [];
    for (let run = 0; run < 30; run += 1) {
      crm.faults.push(run % 2 === 0 ? 'limit' : 'revoked');
      await act(store.database, [crm], { clock, onUnavailable: (id) => unavailable.push(id) });
    }
    expect(unavailable).toHaveLength(30);
    expect(crm.attempts).toBe(30);
    expect((await outbox()).map((row) => [row.state, row.attempts])).toEqual([
      ['waiting', 0],
      ['waiting', 0],
    ]);
    expect(await act(store.database, [crm], { clock })).toMatchObject({ performed: 2, rejected: 0 });
  });

  it('lets an action that the vendor fails at wait, and the others go before it', async () => {
    const crm = fakeConnector();
    for (const each of ['1', '2', '3']) await task(each);
    crm.faults.push('down');
    expect(await act(store.database, [crm], { clock })).toMatchObject({ performed: 0, rejected: 0 });
    expect(await act(store.database, [crm], { clock })).toMatchObject({ performed: 2, rejected: 0 });
    clock.advance(MINUTE_MS);
    expect(await act(store.database, [crm], { clock })).toMatchObject({ performed: 1, rejected: 0 });
  });

  it('puts what is refused, or fails ten times, into quarantine; a replay looks for it first', async () => {
    const crm = fakeConnector();
    await task('1');
    crm.faults.push('refused');
    expect(await act(store.database, [crm], { clock })).toMatchObject({ performed: 0, rejected: 1 });
    await task('2');
    crm.faults.push(...Array<ActionFault>(10).fill('down'));
    await untilDone(crm);
    expect((await outbox()).map((row) => row.state)).toEqual(['rejected', 'rejected']);
    expect(crm.attempts).toBe(11);
    expect(await store.database.query("select code from quarantine where stage = 'act'")).toHaveLength(2);
    expect(await replayQuarantine(store.database)).toBe(2);
    const finds = crm.finds;
    expect(await act(store.database, [crm], { clock })).toMatchObject({ performed: 2, rejected: 0 });
    expect(crm.finds - finds).toBe(2);
    expect(crm.done).toHaveLength(2);
  });

  it('leaves alone what belongs to a connection that performs nothing', async () => {
    const readOnly = { ...fakeConnector(), actions: null };
    await task('1');
    expect(await act(store.database, [readOnly], { clock })).toMatchObject({ performed: 0, rejected: 0 });
    expect(await outbox()).toMatchObject([{ state: 'waiting' }]);
  });
});
