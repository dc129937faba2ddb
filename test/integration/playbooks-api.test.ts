import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addDays, calendarDay } from '../../core/domain/calendar-day.ts';
import { cycle } from '../../core/pipeline/cycle.ts';
import { planningSettingsSchema } from '../../core/planning/settings.ts';
import { AT_RISK_AND_VALUABLE, playbookSchema } from '../../core/playbooks/schema.ts';
import { createPlaybooks } from '../../core/store/playbooks.ts';
import { listEffects, listPlaybooks, simulatePlaybook } from '../../webhooks/api/contract/playbooks.ts';
import { StaypowerClient } from '../../webhooks/client/staypower-client.ts';
import { serveApi } from '../support/api-server.ts';
import { recordsOf, simulateBook } from '../support/book.ts';
import { fakeClock } from '../support/clock.ts';
import { fakeConnector } from '../support/fake-connector.ts';
import { openTempStore, type TempStore } from '../support/store.ts';

const AS_OF = calendarDay('2026-06-01');
const clock = fakeClock('2026-06-01T08:00:00.000Z');
/** Silence alone brings customers in. */
const SILENT = playbookSchema.parse({
  ...AT_RISK_AND_VALUABLE,
  name: 'silent',
  when: { silentDays: { atLeast: 45 }, lifecycle: ['active', 'lapsed'] },
  holdoutShare: 0.3,
  tasksPerOwnerPerDay: 50,
});

let store: TempStore;
beforeAll(async () => {
  store = await openTempStore();
});
afterAll(() => store.close());

/** Asks the API, on a server of its own. */
async function asking<T>(
  ask: (client: StaypowerClient, url: string) => Promise<T>,
  { today = AS_OF, playbooks = [AT_RISK_AND_VALUABLE] } = {},
): Promise<T> {
  const { server, token } = await serveApi(store.database, { clock, today, playbooks });
  try {
    return await ask(new StaypowerClient(server.url, token), server.url);
  } finally {
    await server.close();
  }
}

describe('GET /v1/playbooks, /v1/playbooks/{name}/simulation and /v1/effects', () => {
  it('refuse to simulate what nobody configured, where nothing is scored, and for a viewer', async () => {
    await asking(async (client, url) => {
      const own = 'at-risk-and-valuable';
      await expect(client.simulatePlaybook('nothing')).rejects.toMatchObject({ status: 400 });
      await expect(client.simulatePlaybook(own, { days: 0 })).rejects.toMatchObject({ status: 400 });
      await expect(client.simulatePlaybook(own)).rejects.toMatchObject({ status: 409, code: 'not-fitted' });
      const { key } = await client.addKey({ label: 'viewer', role: 'viewer' });
      const viewer = new StaypowerClient(url, key);
      await expect(viewer.simulatePlaybook(own)).rejects.toMatchObject({ status: 403 });
    });
  });

  it('refuse effects where nothing is trained, and list the playbooks before that', async () => {
    await expect(asking((client) => client.listEffects({}))).rejects.toMatchObject({ status: 409, code: 'not-fitted' });
    expect((await asking((client) => client.listPlaybooks())).playbooks.map(({ name }) => name)).toEqual([
      'at-risk-and-valuable',
    ]);
  });

  it('answer what the command line shows; a day of silence brings in exactly whom the simulation says', async () => {
    const crm = fakeConnector();
    crm.feed(...recordsOf(simulateBook({ seed: 5, customers: 150, asOf: AS_OF })));
    const { database } = store;
    const workspace = {
      name: 'test',
      database,
      connectors: [crm],
      playbooks: [SILENT],
      timeZone: 'UTC',
      currency: 'USD',
      clock,
    };
    for (let days = 0; days <= 12; days += 1) {
      clock.set(`${addDays(AS_OF, days)}T08:00:00.000Z`);
      await cycle(workspace, { asOf: addDays(AS_OF, days) });
    }
    const playbooks = createPlaybooks(database, {
      playbooks: () => [SILENT],
      settings: planningSettingsSchema.parse({}),
      rank: () => 0,
      actingConnections: ['crm'],
    });
    const runs = await database.query<{ customer_id: string; state: string; crossed_on: string; fired_on: string }>(
      'select customer_id, state, crossed_on, fired_on from playbook_runs order by fired_on, customer_id',
    );
    // On the first day everybody entered who was in already; later those whom silence brings in, day by day.
    const later = runs.filter((row) => row.crossed_on > AS_OF);
    const fired = later.filter(({ state }) => state === 'fired');
    expect(new Set(fired.map((row) => row.fired_on)).size).toBeGreaterThan(3);
    const last = addDays(AS_OF, 12);
    const simulated = await playbooks.simulate({ playbook: SILENT, asOf: last, days: 12 });
    expect(simulated?.tasks.map(({ on, customerId }) => `${on} ${customerId}`).sort()).toEqual(
      fired.map((row) => `${row.fired_on} ${row.customer_id}`),
    );
    expect(simulated?.heldOut).toBe(later.filter(({ state }) => state === 'held-out').length);
    // Before the first scores it goes by hindsight: whoever is silent for 45 days now was for 44 the day before.
    const longer = await playbooks.simulate({ playbook: SILENT, asOf: last, days: 40 });
    expect(longer?.historyFrom).toBe(AS_OF);
    expect(longer?.tasks.filter(({ on }) => on > AS_OF)).toEqual(simulated?.tasks);
    expect(longer?.tasks.filter(({ on }) => on < AS_OF).length).toBeGreaterThan(3);

    const effects = await asking((client) => client.listEffects({ asOf: last }));
    expect(effects).toEqual(await playbooks.effects({ asOf: last }));
    expect(listEffects.answer.parse(effects)).toEqual(effects);
    expect(effects.playbooks).toMatchObject([
      { playbook: 'silent', entered: runs.length, saved: { known: false, value: '0.00' } },
    ]);
    const answer = await asking((client) => client.simulatePlaybook('silent', { days: 40 }), {
      today: last,
      playbooks: [SILENT],
    });
    expect(simulatePlaybook.answer.parse(answer)).toEqual(answer);
    expect(answer).toEqual({ ...longer, opened: longer?.tasks.length, tasks: longer?.tasks.slice(0, 100) });
    const listed = await asking((client) => client.listPlaybooks());
    expect(listPlaybooks.answer.parse(listed)).toEqual(listed);
  });
});
