import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addDays, type CalendarDay } from '../../core/domain/calendar-day.ts';
import { challenge } from '../../core/pipeline/challenge.ts';
import { cycle } from '../../core/pipeline/cycle.ts';
import { monitor } from '../../core/pipeline/monitor.ts';
import { championAt } from '../../core/store/models.ts';
import { getModel, getMonitoring, getRegistry, promoteModel } from '../../webhooks/api/contract/model-registry.ts';
import { StaypowerClient } from '../../webhooks/client/staypower-client.ts';
import type { Server } from '../../webhooks/server.ts';
import { serveApi } from '../support/api-server.ts';
import { recordsOf, simulateBook } from '../support/book.ts';
import { fakeClock } from '../support/clock.ts';
import { fakeConnector } from '../support/fake-connector.ts';
import { openTempStore, type TempStore } from '../support/store.ts';

const AS_OF = '2026-06-01' as CalendarDay;
const FIRST = addDays(AS_OF, -200);
const clock = fakeClock('2026-06-01T20:00:00.000Z');
let store: TempStore;
let server: Server;
let client: StaypowerClient;
let viewer: StaypowerClient;

beforeAll(async () => {
  store = await openTempStore();
  const crm = fakeConnector();
  crm.feed(...recordsOf(simulateBook({ seed: 5, customers: 300, asOf: AS_OF })));
  const { database } = store;
  const workspace = {
    name: 'test',
    database,
    connectors: [crm],
    playbooks: [],
    timeZone: 'UTC',
    currency: 'USD',
    clock,
  };
  await asking(async (empty) => {
    expect(await empty.getRegistry()).toEqual({ models: [], promotions: [] });
    expect(await empty.getMonitoring()).toEqual({ report: null });
  });
  await cycle(workspace, { asOf: FIRST });
  const serving = await serveApi(database, { clock, today: AS_OF });
  ({ server } = serving);
  client = new StaypowerClient(server.url, serving.token);
  const { key } = await client.addKey({ label: 'viewer', role: 'viewer' });
  viewer = new StaypowerClient(server.url, key);
});
afterAll(async () => {
  await server.close();
  await store.close();
});

/** Asks a server of its own. */
async function asking(ask: (client: StaypowerClient) => Promise<void>): Promise<void> {
  const { server: own, token } = await serveApi(store.database, { clock, today: AS_OF });
  await ask(new StaypowerClient(own.url, token));
  await own.close();
}

async function champion() {
  const model = await championAt(store.database, AS_OF);
  if (!model) throw new Error('there is no champion');
  return model;
}

describe('the registry over the API', () => {
  it('refuses what is not there, a way back from the first champion, and whoever is no admin', async () => {
    await expect(client.getModel('nothing')).rejects.toMatchObject({ status: 404 });
    await expect(client.promoteModel('nothing')).rejects.toMatchObject({ status: 400 });
    await expect(client.rollBackModel()).rejects.toMatchObject({ status: 400 });
    const { version } = await champion();
    await expect(viewer.promoteModel(version)).rejects.toMatchObject({ status: 403 });
    await expect(viewer.rollBackModel()).rejects.toMatchObject({ status: 403 });
  });

  it('shows a challenger with its verdict, promotes it and takes it back, each under the name of who did it', async () => {
    const first = await champion();
    const result = await challenge(store.database, {
      champion: first,
      asOf: AS_OF,
      rank: () => 0,
      clock,
      actor: 'test',
    });
    if (result.challenger === null) throw new Error('nothing was trained');
    const { version } = result.challenger;
    if (result.promoted) await client.rollBackModel();
    const registry = await viewer.getRegistry();
    expect(getRegistry.answer.parse(registry)).toEqual(registry);
    expect(registry.models.find((each) => each.version === version)?.verdict).toEqual(result.verdict);
    const card = await viewer.getModel(version);
    expect(getModel.answer.parse(card)).toEqual(card);
    expect(card).toMatchObject({ modelVersion: version, dataHash: result.challenger.report.dataHash });

    const promotion = await client.promoteModel(version);
    expect(promoteModel.answer.parse(promotion)).toEqual(promotion);
    expect(promotion).toMatchObject({ version, previous: first.version, by: 'promote' });
    expect((await champion()).version).toBe(version);
    expect(await client.rollBackModel()).toMatchObject({ version: first.version, previous: version, by: 'rollback' });
    const { models, promotions } = await client.getRegistry();
    expect(models.map((each) => each.role).sort()).toEqual(['champion', 'withdrawn']);
    expect(promotions.slice(0, 2).map(({ by }) => by)).toEqual(['rollback', 'promote']);
    const { entries } = await client.listAudit({ limit: 3 });
    expect(entries.map(({ actor, action }) => [actor, action])).toEqual([
      ['alarms', 'alarm.raised'],
      ['api-token', 'models.promote'],
      ['api-token', 'models.promote'],
    ]);
  });

  it('shows the last report of how scores fared, as it was kept', async () => {
    const report = await monitor(store.database, { champion: await champion(), asOf: AS_OF, rank: () => 0, clock });
    const { report: shown } = await viewer.getMonitoring();
    expect(getMonitoring.answer.parse({ report: shown })).toEqual({ report: shown });
    expect(shown).toMatchObject({ asOf: AS_OF, months: report.months, inputs: report.inputs, alarms: report.alarms });
    expect(shown?.months.length).toBeGreaterThan(0);
  });
});
