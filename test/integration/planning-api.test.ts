import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { calendarDay } from '../../core/domain/calendar-day.ts';
import { cycle } from '../../core/pipeline/cycle.ts';
import { scenarioChangesSchema } from '../../core/planning/scenario.ts';
import { planningSettingsSchema } from '../../core/planning/settings.ts';
import { createPlanning } from '../../core/store/planning.ts';
import { getScenario, listAdvice } from '../../webhooks/api/contract/planning.ts';
import { StaypowerClient } from '../../webhooks/client/staypower-client.ts';
import type { Server } from '../../webhooks/server.ts';
import { serveApi } from '../support/api-server.ts';
import { recordsOf, simulateBook } from '../support/book.ts';
import { fakeClock } from '../support/clock.ts';
import { fakeConnector } from '../support/fake-connector.ts';
import { openTempStore, type TempStore } from '../support/store.ts';

const AS_OF = calendarDay('2026-06-01');
const clock = fakeClock('2026-06-01T08:00:00.000Z');

let store: TempStore;
let server: Server;
let client: StaypowerClient;
beforeAll(async () => {
  store = await openTempStore();
  const serving = await serveApi(store.database, { clock, today: AS_OF });
  server = serving.server;
  client = new StaypowerClient(server.url, serving.token);
});
afterAll(async () => {
  await server.close();
  await store.close();
});

describe('GET /v1/advice and /v1/scenarios/{id}', () => {
  it('refuse where nothing is trained, a limit above the highest, and an id that is not kept', async () => {
    await expect(client.listAdvice({})).rejects.toMatchObject({ status: 409, code: 'not-fitted' });
    await expect(client.listAdvice({ limit: 501 })).rejects.toMatchObject({ status: 400 });
    await expect(client.getScenario('none')).rejects.toMatchObject({ status: 404, code: 'not-found' });
  });

  it('answer what the command line shows, as the document says', async () => {
    const crm = fakeConnector();
    crm.feed(...recordsOf(simulateBook({ seed: 5, customers: 150, asOf: AS_OF })));
    const { database } = store;
    await cycle(
      { name: 'test', database, connectors: [crm], playbooks: [], timeZone: 'UTC', currency: 'USD', clock },
      { asOf: AS_OF },
    );
    const planning = createPlanning(database, {
      settings: planningSettingsSchema.parse({}),
      timeZone: 'UTC',
      rank: () => 0,
      clock,
    });
    const advice = await client.listAdvice({ limit: 7 });
    expect(advice).toEqual(await planning.advice({ asOf: AS_OF, seed: 1, limit: 7 }));
    expect(listAdvice.answer.parse(advice)).toEqual(advice);
    const changes = scenarioChangesSchema.parse({ price: 0.05, budget: 100 });
    const kept = await planning.scenario({ asOf: AS_OF, seed: 1, name: 'dearer', changes });
    const read = await client.getScenario(kept?.id ?? '');
    expect(read).toEqual(kept);
    expect(getScenario.answer.parse(read)).toEqual(read);
  });
});
