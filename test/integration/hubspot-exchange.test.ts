import nock from 'nock';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createClient } from '../../connectors/hubspot/client.ts';
import { createLimits } from '../../connectors/hubspot/limits.ts';

/**
 * Single exchanges as HubSpot documents them and no sandbox need send them. An exchange that was not expected fails the test: nock
 * answers it with 501, which reads as a fault, and `isDone` tells what was expected and never asked for.
 */
const HOST = 'https://api.hubapi.com';
const PATH = '/crm/objects/2026-09/tasks';
const logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

const client = () =>
  createClient({
    baseUrl: null,
    accessToken: 'pat-test',
    limits: createLimits(
      { callsPer10Seconds: 1_000, dailyCallReserve: 0.1 },
      { clock: { now: () => new Date() }, timeZone: 'UTC' },
    ),
    logger,
    priority: 5,
    timeoutMs: 500,
    firstRetryDelayMs: 1,
  });
const read = () => client().call({ method: 'GET', path: PATH, reply: z.object({ id: z.string() }) });
const create = () =>
  client().call({ method: 'POST', path: PATH, body: {}, creates: true, reply: z.object({ id: z.string() }) });

beforeEach(() => {
  nock.disableNetConnect();
});
afterEach(() => {
  const left = nock.pendingMocks();
  nock.cleanAll();
  nock.enableNetConnect();
  expect(left).toEqual([]);
});

describe('one exchange with HubSpot', () => {
  test('carries the token and asks the dated path', async () => {
    nock(HOST, { reqheaders: { authorization: 'Bearer pat-test' } })
      .get(PATH)
      .reply(200, { id: '1' });
    expect(await read()).toEqual({ id: '1' });
  });

  test.each([423, 477, 503, 524])('a %i passes: it is asked again', async (status) => {
    nock(HOST).get(PATH).reply(status, { status: 'error', message: 'wait' }).get(PATH).reply(200, { id: '1' });
    expect(await read()).toEqual({ id: '1' });
  });

  test.each([423, 429, 477])('a %i was not carried out, so that even what creates is sent again', async (status) => {
    const headers = { 'retry-after': '0' };
    nock(HOST)
      .post(PATH)
      .reply(status, { status: 'error', policyName: 'SECONDLY' }, headers)
      .post(PATH)
      .reply(201, { id: '1' });
    expect(await create()).toEqual({ id: '1' });
  });

  test.each([500, 502, 504])('after a %i nobody knows whether it was created: it is not sent again', async (status) => {
    nock(HOST).post(PATH).reply(status, 'upstream fault');
    await expect(create()).rejects.toMatchObject({ code: 'unknown-outcome' });
  });

  test('no answer within the time: what creates has an unknown outcome, what reads is asked again', async () => {
    nock(HOST).post(PATH).delay(2_000).reply(201, { id: '1' });
    await expect(create()).rejects.toMatchObject({ code: 'unknown-outcome' });
    nock(HOST).get(PATH).delay(2_000).reply(200, { id: 'late' }).get(PATH).reply(200, { id: '1' });
    expect(await read()).toEqual({ id: '1' });
  });

  test('the page of a proxy with a friendly status is no answer', async () => {
    nock(HOST).get(PATH).reply(200, '<html>maintenance</html>').get(PATH).reply(200, { id: '1' });
    expect(await read()).toEqual({ id: '1' });
  });

  test('the code inside the message and the correlation id reach the error; an address in it does not', async () => {
    nock(HOST).get(PATH).reply(400, {
      status: 'error',
      category: 'VALIDATION_ERROR',
      correlationId: 'c-1',
      message:
        'Property values were not valid: [{"isValid":false,"message":"ada@example.com is taken","error":"PROPERTY_DOESNT_EXIST"}]',
    });
    const error = await read().catch((caught: Error) => caught);
    expect(error).toMatchObject({ vendorCode: 'PROPERTY_DOESNT_EXIST', requestId: 'c-1', status: 400, retry: 'never' });
    expect((error as Error).message).not.toContain('ada@example.com');
  });

  test.each([
    ['revoked', { category: 'INVALID_AUTHENTICATION' }, true],
    ['expired', { category: 'EXPIRED_AUTHENTICATION' }, false],
  ])('a token that is %s says so and shows no token', async (_, body, revoked) => {
    nock(HOST).get(PATH).reply(401, body);
    const error = await read().catch((caught: Error) => caught);
    expect(error).toMatchObject({ code: 'auth', revoked });
    expect((error as Error).message).not.toContain('pat-test');
  });

  test('the daily limit is not waited for', async () => {
    nock(HOST).get(PATH).reply(429, { policyName: 'DAILY', message: 'You have reached your daily limit.' });
    await expect(read()).rejects.toMatchObject({ code: 'rate-limit', scope: 'daily' });
  });
});
