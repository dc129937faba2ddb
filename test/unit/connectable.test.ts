import { expect, test } from 'vitest';
import { resolveConfig } from '../../config/load.ts';
import { assertConnectable } from '../../config/sign-in.ts';

const KEY = Buffer.alloc(32, 7).toString('base64');
const RIGHT = {
  STAYPOWER_KEY: KEY,
  HUBSPOT_EU_CLIENT_ID: 'id',
  HUBSPOT_EU_CLIENT_SECRET: 'new-secret,old-secret',
  SALESFORCE_CLIENT_ID: 'id',
  SALESFORCE_CLIENT_SECRET: 'secret',
};
const config = resolveConfig(
  { connections: [{ vendor: 'hubspot', id: 'hubspot-eu' }, { vendor: 'salesforce' }, { vendor: 'segment' }] },
  {},
);
const clock = { now: () => new Date() };
const assert = (name: string, env: Record<string, string | undefined>) =>
  assertConnectable(name, config, { env: { ...RIGHT, ...env }, clock });

test.each([
  ['hubspot-eu', { STAYPOWER_KEY: undefined }, /STAYPOWER_KEY: .*openssl rand -base64 32/],
  ['hubspot-eu', { STAYPOWER_KEY: '' }, /STAYPOWER_KEY: expected a key of 32 bytes/],
  ['hubspot-eu', { STAYPOWER_KEY: 'secret' }, /STAYPOWER_KEY: expected a key of 32 bytes/],
  ['hubspot-eu', { HUBSPOT_EU_CLIENT_ID: undefined }, /HUBSPOT_EU_CLIENT_ID: .*HUBSPOT_EU_CLIENT_SECRET/],
  ['hubspot-eu', { HUBSPOT_EU_CLIENT_SECRET: '' }, /HUBSPOT_EU_CLIENT_SECRET: .*found an empty value/],
  ['hubspot-eu', { HUBSPOT_EU_ACCESS_TOKEN: 'pat-x' }, /no HUBSPOT_EU_ACCESS_TOKEN/],
  ['salesforce', { SALESFORCE_USERNAME: 'ada' }, /no SALESFORCE_USERNAME/],
  ['segment', {}, /a Salesforce or HubSpot connection, found segment/],
  ['hubspot', {}, /a connection with the id "hubspot", found hubspot-eu, salesforce, segment/],
])('%s with %j cannot be connected in the browser, and why is said', (name, env, message) => {
  expect(() => assert(name, env)).toThrow(message);
});

test('everything that is missing is reported together', () => {
  expect(() => assert('salesforce', { STAYPOWER_KEY: undefined, SALESFORCE_CLIENT_ID: undefined })).toThrow(
    /SALESFORCE_CLIENT_ID[\s\S]*STAYPOWER_KEY/,
  );
});

test('with a key and an app it can, whatever its id', () => {
  assert('hubspot-eu', {});
  assert('salesforce', {});
});
