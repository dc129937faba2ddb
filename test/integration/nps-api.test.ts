import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { calendarDay } from '../../core/domain/calendar-day.ts';
import { identify } from '../../core/store/identity.ts';
import { land } from '../../core/store/landing.ts';
import { StaypowerClient } from '../../webhooks/client/staypower-client.ts';
import { serveApi } from '../support/api-server.ts';
import { fakeClock } from '../support/clock.ts';
import { contact } from '../support/records.ts';
import { openTempStore, type TempStore } from '../support/store.ts';

const TODAY = calendarDay('2026-06-20');

let store: TempStore;
let serving: Awaited<ReturnType<typeof serveApi>>;
let client: StaypowerClient;

beforeAll(async () => {
  store = await openTempStore();
  const clock = fakeClock('2026-06-20T09:00:00.000Z');
  const records = ['ann', 'bob'].map((id) => contact(id, { name: id, emails: [`${id}@people.example`] }));
  await land(store.database, { connectionId: 'crm', records, rejected: [], cursor: null, now: clock.now() });
  await identify(store.database, { workspace: 'test', now: () => clock.now() });
  serving = await serveApi(store.database, { clock, today: TODAY });
  client = new StaypowerClient(serving.server.url, serving.token);
});
afterAll(async () => {
  await serving.server.close();
  await store.close();
});

const kept = () =>
  store.database.query(
    `select c.name, o.occurred_on as on, o.value from outcomes o join customers c on c.customer_id = o.customer_id
     where o.kind = 'nps' order by 1, 2`,
  );

describe('answers by HTTP', () => {
  it('are kept by id or address, a second one of a day in place of the first, and whose customer is not known is named', async () => {
    const unknownId = 'ffffffff-ffff-4fff-8fff-ffffffffffff';
    const answer = await client.giveNps({
      answers: [
        { customer: 'ann@people.example', score: 3, answeredOn: '2026-06-01' },
        { customer: 'nobody@people.example', score: 9 },
        { customer: 'ann', score: 8, answeredOn: '2026-06-01' },
        { customer: 'bob', score: 0 },
        { customer: unknownId, score: 1 },
      ],
    });
    expect(answer).toEqual({ kept: 3, unknown: [1, 4] });
    const expected = [
      { name: 'ann', on: '2026-06-01', value: 8 },
      { name: 'bob', on: TODAY, value: 0 },
    ];
    expect(await kept()).toEqual(expected);
    await client.giveNps({ answers: [{ customer: 'bob', score: 0 }] });
    expect(await kept()).toEqual(expected);
  });

  it.each([
    ['no answer', { answers: [] }, /answers/],
    ['a score of eleven', { answers: [{ customer: 'bob', score: 11 }] }, /answers\.0\.score/],
    ['half a point', { answers: [{ customer: 'bob', score: 7.5 }] }, /answers\.0\.score/],
    ['a day to come', { answers: [{ customer: 'bob', score: 7, answeredOn: '2026-06-21' }] }, /answers\.0\.answeredOn/],
  ])('are refused as a whole for %s', async (_, body, message) => {
    const before = await kept();
    await expect(client.giveNps(body)).rejects.toMatchObject({ status: 400, message: expect.stringMatching(message) });
    expect(await kept()).toEqual(before);
  });

  it('take a key of who may act, not of who may only look', async () => {
    const give = async (role: 'viewer' | 'rep') => {
      const { key } = await serving.accounts.addKey({ label: role, role, by: 'test' });
      const response = await fetch(`${serving.server.url}/v1/nps`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: JSON.stringify({ answers: [{ customer: 'ann', score: 5 }] }),
      });
      return response.status;
    };
    expect(await give('viewer')).toBe(403);
    expect(await give('rep')).toBe(201);
  });
});
