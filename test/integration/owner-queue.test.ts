import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { calendarDay } from '../../core/domain/calendar-day.ts';
import { act } from '../../core/pipeline/act.ts';
import { customerIdOf } from '../../core/store/identity.ts';
import { StaypowerClient } from '../../webhooks/client/staypower-client.ts';
import type { Server } from '../../webhooks/server.ts';
import { serveApi } from '../support/api-server.ts';
import { fakeClock } from '../support/clock.ts';
import { fakeConnector } from '../support/fake-connector.ts';
import { emptyTables, openTempStore, type TempStore } from '../support/store.ts';

const TODAY = calendarDay('2026-06-20');
const clock = fakeClock('2026-06-20T08:00:00.000Z');
let store: TempStore;
let server: Server;
let admin: StaypowerClient;
let rep: { client: StaypowerClient; userId: string };
beforeAll(async () => {
  store = await openTempStore();
});
afterAll(async () => {
  await server?.close();
  await store.close();
});
beforeEach(async () => {
  await emptyTables(store.database);
  await server?.close();
  const served = await serveApi(store.database, { clock, today: TODAY });
  server = served.server;
  admin = new StaypowerClient(server.url, served.token);
  const { userId, password } = await admin.addUser({ name: 'rep@people.example', role: 'rep' });
  rep = { userId, client: await signIn('rep@people.example', password) };
});

/** A client with the cookie of a session, as a browser has it. */
async function signIn(name: string, password: string): Promise<StaypowerClient> {
  const answer = await fetch(`${server.url}/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name, password }),
  });
  const { csrfToken } = ((await answer.json()) as { session: { csrfToken: string } }).session;
  const cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  const client = new StaypowerClient(server.url, { csrfToken });
  const plain = globalThis.fetch;
  // The browser adds the cookie by itself.
  return new Proxy(client, {
    get: (target, key) => {
      const method = Reflect.get(target, key) as unknown;
      if (typeof method !== 'function') return method;
      return async (...given: unknown[]) => {
        globalThis.fetch = (url, init) => plain(url, { ...init, headers: { ...init?.headers, cookie } });
        try {
          return await (method.apply(target, given) as Promise<unknown>);
        } finally {
          globalThis.fetch = plain;
        }
      };
    },
  });
}

const idOf = (externalId: string) => customerIdOf('test', { connectionId: 'crm', externalId });
async function opened(
  externalId: string,
  given: { owner?: string | null; churn?: number; value?: number; consent?: boolean; state?: string; bought?: string },
): Promise<void> {
  const { owner = 'o1', churn = 0.5, value = 1000, consent = true, state = 'done', bought = '2026-01-01' } = given;
  const { database } = store;
  await database.query(
    `insert into customers (customer_id, name, do_not_contact, dirty, created_at) values ($1::uuid, $2, $3, false, '2026-01-01')`,
    [idOf(externalId), `Name ${externalId}`, !consent],
  );
  const score = {
    churnProbability: churn,
    valueIfKept12m: value,
    currency: 'USD',
    reasons: ['No order for 70 days.'],
    nextAction: 'Call',
  };
  await database.query(
    `insert into scores (customer_id, as_of, scored_at, recheck_on, model_version, priority, lifecycle, score, stats, cells)
     values ($1::uuid, '2026-06-20', '2026-06-20', '2026-06-27', 'm', 50, 'active', $2::jsonb, $3::jsonb, '[]')`,
    [idOf(externalId), JSON.stringify(score), JSON.stringify({ lastPurchase: bought })],
  );
  const action = {
    kind: 'task',
    key: `p-${externalId}`,
    contactExternalId: externalId,
    ownerId: owner,
    subject: `Keep ${externalId}`,
    body: 'x',
    dueOn: '2026-06-20',
    priority: 'high',
  };
  await database.query(
    `insert into outbox (customer_id, action_key, playbook, connection_id, action, state, attempts, not_before, receipt)
     values ($1::uuid, $2, 'p', 'crm', $3::jsonb, $4, 1, '2026-06-18', $5::jsonb)`,
    [
      idOf(externalId),
      action.key,
      JSON.stringify(action),
      state,
      JSON.stringify({ externalId: `t${externalId}`, readBack: false }),
    ],
  );
}
const names = (calls: readonly { name: string | null }[]) => calls.map(({ name }) => name);

describe('the owner’s queue', () => {
  it('lists an owner’s open tasks, the highest value at risk first, with reasons and what was bought since', async () => {
    await opened('low', { churn: 0.2 });
    await opened('high', { churn: 0.9, bought: '2026-06-19' });
    await opened('other', { owner: 'o2' });
    await opened('silent', { consent: false });
    await opened('waiting', { state: 'waiting' });
    const { calls, owners, owner, currency } = await admin.getQueue({ owner: 'o1' });
    expect([owner, currency, owners]).toEqual([
      'o1',
      'USD',
      [
        { ownerId: 'o1', open: 2 },
        { ownerId: 'o2', open: 1 },
      ],
    ]);
    expect(calls).toMatchObject([
      { name: 'Name high', valueAtRisk: '900.00', boughtOn: '2026-06-19', reasons: ['No order for 70 days.'] },
      { name: 'Name low', valueAtRisk: '200.00', boughtOn: null, nextAction: 'Call' },
    ]);
  });

  it('shows a rep the own calls alone, once an admin has said whose they are', async () => {
    await opened('1', {});
    await opened('2', { owner: 'o2' });
    expect(await rep.client.getQueue({ owner: 'o2' })).toMatchObject({
      owner: null,
      calls: [],
      owners: [],
      people: [],
    });
    await expect(rep.client.setQueueOwner({ userId: rep.userId, ownerId: 'o2' })).rejects.toMatchObject({
      status: 403,
    });
    await admin.setQueueOwner({ userId: rep.userId, ownerId: 'o1' });
    expect(names((await rep.client.getQueue({ owner: 'o2' })).calls)).toEqual(['Name 1']);
    expect((await admin.getQueue()).people).toMatchObject([{ name: 'rep@people.example', ownerId: 'o1' }]);
    await admin.setQueueOwner({ userId: rep.userId, ownerId: null });
    expect((await rep.client.getQueue()).calls).toEqual([]);
  });

  it('ends a call once: it leaves the queue, the CRM closes the task, and a rep ends no other’s', async () => {
    await opened('1', {});
    await opened('2', { owner: 'o2' });
    await admin.setQueueOwner({ userId: rep.userId, ownerId: 'o1' });
    const finish = (externalId: string) =>
      rep.client.finishCall({ customerId: idOf(externalId), actionKey: `p-${externalId}` });
    await expect(finish('2')).rejects.toMatchObject({ status: 404 });
    expect(await finish('1')).toEqual({ done: true });
    await expect(finish('1')).rejects.toMatchObject({ status: 404 });
    expect((await rep.client.getQueue()).calls).toEqual([]);
    // Consent that is withdrawn meanwhile keeps nobody from closing what is done.
    await store.database.query('update customers set do_not_contact = true');
    const crm = fakeConnector();
    await act(store.database, [crm], { clock });
    expect(crm.done).toMatchObject([{ kind: 'close', taskId: 't1', contactExternalId: '1' }]);
    const [entry] = await store.database.query(`select actor, detail from audit_log where action = 'task-done'`);
    expect(entry).toEqual({ actor: `user:${rep.userId}`, detail: { playbook: 'p', actionKey: 'p-1' } });
  });

  it('leaves out what was done in the CRM, as far as it was read', async () => {
    await opened('1', {});
    await opened('2', {});
    await opened('3', {});
    for (const [externalId, event] of [
      ['1', 't1'],
      ['2', 'task-t2'],
    ] as const) {
      await store.database.query(
        `insert into events (customer_id, connection_id, external_id, channel, name, day) values ($1::uuid, 'crm', $2, 'task', 'TODO', '2026-06-19')`,
        [idOf(externalId), event],
      );
    }
    expect(names((await admin.getQueue({ owner: 'o1' })).calls)).toEqual(['Name 3']);
  });
});
