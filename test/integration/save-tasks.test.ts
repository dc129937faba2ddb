import { createHash, createHmac } from 'node:crypto';
import { Router } from 'express';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addDays, calendarDay } from '../../core/domain/calendar-day.ts';
import { cycle, type Workspace } from '../../core/pipeline/cycle.ts';
import { AT_RISK_AND_VALUABLE } from '../../core/playbooks/schema.ts';
import { findCustomer } from '../../core/store/find-customer.ts';
import { createQueries } from '../../core/store/queries.ts';
import { createSaveTasks } from '../../core/store/save-tasks.ts';
import { saveTaskRoutes } from '../../webhooks/hubspot/save-task.ts';
import { type Server, startServer } from '../../webhooks/server.ts';
import { hubspotVerifier, hubspotWorkflowVerifier } from '../../webhooks/verify/hubspot.ts';
import { recordsOf, simulateBook } from '../support/book.ts';
import { fakeClock } from '../support/clock.ts';
import { fakeConnector } from '../support/fake-connector.ts';
import { contact, order } from '../support/records.ts';
import { openTempStore, type TempStore } from '../support/store.ts';
import { WITHOUT_API } from '../support/without-api.ts';

let today = calendarDay('2026-06-01');
const clock = fakeClock('2026-06-01T20:00:00.000Z');
const SECRET = 'client-secret';
const BASE = 'https://scores.example.com';
const PATH = '/hubspot/save-task?connection=crm';
const crm = fakeConnector('crm');
let store: TempStore;
let server: Server;
let workspace: Workspace;

beforeAll(async () => {
  store = await openTempStore();
  const person = (id: string, given = {}) => [
    contact(id, { name: `Person ${id}`, emails: [`p${id}@people.example`], ownerId: 'owner-1', ...given }),
    ...[150, 120, 90, 60].map((days, index) => order(`${id}-${index}`, id, addDays(today, -days), '80.00')),
  ];
  crm.feed(
    ...recordsOf(simulateBook({ seed: 3, customers: 40, asOf: today })),
    ...person('5001'),
    ...person('5002', { doNotContact: true }),
    ...person('5003'),
  );
  workspace = {
    name: 'test',
    database: store.database,
    connectors: [crm],
    playbooks: [],
    timeZone: 'UTC',
    currency: 'USD',
    clock,
  };
  await cycle(workspace, { asOf: today });
  const logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: console.error };
  server = await startServer(
    {
      ...WITHOUT_API,
      queries: createQueries(store.database),
      webhooks: Router(),
      hubspotApp: saveTaskRoutes(
        {
          connections: [
            {
              connectionId: 'crm',
              verifier: hubspotVerifier([SECRET]),
              workflowVerifier: hubspotWorkflowVerifier([SECRET]),
            },
          ],
          clock,
          logger,
          publicBaseUrl: BASE,
        },
        createSaveTasks(store.database, { playbooks: () => [AT_RISK_AND_VALUABLE], clock, today: () => today }),
      ),
      logger,
    },
    0,
  );
});
afterAll(async () => {
  await server.close();
  await store.close();
});

const bodyOf = (callbackId: string, objectId: string | number, objectType = 'CONTACT') =>
  JSON.stringify({
    callbackId,
    origin: { portalId: 62515, actionDefinitionId: 2 },
    object: { objectId, objectType },
    inputFields: {},
  });
const v2 = (body: string, path = PATH) => ({
  'x-hubspot-signature-version': 'v2',
  'x-hubspot-signature': createHash('sha256').update(`${SECRET}POST${BASE}${path}${body}`).digest('hex'),
});
const post = (body: string, headers: Record<string, string>) =>
  fetch(server.url + PATH, { method: 'POST', headers, body });
const ask = async (callbackId: string, objectId: string | number) => {
  const body = bodyOf(callbackId, objectId);
  const response = await post(body, v2(body));
  expect(response.status).toBe(200);
  const { outputFields } = (await response.json()) as { outputFields: Record<string, string> };
  expect(outputFields['hs_execution_state']).toBe('SUCCESS');
  return outputFields['staypower_outcome'];
};
const act = () => cycle(workspace, { asOf: today, steps: ['act'] });

describe('a workflow that asks for a save task', () => {
  it('is refused unsigned, for another body or address, and by version 3', async () => {
    const body = bodyOf('ap-0', 5001);
    const time = String(clock.now().getTime());
    const v3 = createHmac('sha256', SECRET).update(`POST${BASE}${PATH}${body}${time}`).digest('base64');
    for (const headers of [
      {},
      v2(bodyOf('ap-0', 5003)),
      v2(body, '/hubspot/save-task'),
      { 'x-hubspot-signature-v3': v3, 'x-hubspot-request-timestamp': time },
    ]) {
      expect((await post(body, headers)).status).toBe(401);
    }
  });

  it.each([
    ['no callback', bodyOf('', 5001)],
    ['a record that is no contact', bodyOf('ap-0', 5001, 'DEAL')],
    ['no record', JSON.stringify({ callbackId: 'ap-0' })],
    ['no JSON', '{'],
  ])('is refused with %s, though rightly signed', async (_, body) => {
    expect((await post(body, v2(body))).status).toBe(400);
  });

  it('opens nothing for who is not scored, or must not be contacted', async () => {
    expect(await ask('ap-1', 9999)).toBe('no-score');
    expect(await ask('ap-2', 5002)).toBe('no-consent');
    await act();
    expect(crm.done).toEqual([]);
  });

  it('opens nothing for who is held out: the comparison would be spoilt', async () => {
    const customerId = await findCustomer(store.database, '5003');
    await store.database.query(
      `insert into playbook_runs (customer_id, playbook, crossed_on, state, arm) values ($1::uuid, 'at-risk-and-valuable', $2::date, 'held-out', 'held-out')`,
      [customerId, today],
    );
    expect(await ask('ap-3', 5003)).toBe('held-out');
  });

  it('opens one task with what is at risk and why, however often the call comes', async () => {
    expect(await ask('ap-4', 5001)).toBe('queued');
    expect(await ask('ap-4', '5001')).toBe('queued');
    await act();
    await act();
    expect(crm.done).toHaveLength(1);
    expect(crm.done[0]).toMatchObject({
      kind: 'task',
      contactExternalId: '5001',
      ownerId: 'owner-1',
      dueOn: addDays(today, 2),
    });
    expect(JSON.stringify(crm.done[0])).toMatch(/Keep Person 5001: \d+ USD a year at risk/);
    expect(await ask('ap-4', 5001), 'the call comes again when all is done').toBe('queued');
    await act();
    expect(crm.done).toHaveLength(1);
  });

  it('another request waits for the cool-down of the playbook', async () => {
    expect(await ask('ap-5', 5001)).toBe('recent');
    today = addDays(today, AT_RISK_AND_VALUABLE.coolDownDays - 1);
    expect(await ask('ap-6', 5001)).toBe('recent');
    today = addDays(today, 1);
    expect(await ask('ap-7', 5001)).toBe('queued');
    await act();
    expect(crm.done).toHaveLength(2);
  });
});
