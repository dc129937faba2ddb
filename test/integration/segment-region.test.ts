import nock from 'nock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSegment, type SegmentSettings, segmentSettingsSchema } from '../../connectors/segment/index.ts';
import { quietLogger } from './hubspot-portal.ts';

/** The three APIs of a workspace in the EU, as the vendor names them. */
const EU = {
  host: 'https://events.eu1.segmentapis.com',
  profilesUrl: 'https://profiles.euw1.segment.com',
  publicApiUrl: 'https://eu1.api.segmentapis.com',
};

const addressesOf = ({ host, profilesUrl, publicApiUrl }: SegmentSettings) => ({ host, profilesUrl, publicApiUrl });
const connect = (settings: Record<string, unknown>) =>
  createSegment(
    {
      connectionId: 'segment',
      clock: { now: () => new Date() },
      logger: quietLogger,
      timeZone: 'UTC',
      currency: 'EUR',
    },
    segmentSettingsSchema.parse(settings),
    { writeKey: 'a-write-key', profileToken: 'a-token', publicApiToken: 'another-token' },
  );

beforeEach(() => {
  nock.disableNetConnect();
});
afterEach(() => {
  const left = nock.pendingMocks();
  nock.cleanAll();
  nock.enableNetConnect();
  expect(left).toEqual([]);
});

describe('the region of a Segment workspace', () => {
  it('is the US or the EU, and nothing else', () => {
    expect(segmentSettingsSchema.safeParse({ region: 'mars' }).success).toBe(false);
    expect(segmentSettingsSchema.safeParse({ region: null }).success).toBe(false);
  });

  it('decides all three addresses; one that is written goes before', () => {
    expect(addressesOf(segmentSettingsSchema.parse({ region: 'eu' }))).toEqual(EU);
    expect(addressesOf(segmentSettingsSchema.parse({}))).toEqual({
      host: 'https://api.segment.io',
      profilesUrl: 'https://profiles.segment.com',
      publicApiUrl: 'https://api.segmentapis.com',
    });
    const own = 'http://127.0.0.1:9';
    expect(addressesOf(segmentSettingsSchema.parse({ region: 'eu', host: own }))).toEqual({ ...EU, host: own });
  });

  it('EU: scores, checks and deletions go there and nowhere else', async () => {
    const sent = nock(EU.host).post('/v1/batch').reply(200, { success: true });
    nock(EU.profilesUrl)
      .get(/^\/v1\/spaces\/spa_1\//)
      .reply(404, {});
    nock(EU.publicApiUrl).post('/regulations').reply(200, {});
    const connector = connect({ region: 'eu', spaceId: 'spa_1' });
    const row = {
      recordKind: 'contact',
      externalId: 'user:u-1',
      parentExternalId: null,
      values: { clv_12m: 1 },
    } as const;
    expect(await connector.scores?.write([row])).toEqual([{ status: 'written' }]);
    expect((await connector.check()).problems).toEqual([]);
    await connector.forgetter?.forget(['user:u-1']);
    expect(sent.isDone()).toBe(true);
  });
});
