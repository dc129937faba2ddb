import { createHash, createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addDays, type CalendarDay, calendarDay } from '../../core/domain/calendar-day.ts';
import { cycle } from '../../core/pipeline/cycle.ts';
import { erase } from '../../core/pipeline/erase.ts';
import { createFeedback } from '../../core/store/feedback.ts';
import { findCustomer } from '../../core/store/find-customer.ts';
import { createQueries } from '../../core/store/queries.ts';
import { createRecordCards } from '../../core/store/record-cards.ts';
import { StaypowerApiError, StaypowerClient } from '../../webhooks/client/staypower-client.ts';
import { hubspotCardRoutes } from '../../webhooks/hubspot/card.ts';
import { type Server, startServer } from '../../webhooks/server.ts';
import { hubspotVerifier, hubspotWorkflowVerifier } from '../../webhooks/verify/hubspot.ts';
import { serveApi } from '../support/api-server.ts';
import { recordsOf, simulateBook } from '../support/book.ts';
import { fakeClock } from '../support/clock.ts';
import { fakeConnector } from '../support/fake-connector.ts';
import { contact, order } from '../support/records.ts';
import { openTempStore, type TempStore } from '../support/store.ts';
import { WITHOUT_API } from '../support/without-api.ts';

const AS_OF = calendarDay('2026-06-01');
const clock = fakeClock('2026-06-01T20:00:00.000Z');
const SECRET = 'client-secret';
const BASE = 'https://scores.example.com';
const LOOKER = 'userId=42&portalId=62515&userEmail=rep%40people.example&appId=7';
const crm = fakeConnector('crm');
const shop = fakeConnector('shop');

let store: TempStore;
let card: Server;
let api: { server: Server; client: StaypowerClient };
let today: CalendarDay = AS_OF;
const logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: console.error };
const run = () =>
  cycle(
    {
      name: 'test',
      database: store.database,
      connectors: [crm, shop],
      playbooks: [],
      timeZone: 'UTC',
      currency: 'USD',
      clock,
    },
    { asOf: AS_OF },
  );

beforeAll(async () => {
  store = await openTempStore();
  const monthly = [150, 120, 90, 60, 30, 5].map((days) => addDays(AS_OF, -days));
  crm.feed(
    ...recordsOf(simulateBook({ seed: 3, customers: 40, asOf: AS_OF })),
    contact('5001', { emails: ['regular@people.example'], name: 'Regular' }),
    ...monthly.map((day, index) => order(`5001-${index}`, '5001', day, '80.00')),
    contact('5002', { emails: ['forgotten@people.example'] }),
    order('5002-0', '5002', '2026-05-01', '10.00'),
    contact('5003', { emails: ['silent@people.example'] }),
    contact('5004', { emails: ['gone@people.example'] }),
    order('5004-0', '5004', '2026-04-01', '20.00'),
  );
  await run();
  const cards = createRecordCards(store.database, { language: 'en', today: () => today });
  const feedback = createFeedback(store.database, { clock });
  const verifiers = { verifier: hubspotVerifier([SECRET]), workflowVerifier: hubspotWorkflowVerifier([SECRET]) };
  const connections = ['crm', 'shop'].map((connectionId) => ({ connectionId, ...verifiers }));
  const queries = createQueries(store.database);
  card = await startServer(
    {
      ...WITHOUT_API,
      queries,
      webhooks: WITHOUT_API.hubspotApp,
      hubspotApp: hubspotCardRoutes({ connections, cards, feedback, clock, logger, publicBaseUrl: `${BASE}/` }),
      logger,
    },
    0,
  );
  const serving = await serveApi(store.database, { clock, today: AS_OF });
  api = { server: serving.server, client: new StaypowerClient(serving.server.url, serving.token) };
});
afterAll(async () => {
  await card.close();
  await api.server.close();
  await store.close();
});

/** As HubSpot sends what a card asks: the address as we are known by, signed with the body and the time. */
function ask(path: string, { body = '', signedPath = path, secret = SECRET, ageMs = 0 } = {}) {
  const method = body === '' ? 'GET' : 'POST';
  const time = String(clock.now().getTime() - ageMs);
  // HubSpot decodes %40 before it signs.
  const signature = createHmac('sha256', secret)
    .update(`${method}${BASE}${signedPath.replaceAll('%40', '@')}${body}${time}`)
    .digest('base64');
  return fetch(card.url + path, {
    method,
    headers: { 'x-hubspot-signature-v3': signature, 'x-hubspot-request-timestamp': time },
    ...(body !== '' && { body }),
  });
}
const cardPath = (objectId: string, more = 'connection=crm') =>
  `/hubspot/card?objectTypeId=0-1&objectId=${objectId}&${more}&${LOOKER}`;
const shownOf = async (objectId: string) => (await (await ask(cardPath(objectId))).json()) as Record<string, unknown>;
const feedbackPath = `/hubspot/feedback?connection=crm&${LOOKER}`;

describe('who may ask for a card', () => {
  const path = cardPath('5001');
  it.each([
    ['another secret', () => ask(path, { secret: 'other' })],
    ['a signature of another record', () => ask(path, { signedPath: cardPath('5002') })],
    ['a signature of six minutes ago', () => ask(path, { ageMs: 6 * 60_000 })],
    ['no signature', () => fetch(card.url + path)],
    [
      'signature version 1, which would be the same for every record',
      () =>
        fetch(card.url + path, {
          headers: {
            'x-hubspot-signature-version': 'v1',
            'x-hubspot-signature': createHash('sha256').update(SECRET).digest('hex'),
          },
        }),
    ],
  ])('not with %s', async (_, asking) => {
    const response = await asking();
    expect([response.status, await response.text()]).toEqual([401, 'Unauthorized']);
  });

  it('an opinion with a changed body is refused', async () => {
    const body = JSON.stringify({ objectId: '5001', verdict: 'useful' });
    const time = String(clock.now().getTime());
    const signature = createHmac('sha256', SECRET)
      .update(`POST${BASE}${feedbackPath.replaceAll('%40', '@')}${body}${time}`)
      .digest('base64');
    const response = await fetch(card.url + feedbackPath, {
      method: 'POST',
      headers: { 'x-hubspot-signature-v3': signature, 'x-hubspot-request-timestamp': time },
      body: body.replace('useful', 'wrong'),
    });
    expect(response.status).toBe(401);
    expect((await api.client.listFeedback()).feedback).toEqual([]);
  });

  it('of several accounts one must be named, and be there', async () => {
    expect((await ask(cardPath('5001', 'x=1'))).status).toBe(404);
    expect((await ask(cardPath('5001', 'connection=other'))).status).toBe(404);
    expect((await ask(cardPath('5001', 'connection=crm&connection=shop'))).status).toBe(404);
  });

  it.each(['objectTypeId=0-3&objectId=1', 'objectTypeId=0-1&objectId=abc', 'objectTypeId=0-1', 'objectId=1'])(
    'signed, but for no record that has a card: %s',
    async (record) => {
      expect((await ask(`/hubspot/card?${record}&connection=crm&${LOOKER}`)).status).toBe(400);
    },
  );
});

describe('a card', () => {
  it('shows the scores of the contact, the same as the API shows of the customer', async () => {
    const shown = await shownOf('5001');
    expect(shown).toMatchObject({ state: 'scored', notice: null, asOf: { text: 'Jun 1, 2026' } });
    expect((shown['lines'] as { id: string }[]).map(({ id }) => id)).toEqual(['value', 'risk', 'engagement']);
    expect(shown).toEqual(await api.client.getRecordView('regular@people.example'));
    const { churnHorizonDays } = await api.client.getCustomer('regular@people.example');
    expect(JSON.stringify(shown['lines'])).toContain(`likely to leave within ${churnHorizonDays} days.`);
  });

  it('is never kept by anybody between', async () => {
    expect((await ask(cardPath('5001'))).headers.get('cache-control')).toBe('no-store');
  });

  it('of who never bought says what is yet to come', async () => {
    expect(await shownOf('5003')).toMatchObject({ state: 'prospect', band: null });
  });

  it('of a contact that never came here says so, and of another account’s too', async () => {
    expect(await shownOf('9999')).toMatchObject({ state: 'missing', lines: [], feedback: null });
    const elsewhere = await ask(cardPath('5001', 'connection=shop'));
    expect(await elsewhere.json()).toMatchObject({ state: 'missing' });
  });

  it('of scores that nobody renewed says how old they are', async () => {
    today = addDays(AS_OF, 40);
    const shown = await shownOf('5001');
    today = AS_OF;
    expect(shown['notice']).toEqual({
      text: 'These scores are 40 days old: ask your admin whether the scoring runs.',
      tone: 'warning',
    });
  });

  it('of an erased person says that alone', async () => {
    const customerId = (await findCustomer(store.database, 'gone@people.example')) ?? '';
    await erase(store.database, { customerId }, { workspace: 'test', clock, requestedBy: 'operator' });
    expect(await shownOf('5004')).toMatchObject({ state: 'erased', lines: [], band: null, feedback: null });
  });
});

describe('useful or wrong', () => {
  it('is not taken without a verdict, of a contact without a score, or at length', async () => {
    const give = async (body: object) => (await ask(feedbackPath, { body: JSON.stringify(body) })).status;
    expect(await give({ objectId: '5001', verdict: 'maybe' })).toBe(400);
    expect(await give({ objectId: '5001', verdict: 'wrong', note: 'x'.repeat(1_001) })).toBe(400);
    expect(await give({ objectId: '5001', verdict: 'wrong', actor: 'somebody else' })).toBe(400);
    expect(await give({ objectId: '9999', verdict: 'wrong' })).toBe(404);
    expect((await api.client.listFeedback()).feedback).toEqual([]);
  });

  it('is kept with what the score said; a second word of the same rep replaces the first', async () => {
    const { customerId, asOf, modelVersion, churnProbability, churnBand, valueBand } =
      await api.client.getCustomer('regular@people.example');
    const give = (body: object) => ask(feedbackPath, { body: JSON.stringify({ objectId: '5001', ...body }) });
    expect((await give({ verdict: 'useful' })).status).toBe(201);
    expect((await give({ verdict: 'wrong', note: ' They renewed by phone. ' })).status).toBe(201);
    expect((await api.client.listFeedback()).feedback).toEqual([
      {
        customerId,
        actor: 'hubspot-user:42',
        verdict: 'wrong',
        note: 'They renewed by phone.',
        asOf,
        modelVersion,
        churnProbability,
        churnBand,
        valueBand,
        givenAt: clock.now().toISOString(),
      },
    ]);
    expect((await api.client.listFeedback({ verdict: 'useful' })).feedback).toEqual([]);
  });

  it('comes through the API as well, under the caller’s name', async () => {
    const given = await api.client.giveFeedback({ customer: 'regular@people.example', verdict: 'useful' });
    expect(given.asOf).toBe(AS_OF);
    const { feedback } = await api.client.listFeedback();
    expect(feedback.map(({ actor, verdict }) => [actor, verdict]).sort()).toEqual([
      ['api-token', 'useful'],
      ['hubspot-user:42', 'wrong'],
    ]);
    await expect(api.client.giveFeedback({ customer: 'nobody@people.example', verdict: 'useful' })).rejects.toThrow(
      StaypowerApiError,
    );
  });

  it('goes with the records when two customers turn out to be one', async () => {
    clock.advance(60_000);
    await ask(feedbackPath, { body: JSON.stringify({ objectId: '5002', verdict: 'useful' }) });
    const before = await findCustomer(store.database, 'forgotten@people.example');
    crm.feed(contact('5002', { emails: ['forgotten@people.example', 'regular@people.example'] }));
    await run();
    const after = await findCustomer(store.database, 'forgotten@people.example');
    const { feedback } = await api.client.listFeedback();
    const gone = [before, await findCustomer(store.database, 'regular@people.example')].filter((id) => id !== after);
    expect(feedback.filter(({ customerId }) => gone.includes(customerId))).toEqual([]);
    const kept = feedback.filter(({ customerId }) => customerId === after);
    expect(kept.map(({ actor, verdict }) => [actor, verdict]).sort(), 'of one rep’s two, the later').toEqual([
      ['api-token', 'useful'],
      ['hubspot-user:42', 'useful'],
    ]);
  });

  it('goes with the person who is erased', async () => {
    const customerId = (await findCustomer(store.database, 'regular@people.example')) ?? '';
    await erase(store.database, { customerId }, { workspace: 'test', clock, requestedBy: 'operator' });
    expect((await api.client.listFeedback()).feedback).toEqual([]);
  });
});
