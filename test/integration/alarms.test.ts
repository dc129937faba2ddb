import { randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AlarmCondition } from '../../core/domain/alarm.ts';
import type { CalendarDay } from '../../core/domain/calendar-day.ts';
import { alarmsOfReport } from '../../core/learning/report-alarms.ts';
import { seededRandom } from '../../core/math/random.ts';
import { act } from '../../core/pipeline/act.ts';
import { cycle, type Workspace } from '../../core/pipeline/cycle.ts';
import { watchSyncs } from '../../core/pipeline/watch-syncs.ts';
import { clearAlarm, openAlarms, queueAlarmTasks, raiseAlarm, settleAlarms } from '../../core/store/alarms.ts';
import { createKeyring } from '../../core/store/keyring.ts';
import { inTurn } from '../../core/store/turn.ts';
import { createDeliveryQueue } from '../../core/store/webhook-deliveries.ts';
import { createWebhooks } from '../../core/store/webhook-endpoints.ts';
import { assertAllowedUrl } from '../../webhooks/outbound/allowed-address.ts';
import { createPost, resolveHost } from '../../webhooks/outbound/post.ts';
import { startSender } from '../../webhooks/outbound/sender.ts';
import { fakeClock } from '../support/clock.ts';
import { fakeConnector } from '../support/fake-connector.ts';
import { openTempStore, type TempStore } from '../support/store.ts';
import { startReceiver } from '../support/webhook-receiver.ts';

const clock = fakeClock('2026-06-01T08:00:00.000Z');
const condition: AlarmCondition = {
  kind: 'data-quality',
  subject: 'crm orders',
  message: 'Half of the orders of yesterday have no amount.',
  remedy: 'look at the mapping of amounts',
};
let store: TempStore;
const raise = (given = condition) => inTurn(store.database, (sql) => raiseAlarm(sql, given, clock.now()));
const events = () =>
  store.database.query<{ body: string }>(`select body from outbound_events where event_type = 'alarm.raised'`);

beforeAll(async () => {
  store = await openTempStore();
});
afterAll(() => store.close());
beforeEach(async () => {
  clock.set('2026-06-01T08:00:00.000Z');
  await store.database.query('truncate alarms, outbound_events, webhook_deliveries, webhook_endpoints, outbox');
});

describe('an alarm', () => {
  it('is raised once while its condition lasts, and again when it comes again', async () => {
    expect(await raise()).toBe(true);
    clock.set('2026-06-02T08:00:00.000Z');
    expect(await raise({ ...condition, message: 'Still.' })).toBe(false);
    expect(await openAlarms(store.database)).toMatchObject([{ message: condition.message, subject: 'crm orders' }]);
    expect(await events()).toHaveLength(1);
    const [first] = await openAlarms(store.database);
    await inTurn(store.database, (sql) => clearAlarm(sql, condition, clock.now()));
    expect(await openAlarms(store.database)).toEqual([]);
    expect(await raise()).toBe(true);
    const [second] = await openAlarms(store.database);
    expect(second?.alarmKey).not.toBe(first?.alarmKey);
    expect(await events()).toHaveLength(2);
  });

  it('is raised once when two find the condition at a time', async () => {
    const raised = await Promise.all([raise(), raise(), raise()]);
    expect(raised.filter(Boolean)).toHaveLength(1);
    expect(await events()).toHaveLength(1);
  });

  it('clears when a look that decides on its kind does not find it, and others stay', async () => {
    await raise();
    await raise({ ...condition, kind: 'drift', subject: 'purchases' });
    await inTurn(store.database, (sql) => settleAlarms(sql, ['drift'], [], clock.now()));
    expect((await openAlarms(store.database)).map(({ kind }) => kind)).toEqual(['data-quality']);
  });

  it('reaches a receiver, signed, once', async () => {
    const receiver = await startReceiver();
    const rule = { allowLoopback: true };
    const keyring = () => createKeyring([Buffer.alloc(32, 7).toString('base64')]);
    const webhooks = createWebhooks(store.database, {
      clock,
      keyring,
      randomBytes,
      assertAllowed: (url) => assertAllowedUrl(url, rule),
    });
    clock.set(new Date().toISOString());
    const { secret } = await webhooks.add({ url: receiver.url, eventTypes: ['alarm.raised'] });
    await raise();
    await raise();
    const sender = await startSender({
      queue: createDeliveryQueue(store.database, { clock, keyring }),
      post: createPost({ ...rule, resolve: resolveHost }),
      clock,
      random: seededRandom(1),
      logger: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: console.error },
    });
    await sender.settled();
    await sender.stop();
    expect(receiver.calls).toHaveLength(1);
    const [call] = receiver.calls;
    const verified = new Webhook(secret).verify(call?.body ?? '', call?.headers as Record<string, string>);
    expect(verified).toMatchObject({ type: 'alarm.raised', data: { subject: 'crm orders', remedy: condition.remedy } });
    await receiver.close();
  });
});

describe('the task of an alarm', () => {
  const owner = { connection: 'crm', userId: 'admin-7' };
  const queue = () => queueAlarmTasks(store.database, { owner, asOf: '2026-06-01' as CalendarDay, now: clock.now() });

  it('is opened once for the admin, about no record, also when the reply is lost', async () => {
    const crm = fakeConnector();
    await raise();
    await queue();
    await queue();
    crm.faults.push('lost-reply');
    await act(store.database, [crm], { clock });
    await act(store.database, [crm], { clock });
    expect(crm.done).toMatchObject([
      {
        kind: 'task',
        contactExternalId: null,
        ownerId: 'admin-7',
        subject: 'Staypower alarm: data-quality, crm orders',
      },
    ]);
  });

  it('is not opened for an alarm that cleared before anybody could act', async () => {
    await raise();
    await inTurn(store.database, (sql) => clearAlarm(sql, condition, clock.now()));
    await queue();
    expect(await store.database.query('select 1 from outbox')).toEqual([]);
  });
});

describe('a connection that cannot be read', () => {
  const crm = fakeConnector();
  const watch = (unavailable: readonly { connectionId: string; message: string }[]) =>
    watchSyncs(store.database, [crm], { unavailable, clock });
  const down = [{ connectionId: 'crm', message: 'The vendor does not answer.' }];

  it('is an alarm after a day, and none any more once it was read', async () => {
    await watch([]);
    clock.set('2026-06-02T07:00:00.000Z');
    await watch(down);
    expect(await openAlarms(store.database)).toEqual([]);
    clock.set('2026-06-02T09:00:00.000Z');
    await watch(down);
    expect(await openAlarms(store.database)).toMatchObject([{ kind: 'stale-sync', subject: 'crm' }]);
    await watch([]);
    expect(await openAlarms(store.database)).toEqual([]);
  });

  it('has its task opened by a cycle of a workspace that names whose', async () => {
    const workspace: Workspace = {
      name: 'test',
      database: store.database,
      connectors: [crm],
      playbooks: [],
      timeZone: 'UTC',
      currency: 'USD',
      alarmTaskOwner: { connection: 'crm', userId: 'admin-7' },
      clock,
    };
    // Of a kind that the cycle does not find cleared.
    await raise({ ...condition, kind: 'rollback', subject: 'model-2' });
    await cycle(workspace, { asOf: '2026-06-01' as CalendarDay });
    await cycle(workspace, { asOf: '2026-06-01' as CalendarDay });
    expect(crm.done).toHaveLength(1);
  });
});

describe('what a look at past scores found', () => {
  it('is one condition for each detector, input or figure, each with what to do', () => {
    const conditions = alarmsOfReport([
      { kind: 'concept', what: 'adwin', on: '2026-05-01', message: 'one' },
      { kind: 'concept', what: 'adwin', on: '2026-05-20', message: 'two' },
      { kind: 'input', what: 'purchases', on: '2026-06-01', message: 'three' },
      { kind: 'coverage', what: 'value in 12 months', on: '2026-06-01', message: 'four' },
    ]);
    expect(conditions.map(({ kind, subject, message }) => [kind, subject, message])).toEqual([
      ['performance', 'adwin', 'two'],
      ['drift', 'purchases', 'three'],
      ['coverage', 'value in 12 months', 'four'],
    ]);
    for (const { remedy } of conditions) expect(remedy.length).toBeGreaterThan(20);
  });
});
