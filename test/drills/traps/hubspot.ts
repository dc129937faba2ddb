import { createHmac } from 'node:crypto';
import { Client, Signature } from '@hubspot/api-client';
import { describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import type { WriteRow } from '../../../core/domain/fields.ts';
import type { Fault } from '../../../sandbox/kernel/types.ts';
import { generateWorld } from '../../../sandbox/seed/generate.ts';
import { hubspotVerifier } from '../../../webhooks/verify/hubspot.ts';
import { clockAt, OUR_APP_ID, openPortal, pullAll, type TestPortal } from '../../integration/hubspot-portal.ts';
import { serveWebhooks } from '../../integration/webhook-server.ts';
import { AS_OF, measured, startArena } from '../arena.ts';
import { taskFor } from './task.ts';

const now = () => clockAt(new Date().toISOString());
const TASKS = '/tasks$';

/** Traps 6 to 11: what HubSpot's SDK 14 does by itself, shown where it is quick, and that nothing of it reaches us. */
export function hubspotTraps(): void {
  describe('HubSpot by its SDK', () => {
    test('trap 6: each account keeps its own limit, whatever clients are made beside and after it in one process', async () => {
      const slow = await openPortal({ hubspotBurstPer10s: 20 });
      const fast = await openPortal();
      populate(slow, 2_500);
      populate(fast, 6_000);
      const first = slow.connect(now(), { callsPer10Seconds: 20 });
      const started = performance.now();
      const slowly = pullAll(first, 'contacts');
      // Made while the first is under way, with twelve times its limit.
      const { records } = await pullAll(fast.connect(now(), { callsPer10Seconds: 250 }), 'contacts');
      const fastSeconds = (performance.now() - started) / 1_000;
      slow.connect(now(), { callsPer10Seconds: 250 });
      expect((await slowly).records.length).toBe(2_500);
      const slowSeconds = (performance.now() - started) / 1_000;
      expect(records.length).toBe(6_000);
      expect(slow.statuses()).toEqual([200]);
      // 60 pages against 25 of which 19 fit into the first ten seconds.
      expect(fastSeconds).toBeLessThan(9);
      expect(slowSeconds).toBeGreaterThan(10);

      const limited = sdk(fast, { limiterOptions: { minTime: 500, maxConcurrent: 1 } });
      sdk(fast);
      const byTheSdk = await secondsOf(() =>
        Promise.all([1, 2, 3].map(() => limited.crm.contacts.basicApi.getPage(1))),
      );
      // Its own limiter would have let the third through after a second.
      expect(byTheSdk).toBeLessThan(1);
      measured('trap 6', {
        'seconds at 20 in ten seconds': slowSeconds.toFixed(1),
        'beside it': fastSeconds.toFixed(1),
        refused: 0,
      });
      await Promise.all([slow.close(), fast.close()]);
    });

    test('trap 7: a creation that meets a 500 is sent once; a 429 of either policy waits as long as it says and goes out again', async () => {
      const account = await openPortal();
      const contact = account.portal.create('contacts', {}).id;
      const actions = account.connect(now()).actions;
      const written = vi.spyOn(console, 'error');
      plant(account, { kind: 'status', status: 500, path: TASKS, times: 100 });
      await expect(actions?.perform(taskFor(contact))).rejects.toMatchObject({ code: 'unknown-outcome' });
      expect(postsOf(account)).toBe(1);
      expect(account.portal.ids('tasks')).toEqual([]);

      account.kernel.log.clear();
      account.kernel.faults.clear();
      const waits: number[] = [];
      for (const policyName of ['SECONDLY', 'TEN_SECONDLY_ROLLING']) {
        plant(account, {
          kind: 'status',
          status: 429,
          path: TASKS,
          headers: { 'retry-after': '2' },
          body: { status: 'error', message: 'limit', policyName },
        });
        waits.push(await secondsOf(async () => actions?.perform(taskFor(contact, `sp-trap-${policyName.length}`))));
      }
      expect(postsOf(account)).toBe(4);
      expect(account.portal.ids('tasks').length).toBe(2);
      for (const seconds of waits) expect(seconds).toBeGreaterThanOrEqual(2);
      expect(written).not.toHaveBeenCalled();

      account.kernel.log.clear();
      plant(account, { kind: 'status', status: 500, path: TASKS, times: 100 });
      written.mockImplementation(() => undefined);
      const creation = { properties: { hs_timestamp: '2026-12-01T00:00:00Z' }, associations: [] };
      await expect(
        sdk(account, { numberOfApiCallRetries: 3 }).crm.objects.tasks.basicApi.create(creation),
      ).rejects.toThrow();
      const byTheSdk = postsOf(account);
      expect(byTheSdk).toBe(3);
      expect(written).toHaveBeenCalled();
      written.mockRestore();
      measured('trap 7', {
        'sendings of a creation': 1,
        'by the SDK': byTheSdk,
        'seconds waited': waits.map((s) => s.toFixed(1)).join(' and '),
      });
      await account.close();
    });

    test('trap 8: a 404 is an error, a batch that went well in part is told row by row, and a list is read a page at a time', async () => {
      const account = await openPortal();
      populate(account, 1_050);
      const path = '/crm/objects/2026-09/contacts/999';
      expect((await sdk(account).apiRequest({ method: 'GET', path })).status).toBe(404);
      const call = account.client().call({ method: 'GET', path, reply: z.object({ id: z.string() }) });
      await expect(call).rejects.toMatchObject({ code: 'vendor', status: 404 });

      const connector = account.connect(now());
      await connector.fields?.provision([VALUE], { dryRun: false });
      const ids = account.portal.ids('contacts').slice(0, 100);
      const bad = ids[40] ?? '';
      plant(account, { kind: 'partial-batch', ids: [bad], times: 1_000 });
      const results = await connector.scores?.write(ids.map((id, index) => scoreOf(id, index)));
      expect(account.kernel.log.since(0).some(({ status }) => status === 207)).toBe(true);
      expect(results?.map(({ status }) => status === 'written')).toEqual(ids.map((id) => id !== bad));
      const shown = ids.map((id) => account.portal.find('contacts', id)?.properties['staypower_clv_12m']);
      expect(shown).toEqual(ids.map((id, index) => (id === bad ? undefined : String(index))));

      const { pages } = await pullAll(connector, 'contacts');
      expect(Math.max(...pages.map(({ records }) => records.length))).toBe(100);
      expect(pages.flatMap(({ records }) => records).length).toBe(1_050);
      measured('trap 8', { 'written of a 207': 99, pages: pages.length });
      await account.close();
    });

    test('trap 9: signatures that the SDK finds valid, of a timestamp that is none, of tomorrow and of yesterday, open nothing', async () => {
      const secret = 'a-client-secret';
      const server = await serveWebhooks([
        { vendor: 'hubspot', connectionId: 'hubspot', verifier: hubspotVerifier([secret]) },
      ]);
      const url = `${server.url}/webhooks/hubspot/hubspot`;
      const body = JSON.stringify([{ eventId: 1, subscriptionType: 'contact.creation', objectId: 7, portalId: 1 }]);
      const deliver = async (timestamp: string) => {
        const signature = createHmac('sha256', secret).update(`POST${url}${body}${timestamp}`).digest('base64');
        const headers = { 'x-hubspot-signature-v3': signature, 'x-hubspot-request-timestamp': timestamp };
        const { status } = await fetch(url, { method: 'POST', headers, body });
        // Its types want a number, which no header is.
        const signed = { signature, timestamp: timestamp as unknown as number };
        const options = {
          ...signed,
          clientSecret: secret,
          signatureVersion: 'v3',
          method: 'POST',
          url,
          requestBody: body,
        };
        return { status, byTheSdk: attempt(() => Signature.isValid(options)) };
      };
      const at = (ms: number) => String(Date.now() + ms);
      expect(await deliver('soon')).toEqual({ status: 401, byTheSdk: true });
      expect(await deliver(at(24 * 3_600_000))).toEqual({ status: 401, byTheSdk: true });
      // An exception instead of "no": whoever does not catch it answers 500, and is called again.
      expect(await deliver(at(-24 * 3_600_000))).toEqual({ status: 401, byTheSdk: 'throws' });
      expect(server.stored.size).toBe(0);
      expect(await deliver(at(0))).toEqual({ status: 200, byTheSdk: true });
      expect(server.stored.size).toBe(1);
      measured('trap 9', { refused: 3, 'of these valid by the SDK': 2, taken: 1 });
      await server.close();
    });

    test('trap 10: 10,401 contacts of one modification time come in by search, each once, and the search ends', async () => {
      const account = await openPortal();
      const clock = clockAt('2026-06-01T10:00:00.000Z');
      const connector = account.connect(clock);
      const { cursor } = await pullAll(connector, 'contacts');
      for (let index = 0; index < 10_401; index += 1)
        account.portal.create('contacts', {}, { at: '2026-06-01T11:00:00.000Z' });
      account.kernel.log.clear();
      clock.set('2026-06-01T12:00:00.000Z');
      const { records } = await pullAll(connector, 'contacts', cursor);
      expect(records.length).toBe(10_401);
      expect(new Set(records.map(({ externalId }) => externalId)).size).toBe(10_401);
      const searches = account.kernel.log.since(0).filter(({ path }) => path.endsWith('/search'));
      expect(searches.length).toBe(53);
      // 207: none of them has a company.
      expect(account.statuses()).toEqual([200, 207]);
      measured('trap 10', { contacts: 10_401, searches: searches.length, doubled: 0 });
      await account.close();
    });

    test("trap 11: our own writes are no news, neither by search nor by webhook, and another's rule stops one row alone", async () => {
      const arena = await startArena({
        world: generateWorld({ seed: 37, customers: 120, asOf: AS_OF }),
        connections: [{ vendor: 'hubspot', settings: { appId: OUR_APP_ID } }],
        sandbox: { hubspotBurstPer10s: 100_000, hubspotSearchPerSecond: 100_000 },
      });
      const idsOf = async (operation: 'write' | 'search') =>
        (await arena.requests()).flatMap(({ note }) =>
          note.operation === operation && note.object === 'contacts' ? (note.ids ?? []) : [],
        );
      await arena.cycle({ steps: ['pull', 'identify', 'features', 'train', 'score'] });
      const [ruled] = await arena.open.workspace.database.query<{ external_id: string }>(
        'select external_id from customer_records where desired is not null order by external_id limit 1',
      );
      await arena.plant('hubspot', { kind: 'bad-row', ids: [ruled?.external_id ?? ''], times: 1_000 });
      const first = await arena.cycle({ steps: ['write-back'] });
      expect(first).toMatchObject({ rejected: 1, unavailable: [] });
      expect(first.recordsWritten).toBeGreaterThan(50);
      expect(await arena.open.workspace.database.query('select external_id, code, remedy from quarantine')).toEqual([
        { external_id: ruled?.external_id, code: 'CONDITIONAL_REQUIRED', remedy: expect.stringContaining('rule') },
      ]);
      const written = (await idsOf('write')).filter((id) => id !== ruled?.external_id);
      await arena.forget();
      const second = await arena.cycle();
      const found = await idsOf('search');
      // The search brings every record that we wrote: its modification time moved.
      expect(found).toEqual(expect.arrayContaining(written));
      expect(second).toMatchObject({ pulled: 0, recordsWritten: 0 });

      const { inbound } = arena.open.workspace.connectors[0] ?? {};
      const echo = { subscriptionType: 'contact.propertyChange', objectId: Number(found[0]), propertyName: 'email' };
      const delivery = (payload: Record<string, string | number>) => ({
        payload,
        receivedAt: new Date().toISOString(),
      });
      const ours = { ...echo, changeSource: 'INTEGRATION', sourceId: OUR_APP_ID };
      const ownField = { ...echo, propertyName: 'staypower_clv_12m', changeSource: 'CRM_UI' };
      await arena.forget();
      expect(await inbound?.read([delivery(ours), delivery(ownField)])).toEqual({ records: [], rejected: [] });
      expect(await arena.requests()).toEqual([]);
      const theirs = await inbound?.read([delivery({ ...echo, changeSource: 'INTEGRATION', sourceId: '1' })]);
      expect(theirs?.records.length).toBeGreaterThan(0);
      measured('trap 11', { 'found by search': found.length, pulled: 0, written: 0, 'stopped by a rule': 1 });
      await arena.close();
    });
  });
}

const VALUE = { name: 'clv_12m', label: 'Value', description: 'Value.', type: { type: 'number', scale: 2 } } as const;

function populate({ portal }: TestPortal, contacts: number): void {
  for (let index = 0; index < contacts; index += 1) portal.create('contacts', {});
}

function sdk(account: TestPortal, options: Record<string, unknown> = {}): Client {
  return new Client({ accessToken: 'pat-sandbox-test', basePath: account.url, ...options });
}

function plant({ kernel }: TestPortal, fault: Partial<Fault> & Pick<Fault, 'kind'>): void {
  kernel.faults.add({ vendor: 'hubspot', times: 1, after: 0, ...fault });
}

const postsOf = ({ kernel }: TestPortal) =>
  kernel.log.since(0).filter(({ method, path }) => method === 'POST' && path.endsWith('/tasks')).length;

const scoreOf = (externalId: string, value: number): WriteRow => ({
  recordKind: 'contact',
  externalId,
  parentExternalId: null,
  values: { clv_12m: value },
});

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1_000;
}

function attempt<T>(work: () => T): T | 'throws' {
  try {
    return work();
  } catch {
    return 'throws';
  }
}
