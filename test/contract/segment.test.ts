import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSegment, type SegmentSecrets, segmentSettingsSchema } from '../../connectors/segment/index.ts';
import { AuthError, VendorError } from '../../core/domain/errors.ts';
import { CLEAR, type WriteRow } from '../../core/domain/fields.ts';
import type { Json } from '../../core/domain/json.ts';
import type { Connector } from '../../core/ports/connector.ts';
import { startSandbox } from '../../sandbox/index.ts';
import type { LoggedRequest, Sandbox } from '../../sandbox/kernel/types.ts';
import { type Bill, minimumCalls } from '../../sandbox/minimum-calls.ts';
import { plant } from './test-connector.ts';

const SECRETS: SegmentSecrets = {
  writeKey: 'sandbox-write-key',
  profileToken: 'sandbox-profile-token',
  publicApiToken: null,
};

let sandbox: Sandbox;
let now = new Date('2026-06-01T12:00:00.000Z');
beforeAll(async () => {
  sandbox = await startSandbox({ stateDir: null, seed: 1 }, null);
});
afterAll(() => sandbox.close());

function connect(secrets: Partial<SegmentSecrets> = {}, settings: Record<string, unknown> = {}): Connector {
  return createSegment(
    {
      connectionId: 'segment',
      clock: { now: () => now },
      logger: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
      timeZone: 'UTC',
      currency: 'USD',
    },
    segmentSettingsSchema.parse({
      host: sandbox.urls.segment,
      profilesUrl: sandbox.urls.segment,
      spaceId: 'spa_1',
      ...settings,
    }),
    { ...SECRETS, ...secrets },
  );
}

function write(rows: readonly WriteRow[], connector = connect()) {
  if (!connector.scores) throw new Error('Segment takes scores');
  return connector.scores.write(rows);
}

const row = (userId: string, values: WriteRow['values']): WriteRow => ({
  recordKind: 'contact',
  externalId: `user:${userId}`,
  parentExternalId: null,
  values,
});
const control = (path: string, init?: RequestInit) => fetch(`${sandbox.urls.segment}/_sandbox/${path}`, init);
async function traitsOf(userId: string): Promise<Record<string, unknown>> {
  const { traits } = (await (await control(`segment/profiles/${userId}`)).json()) as {
    traits: Record<string, unknown>;
  };
  return traits;
}
async function requests(): Promise<readonly LoggedRequest[]> {
  const all = (await (await control('requests?vendor=segment')).json()) as LoggedRequest[];
  return all.filter(({ path }) => path === '/v1/batch');
}
async function messagesIn(request: LoggedRequest | undefined): Promise<Record<string, Json>[]> {
  return (JSON.parse(request?.requestBody ?? '{}') as { batch: Record<string, Json>[] }).batch;
}
const fault = (given: Record<string, unknown>) =>
  plant({ vendor: 'hubspot', url: sandbox.urls.segment }, { ...given, vendor: 'segment' });
const forget = async () => {
  await control('requests', { method: 'DELETE' });
  await control('faults', { method: 'DELETE' });
};

describe('Segment connector', () => {
  it('says what Segment cannot do as what is absent', () => {
    const connector = connect();
    expect([connector.source, connector.fields, connector.scores?.read]).toEqual([null, null, null]);
    expect(connector.actions?.kinds).toEqual(['track', 'group', 'audience']);
    expect(connector.scores?.kinds).toEqual(['contact']);
    expect(connector.inbound).not.toBeNull();
  });
});

describe('Segment connector: refusals', () => {
  it('throws AuthError when the write key is refused, at once', async () => {
    await forget();
    await expect(write([row('u', { clv_12m: 1 })], connect({ writeKey: 'another-key' }))).rejects.toThrow(AuthError);
    expect(await requests()).toHaveLength(1);
  });

  it('throws VendorError to be tried later when Segment stays down, after a few repeats of one batch', async () => {
    await forget();
    await fault({ kind: 'status', status: 503, times: 9 });
    const error = await write([row('u', { clv_12m: 1 })]).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(VendorError);
    expect(error instanceof VendorError && [error.retry, error.status]).toEqual(['later', 503]);
    const sent = await Promise.all((await requests()).map(messagesIn));
    expect(sent).toHaveLength(3);
    expect(new Set(sent.map(([message]) => message?.['messageId'])).size).toBe(1);
  });

  it('rejects a visitor without a user id and an account, each with what to do, and sends nothing of them', async () => {
    await forget();
    const visitor = { ...row('', { clv_12m: 1 }), externalId: 'anonymous:a-1' };
    const account: WriteRow = { ...row('a', { clv_12m: 1 }), recordKind: 'account' };
    const results = await write([visitor, row('u-1', { clv_12m: 2 }), account]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'written', 'rejected']);
    for (const result of results) if (result.status === 'rejected') expect(result.remedy).not.toBe('');
    expect(await traitsOf('u-1')).toEqual({ staypower_clv_12m: 2 });
    expect(await messagesIn((await requests())[0])).toHaveLength(1);
  });

  it('rejects an event above 32 KB without sending it, and writes the others', async () => {
    const long = 'é'.repeat(16_000);
    const results = await write([row('u-2', { reasons: long }), row('u-3', { reasons: 'short' })]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'written']);
    expect(await traitsOf('u-2')).toEqual({});
  });

  it('narrows a batch that is refused down to the row at fault', async () => {
    await forget();
    // The whole batch, its second half, and of that the second: each time the part with the last row.
    await fault({ kind: 'status', status: 400, times: 1 });
    await fault({ kind: 'status', status: 400, times: 1, after: 1 });
    await fault({ kind: 'status', status: 400, times: 1, after: 2 });
    const rows = [0, 1, 2, 3].map((index) => row(`u-4${index}`, { clv_12m: index }));
    const results = await write(rows);
    expect(results.map(({ status }) => status)).toEqual(['written', 'written', 'written', 'rejected']);
    expect(await traitsOf('u-42')).toEqual({ staypower_clv_12m: 2 });
    expect(await traitsOf('u-43')).toEqual({});
  });

  it('keeps what was written when the next batch finds Segment closed, and leaves the rest for later', async () => {
    await forget();
    await fault({ kind: 'status', status: 401, times: 9, after: 1 });
    const rows = Array.from({ length: 800 }, (_, index) => row(`u-5${index}`, { reasons: 'x'.repeat(1_000) }));
    const results = await write(rows);
    const statuses = results.map(({ status }) => status);
    const first = statuses.indexOf('retry');
    expect(first).toBeGreaterThan(300);
    expect(new Set(statuses.slice(0, first))).toEqual(new Set(['written']));
    expect(new Set(statuses.slice(first))).toEqual(new Set(['retry']));
    await forget();
  });
});

describe('Segment connector: writing', () => {
  it('writes 0 as 0, text as text, leaves absent traits alone and empties with CLEAR alone', async () => {
    expect(await write([row('w-1', { clv_12m: 12.5, churn_band: 'high' })])).toEqual([{ status: 'written' }]);
    now = new Date(now.getTime() + 1_000);
    await write([row('w-1', { clv_12m: 0 })]);
    expect(await traitsOf('w-1')).toEqual({ staypower_clv_12m: 0, staypower_churn_band: 'high' });
    now = new Date(now.getTime() + 1_000);
    await write([row('w-1', { clv_12m: CLEAR })]);
    expect(await traitsOf('w-1')).toEqual({ staypower_clv_12m: null, staypower_churn_band: 'high' });
  });

  it('brings a value that moved there and back again', async () => {
    for (const value of [1, 2, 1]) {
      now = new Date(now.getTime() + 1_000);
      await write([row('w-2', { clv_12m: value })]);
    }
    expect(await traitsOf('w-2')).toEqual({ staypower_clv_12m: 1 });
  });

  it('gives each message an id below 100 characters, our mark and the time of the write', async () => {
    await forget();
    await write([row('w'.repeat(300), { clv_12m: 1 }), row('w-3', { clv_12m: 1 })]);
    const messages = await messagesIn((await requests())[0]);
    expect(messages).toHaveLength(2);
    expect(new Set(messages.map(({ messageId }) => messageId)).size).toBe(2);
    for (const message of messages) {
      expect(String(message['messageId']).length).toBeLessThan(100);
      expect(message['context']).toMatchObject({ active: false, integration: { name: 'staypower' } });
      expect(message['timestamp']).toBe(now.toISOString());
    }
  });

  it('repeats a batch whose answer was lost under the same ids, so that Segment counts it once', async () => {
    await forget();
    await fault({ kind: 'lost-reply' });
    expect(await write([row('w-4', { clv_12m: 1 }), row('w-5', { clv_12m: 2 })])).toEqual([
      { status: 'written' },
      { status: 'written' },
    ]);
    const [first, second] = await Promise.all((await requests()).map(messagesIn));
    expect(second?.map(({ messageId }) => messageId)).toEqual(first?.map(({ messageId }) => messageId));
  });

  it('waits as long as Segment asks for and then goes on', async () => {
    await forget();
    await fault({ kind: 'status', status: 429, headers: { 'Retry-After': '1' } });
    const started = performance.now();
    expect(await write([row('w-6', { clv_12m: 1 })])).toEqual([{ status: 'written' }]);
    expect(performance.now() - started).toBeGreaterThanOrEqual(1_000);
    expect(await requests()).toHaveLength(2);
  });

  it('sends nothing for no rows', async () => {
    await forget();
    expect(await write([])).toEqual([]);
    expect(await requests()).toEqual([]);
  });

  it('writes many rows in the fewest batches that Segment takes', async () => {
    await forget();
    const reasons = 'Buys every 21 days on average; the last order is 63 days ago. Zoë’s value is “high”. '.repeat(3);
    const rows = Array.from({ length: 3_000 }, (_, index) =>
      row(`many-${index}`, { clv_12m: index, churn_band: 'high', reasons }),
    );
    const results = await write(rows);
    expect(results.every(({ status }) => status === 'written')).toBe(true);
    const sent = await requests();
    const bill: Bill = minimumCalls(sent);
    expect(bill.minimum).toBeGreaterThan(3);
    expect(bill.actual).toBeLessThanOrEqual(1.1 * bill.minimum);
    expect(Math.max(...sent.map(({ requestBytes }) => requestBytes))).toBeLessThan(500_000);
    expect(await traitsOf('many-2999')).toMatchObject({ staypower_clv_12m: 2_999 });
  });

  it('never puts more than 2,500 events in a batch, of which Segment would drop the excess under a 200', async () => {
    await forget();
    const rows = Array.from({ length: 2_600 }, (_, index) => row(String(index), { a: 1 }));
    expect(new Set((await write(rows)).map(({ status }) => status))).toEqual(new Set(['written']));
    const sizes = (await requests()).map(({ note }) => note.ids?.length ?? 0);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(2_600);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(2_500);
  });
});

describe('Segment connector: check', () => {
  it('has no problem when all is well, with the Profile API or without', async () => {
    expect(await connect().check()).toEqual({ account: 'spa_1', problems: [], callsLeftToday: null });
    const without = await connect({ profileToken: null, publicApiToken: null }, { spaceId: null }).check();
    expect(without.problems).toEqual([]);
    expect(without.account).not.toBe('');
  });

  it('names each problem with its remedy', async () => {
    const problems = async (secrets: Partial<SegmentSecrets>, settings: Record<string, unknown> = {}) => {
      const report = await connect(secrets, settings).check();
      for (const problem of report.problems) expect(problem.remedy).not.toBe('');
      return report.problems.map(({ what }) => what);
    };
    expect(await problems({ writeKey: 'a key' })).toEqual([expect.stringContaining('write key')]);
    expect(await problems({ profileToken: 'wrong', publicApiToken: null })).toEqual([expect.stringContaining('401')]);
    expect(await problems({}, { spaceId: null })).toEqual([expect.stringContaining('space')]);
    expect(await problems({}, { profilesUrl: 'http://127.0.0.1:9' })).toEqual([expect.stringContaining('answer')]);
  });

  it('writes nothing', async () => {
    await forget();
    await connect().check();
    const all = (await (await control('requests?vendor=segment')).json()) as LoggedRequest[];
    expect(all.map(({ method }) => method)).toEqual(['GET']);
  });
});
