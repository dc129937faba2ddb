import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import jsforce from 'jsforce';
import { describe, expect, test } from 'vitest';
import { API_VERSION } from '../../../connectors/salesforce/api-versions.ts';
import { VendorError } from '../../../core/domain/errors.ts';
import type { WriteRow } from '../../../core/domain/fields.ts';
import { ALL_KINDS, crowd, facets, type Org, pull, SECRETS, startOrg } from '../../integration/salesforce-org.ts';
import { grantHouse, readOnce, startVendors } from '../../support/grants.ts';
import { openTempStore } from '../../support/store.ts';
import { measured } from '../arena.ts';
import { taskFor } from './task.ts';

const ROOT = resolve(import.meta.dirname, '../../..');

/** Traps 1 to 5: what jsforce 3.10 does by itself, shown where it is quick, and that nothing of it reaches us. */
export function salesforceTraps(): void {
  describe('Salesforce by jsforce', () => {
    test('trap 1: a Bulk result of several pages ends a process that reads it by jsforce; ours has every row, from any chunk on', async () => {
      const org = await startOrg(crowd(900));
      await org.settings({ bulkPageRows: 300, queryPageRows: 100 });
      const byJsforce = await endOf(READ_BY_JSFORCE, { URL: org.url, TOKEN: await accessTokenOf(org) });
      expect(byJsforce.code).not.toBe(0);
      expect(byJsforce.stderr).toContain('ERR_STREAM_WRITE_AFTER_END');

      const settings = { bulkReadRows: 100 };
      await org.forget();
      const whole = await pull(org.connect({ settings }), 'contacts');
      expect(new Set(whole.records.map(({ externalId }) => externalId)).size).toBe(900);
      const results = (await org.requests()).filter(({ path }) => /jobs\/query\/.*\/results$/.test(path));
      expect(results.length).toBe(3);
      // Another process goes on from each cursor that a store could hold: with what came before, it has them all.
      for (const [index, page] of whole.pages.slice(0, -1).entries()) {
        const before = whole.pages.slice(0, index + 1).flatMap(({ records }) => records);
        const rest = await pull(org.connect({ settings }), 'contacts', JSON.parse(JSON.stringify(page.cursor)));
        expect(new Set([...before, ...rest.records].map(({ externalId }) => externalId)).size).toBe(900);
      }
      measured('trap 1', { rows: 900, pages: 3, 'exit code of jsforce': String(byJsforce.code) });
      await org.close();
    });

    test('trap 2: a refused session is renewed once and no more, rotated tokens are kept, calls that come together share one renewal', async () => {
      const [sandbox, store] = await Promise.all([startVendors(), openTempStore()]);
      const house = grantHouse(sandbox, store.database);
      await house.connect('salesforce');
      const connector = house.connector('salesforce');
      await readOnce(connector);
      await house.control('salesforce', 'salesforce/expire-sessions');
      await Promise.all(Array.from({ length: 20 }, () => readOnce(connector)));
      expect((await house.refreshes('salesforce')).map(({ status }) => status)).toEqual([200]);
      // The first refresh token was spent by that: only the rotated one brings another session.
      await house.control('salesforce', 'salesforce/expire-sessions');
      await readOnce(house.connector('salesforce'));
      expect((await house.refreshes('salesforce')).map(({ status }) => status)).toEqual([200, 200]);

      const dataCalls = async () =>
        (await house.requests('salesforce')).filter(({ path }) => path.startsWith('/services/data/'));
      await house.control('salesforce', 'faults', {
        vendor: 'salesforce',
        kind: 'expired-token',
        path: '/services/data/',
        times: 1_000,
      });
      const before = (await dataCalls()).length;
      await expect(readOnce(connector)).rejects.toThrow(/access token|session/i);
      const ours = (await dataCalls()).length - before;
      expect(ours).toBe(2);
      const theirs = await refusalsTakenByJsforce(sandbox.urls.salesforce);
      expect(theirs).toBe(MOST_REFRESHES);
      measured('trap 2', { 'tries of ours': ours, 'of jsforce until it was stopped': theirs, renewals: 2 });
      await Promise.all([sandbox.close(), store.close()]);
    });

    test('trap 3: a failing read is sent five times and a failing write once: nobody repeats beside us', async () => {
      const org = await startOrg(crowd(3));
      const connector = org.connect();
      const [contact] = await contactIdsOf(org, 1);
      await pull(connector, 'contacts');
      await org.plant({ kind: 'status', status: 500, path: '/query', times: 1_000 });
      await org.forget();
      await expect(pull(connector, 'contacts')).rejects.toThrow(VendorError);
      const reads = (await org.requests()).filter(({ path }) => path.includes('/query')).length;
      expect(reads).toBe(5);
      await fetch(`${org.url}/_sandbox/faults`, { method: 'DELETE' });
      await org.plant({ kind: 'status', status: 500, path: '/sobjects/Task', method: 'POST', times: 1_000 });
      await org.forget();
      await expect(facets(connector).actions.perform(taskFor(contact ?? ''))).rejects.toMatchObject({
        code: 'unknown-outcome',
      });
      const creations = (await org.requests()).filter(({ path }) => path.endsWith('/sobjects/Task')).length;
      expect(creations).toBe(1);
      measured('trap 3', { 'sendings of a read': reads, 'of what creates': creations });
      await org.close();
    });

    test('trap 4: 10,001 rows are not cut at 10,000, every call names one version, and a Bulk job may take longer than 30 seconds', async () => {
      const org = await startOrg(crowd(10_001));
      const { records } = await pull(org.connect(), 'contacts');
      expect(new Set(records.map(({ externalId }) => externalId)).size).toBe(10_001);
      const versions = (await org.requests()).flatMap(
        ({ path }) => /\/services\/data\/v([\d.]+)\//.exec(path)?.[1] ?? [],
      );
      expect([...new Set(versions)]).toEqual([API_VERSION]);

      await org.plant({
        kind: 'status',
        status: 200,
        method: 'GET',
        path: '/jobs/query/[^/]+$',
        body: { id: '750000000000001', state: 'InProgress' },
        times: 8,
      });
      const started = performance.now();
      const bulk = await pull(org.connect({ settings: { bulkReadRows: 100 } }), 'contacts');
      const seconds = (performance.now() - started) / 1_000;
      expect(new Set(bulk.records.map(({ externalId }) => externalId)).size).toBe(10_001);
      expect(seconds).toBeGreaterThan(30);
      measured('trap 4', { rows: 10_001, version: API_VERSION, 'seconds of the Bulk job': seconds.toFixed(0) });
      await org.close();
    });

    test('trap 5: of 450 rows in calls of 200, answered 200 with a fault inside, the one is rejected and 449 are written', async () => {
      const org = await startOrg(crowd(450));
      const { scores, fields } = facets(org.connect());
      await fields.provision(ALL_KINDS, { dryRun: false });
      const ids = await contactIdsOf(org, 450);
      const bad = ids[250] ?? '';
      await org.plant({ kind: 'bad-row', ids: [bad], times: 1_000 });
      await org.forget();
      const results = await scores.write(ids.map((id, index) => scoreOf(id, index)));
      expect(results.map(({ status }) => status)).toEqual(ids.map((id) => (id === bad ? 'rejected' : 'written')));
      const writes = (await org.requests()).filter(({ path }) => path.includes('/composite/sobjects'));
      expect(writes.map(({ status }) => status)).toEqual([200, 200, 200]);
      expect(Math.max(...writes.map(({ requestBody }) => recordsIn(requestBody)))).toBe(200);
      const stored = await org.soql('SELECT Id, Staypower_Clv_12m__c FROM Contact');
      const shown = new Map(stored.map((record) => [String(record['Id']), record['Staypower_Clv_12m__c']]));
      expect(ids.map((id) => shown.get(id))).toEqual(ids.map((id, index) => (id === bad ? null : index)));
      // jsforce itself resolves: only who looks into each row knows.
      const connection = await jsforceOn(org);
      const rows = [ids[0], bad].map((Id) => ({ Id: Id ?? '', LastName: 'X' }));
      const resolved = await connection.sobject('Contact').update(rows, { allOrNone: false });
      expect(resolved.map(({ success }) => success)).toEqual([true, false]);
      measured('trap 5', { written: 449, rejected: 1, calls: writes.length });
      await org.close();
    });
  });
}

/** Times that jsforce may ask for another session before the drill ends it. */
const MOST_REFRESHES = 8;

/** How often jsforce asks for a new session while each is refused: for ever, were it not stopped. */
async function refusalsTakenByJsforce(instanceUrl: string): Promise<number> {
  let refreshes = 0;
  const connection = new jsforce.Connection({
    instanceUrl,
    accessToken: 'refused-0',
    version: API_VERSION,
    refreshFn: (_connection, done) => {
      refreshes += 1;
      if (refreshes === MOST_REFRESHES) done(new Error('stopped by the drill'));
      else done(null, `refused-${refreshes}`);
    },
  });
  await expect(connection.query('SELECT Id FROM Contact').then(() => null)).rejects.toThrow('stopped by the drill');
  return refreshes;
}

const READ_BY_JSFORCE = `
  import jsforce from 'jsforce';
  const { URL: instanceUrl, TOKEN: accessToken } = process.env;
  const connection = new jsforce.Connection({ instanceUrl, accessToken, version: '${API_VERSION}' });
  const rows = await connection.bulk2.query('SELECT Id FROM Contact', { pollInterval: 50, pollTimeout: 30000 });
  let read = 0;
  for await (const row of rows) if (row.Id) read += 1;
  console.log(read);
`;

function endOf(script: string, env: Record<string, string>): Promise<{ code: number | null; stderr: string }> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  return new Promise((done) => child.once('close', (code) => done({ code, stderr })));
}

async function accessTokenOf(org: Org): Promise<string> {
  const { clientId, clientSecret } = SECRETS;
  const grant = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret };
  const reply = await fetch(`${org.url}/services/oauth2/token`, { method: 'POST', body: new URLSearchParams(grant) });
  return ((await reply.json()) as { access_token: string }).access_token;
}

async function jsforceOn(org: Org) {
  return new jsforce.Connection({
    instanceUrl: org.url,
    accessToken: await accessTokenOf(org),
    version: API_VERSION,
  });
}

const contactIdsOf = async (org: Org, count: number) =>
  (await org.soql(`SELECT Id FROM Contact ORDER BY Id LIMIT ${count}`)).map((record) => String(record['Id']));
const recordsIn = (body: string) => (JSON.parse(body) as { records: unknown[] }).records.length;
const scoreOf = (externalId: string, value: number): WriteRow => ({
  recordKind: 'contact',
  externalId,
  parentExternalId: null,
  values: { clv_12m: value },
});
