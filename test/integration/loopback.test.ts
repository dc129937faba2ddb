import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Loopback, listenForCallback } from '../../cli/loopback.ts';
import { grantStatuses } from '../../core/store/grants.ts';
import type { Sandbox } from '../../sandbox/kernel/types.ts';
import { decide } from '../support/consent.ts';
import { type GrantHouse, grantHouse, startVendors } from '../support/grants.ts';
import { emptyTables, openTempStore, type TempStore } from '../support/store.ts';

const BEGUN_BY = 'this process';
let store: TempStore;
let sandbox: Sandbox;
let house: GrantHouse;
let loopback: Loopback;
beforeAll(async () => {
  [store, sandbox] = await Promise.all([openTempStore(), startVendors()]);
});
afterAll(async () => {
  await Promise.all([store.close(), sandbox.close()]);
});
beforeEach(async () => {
  await emptyTables(store.database);
  house = grantHouse(sandbox, store.database);
  loopback = await listenForCallback('salesforce', 0);
});
afterEach(() => loopback.close());

const begin = () => house.signIns.begin('salesforce', { redirectUri: loopback.redirectUri, begunBy: BEGUN_BY });
const statuses = () => grantStatuses(store.database);

test('a port that is taken is named with what to do', async () => {
  await expect(listenForCallback('salesforce', Number(new URL(loopback.redirectUri).port))).rejects.toThrow(
    /Port \d+ on 127\.0\.0\.1 is taken.*--port/,
  );
});

test('the way back is by the name localhost, which vendors take without https', () => {
  expect(loopback.redirectUri).toMatch(/^http:\/\/localhost:\d+\/oauth\/salesforce\/callback$/);
});

test('what was denied ends the waiting with that', async () => {
  const signIn = await begin();
  const waiting = loopback.wait(house.signIns, signIn, BEGUN_BY);
  const denied = expect(waiting).rejects.toThrow(/not approved at the vendor/);
  expect((await fetch(await decide(signIn.authorizationUrl, 'deny'))).status).toBe(400);
  await denied;
  expect(await statuses()).toEqual([]);
});

test('nobody is waited for longer than the sign-in lives', async () => {
  const signIn = await begin();
  await expect(
    loopback.wait(house.signIns, { ...signIn, expiresAt: new Date(0).toISOString() }, BEGUN_BY),
  ).rejects.toThrow(/ten minutes/);
});

test('other requests to the port are turned away and the right one still counts', async () => {
  const signIn = await begin();
  const waiting = loopback.wait(house.signIns, signIn, BEGUN_BY);
  const back = await decide(signIn.authorizationUrl);
  const other = new URL(back);
  other.searchParams.set('state', 'guessed');
  const elsewhere = new URL(back);
  elsewhere.pathname = '/oauth/hubspot/callback';
  expect((await fetch(other)).status).toBe(404);
  expect((await fetch(elsewhere)).status).toBe(404);
  expect((await fetch(back, { method: 'POST' })).status).toBe(404);
  const page = await fetch(back);
  expect(page.headers.get('referrer-policy')).toBe('no-referrer');
  expect(await page.text()).toContain('You can close this window.');
  expect(await waiting).toMatchObject({
    connectionId: 'salesforce',
    granted: ['api', 'refresh_token'],
    notGranted: [],
  });
  expect(await statuses()).toMatchObject([{ connectionId: 'salesforce', lostReason: null }]);
});
