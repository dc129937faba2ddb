import { afterAll, beforeAll, expect, it } from 'vitest';
import { calendarDay } from '../../core/domain/calendar-day.ts';
import { keepCallUsage } from '../../core/store/call-usage.ts';
import { createInbox } from '../../core/store/inbox.ts';
import { readPause } from '../../core/store/pause.ts';
import { quarantine } from '../../core/store/quarantine.ts';
import { getTraffic, listQuarantine } from '../../webhooks/api/contract/traffic.ts';
import { StaypowerClient } from '../../webhooks/client/staypower-client.ts';
import type { Server } from '../../webhooks/server.ts';
import { serveApi } from '../support/api-server.ts';
import { fakeClock } from '../support/clock.ts';
import { openTempStore, type TempStore } from '../support/store.ts';

const NOW = '2026-06-01T12:00:00.000Z';
const REJECT = {
  connectionId: 'crm',
  code: 'data',
  message: 'an unreadable date',
  remedy: 'Correct it.',
  payload: null,
  at: new Date(NOW),
} as const;

let store: TempStore;
let server: Server;
let admin: StaypowerClient;
let viewer: StaypowerClient;

beforeAll(async () => {
  store = await openTempStore();
  const clock = fakeClock(NOW);
  const serving = await serveApi(store.database, { clock, today: calendarDay('2026-06-01') });
  ({ server } = serving);
  admin = new StaypowerClient(server.url, serving.token);
  viewer = new StaypowerClient(server.url, (await admin.addKey({ label: 'viewer', role: 'viewer' })).key);
});
afterAll(async () => {
  await server.close();
  await store.close();
});

it('refuses a viewer whatever changes the traffic, and a pause without a reason', async () => {
  const asked = [
    () => viewer.pauseWorkspace({ reason: 'x' }),
    () => viewer.resumeWorkspace(),
    () => viewer.replayQuarantine(),
    () => viewer.listQuarantine(),
  ];
  for (const ask of asked) await expect(ask()).rejects.toMatchObject({ status: 403 });
  await expect(admin.pauseWorkspace({ reason: ' ' })).rejects.toMatchObject({ status: 400 });
  expect(await readPause(store.database)).toBeNull();
});

it('pauses under the name of who did it, says so to everybody, and resumes once', async () => {
  await admin.pauseWorkspace({ reason: 'CRM migration' });
  const { paused } = await viewer.getTraffic();
  const set = { reason: 'CRM migration', by: 'api-token', since: NOW };
  expect(paused).toEqual({ ...set, held: null });
  expect(await readPause(store.database)).toEqual(set);
  expect(await admin.resumeWorkspace()).toEqual({ resumed: true });
  expect(await admin.resumeWorkspace()).toEqual({ resumed: false });
  expect((await viewer.getTraffic()).paused).toBeNull();
});

it('shows what waits and the calls of the day, and takes up again what of the rejected can be', async () => {
  const { database } = store;
  const inbox = createInbox(database, () => new Date('2026-06-01T11:59:30.000Z'));
  await inbox.append('crm', [
    { deliveryKey: 'read', payload: {} },
    { deliveryKey: 'waiting', payload: {} },
  ]);
  await database.query("update inbox set drained = true where delivery_key = 'read'");
  await quarantine(database, { ...REJECT, stage: 'inbox', kind: 'message', externalId: 'read' });
  await quarantine(database, { ...REJECT, stage: 'pull', kind: 'contact', externalId: '17' });
  await keepCallUsage(database, 'crm', { used: 1_000, limit: 1_000, at: NOW, resetsAt: null });

  const traffic = await viewer.getTraffic();
  expect(getTraffic.answer.parse(traffic)).toEqual(traffic);
  expect(traffic).toEqual({
    paused: null,
    inboxWaiting: 1,
    inboxLagSeconds: 30,
    outboxWaiting: 0,
    quarantined: 2,
    connections: [
      {
        connectionId: 'crm',
        vendor: 'hubspot',
        access: 'key',
        calls: { used: 1_000, limit: 1_000, at: NOW, resetsAt: null, runsOutAt: NOW },
        quarantined: 2,
      },
    ],
  });
  const rejects = await admin.listQuarantine();
  expect(listQuarantine.answer.parse(rejects)).toEqual(rejects);
  expect(rejects.records.map(({ externalId, remedy }) => [externalId, remedy])).toEqual([
    ['17', 'Correct it.'],
    ['read', 'Correct it.'],
  ]);
  // What could not be pulled comes again by itself when it changes at its source.
  expect(await admin.replayQuarantine()).toEqual({ replayed: 1 });
  expect(await viewer.getTraffic()).toMatchObject({ inboxWaiting: 2, quarantined: 1 });
  const { entries } = await admin.listAudit({ limit: 1 });
  expect(entries).toMatchObject([{ actor: 'api-token', action: 'quarantine.replay', detail: { replayed: 1 } }]);
});
