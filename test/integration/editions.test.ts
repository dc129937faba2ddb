import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { VendorError } from '../../core/domain/errors.ts';
import { clockAt, openPortal, pullAll, type TestPortal } from './hubspot-portal.ts';
import { type Org, startOrg } from './salesforce-org.ts';

const AT = '2026-05-01T10:00:00.000Z';

describe('a HubSpot account whose edition or scopes do without some objects', () => {
  let account: TestPortal;
  beforeEach(async () => {
    account = await openPortal();
    const contact = account.portal.create('contacts', { email: 'ada@people.example' }, { at: AT }).id;
    for (const [type, properties] of [
      ['tickets', { subject: 'Help' }],
      ['meetings', { hs_timestamp: AT, hs_meeting_outcome: 'COMPLETED' }],
    ] as const) {
      const record = account.portal.create(type, properties, { at: AT }).id;
      account.portal.associate(type, record, 'contacts', contact);
    }
  });
  afterEach(() => account.close());
  const forbid = (object: string) =>
    account.kernel.faults.add({
      vendor: 'hubspot',
      path: `/objects/[^/]+/${object}`,
      kind: 'status',
      status: 403,
      body: { category: 'MISSING_SCOPES', message: 'This app has not been granted all required scopes' },
      times: 1_000,
      after: 0,
    });

  it('is not read at all without its contacts', async () => {
    forbid('contacts');
    const connector = account.connect(clockAt(AT));
    await expect(pullAll(connector, 'contacts')).rejects.toThrow(VendorError);
  });

  it('gives its meetings without its tickets, and its tickets from the beginning once they are allowed', async () => {
    forbid('tickets');
    const clock = clockAt('2026-06-01T00:00:00.000Z');
    const connector = account.connect(clock);
    const first = await pullAll(connector, 'engagement');
    expect(first.records.map((record) => 'channel' in record && record.channel)).toEqual(['meeting']);
    expect((await connector.check()).problems.map(({ remedy }) => remedy)).toContain('Give the app the scope tickets.');
    account.kernel.faults.clear();
    clock.set('2026-06-02T00:00:00.000Z');
    const second = await pullAll(connector, 'engagement', first.cursor);
    expect(second.records.map((record) => 'channel' in record && record.channel)).toContain('support');
  });
});

describe('a Salesforce organisation without the API', () => {
  let org: Org;
  beforeEach(async () => {
    org = await startOrg(null);
  });
  afterEach(() => org.close());

  it('is told which editions have it and what to do without', async () => {
    await org.plant({
      path: '/services/data/',
      kind: 'status',
      status: 403,
      body: [{ errorCode: 'API_DISABLED_FOR_ORG', message: 'The REST API is not enabled for this Organization.' }],
      times: 1_000,
      after: 0,
    });
    const { problems } = await org.connect().check();
    expect(problems).toHaveLength(1);
    expect(problems[0]?.remedy).toMatch(/add-on with Professional.*staypower import/);
  });
});
