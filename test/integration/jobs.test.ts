import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { calendarDay } from '../../core/domain/calendar-day.ts';
import { AuthError } from '../../core/domain/errors.ts';
import { type JobRunner, workJobs } from '../../core/pipeline/work-jobs.ts';
import type { Job } from '../../core/ports/jobs.ts';
import { beginJob, createJobs } from '../../core/store/jobs.ts';
import { endHold, holdIfNew } from '../../core/store/new-workspace.ts';
import { pause, readPause, resume } from '../../core/store/pause.ts';
import { serveApi } from '../support/api-server.ts';
import { fakeClock } from '../support/clock.ts';
import { emptyTables, openTempStore, type TempStore } from '../support/store.ts';

const clock = fakeClock('2026-06-01T12:00:00.000Z');
const silent = () => undefined;
const logger = { debug: silent, info: silent, warn: silent, error: silent };
let store: TempStore;

beforeAll(async () => {
  store = await openTempStore();
});
afterAll(() => store.close());
beforeEach(() => emptyTables(store.database));

/** Waits until a job has ended, as it tells by itself. */
async function ended(jobId: number): Promise<Job> {
  const jobs = createJobs(store.database, { clock });
  const { promise, resolve } = Promise.withResolvers<Job>();
  const look = async () => {
    const job = await jobs.get(jobId);
    if (job?.endedAt) resolve(job);
  };
  const unlisten = await jobs.listen(() => void look());
  await look();
  const job = await promise;
  await unlisten();
  return job;
}

describe('a job', () => {
  test('is done by whoever works, tells how far it is, and keeps what came of it', async () => {
    const jobs = createJobs(store.database, { clock });
    const seen: (string | undefined)[] = [];
    const run: JobRunner = async (request, { by, onProgress }) => {
      onProgress({ step: 'pull', detail: 'crm contacts', done: 3, total: 10 });
      // As long as it takes until somebody saw it.
      while (!seen.includes('pull')) await new Promise((resolve) => setTimeout(resolve, 20));
      return { connections: [], asked: `${request.kind} by ${by}` };
    };
    const unlisten = await jobs.listen(async () => {
      for (const job of await jobs.latest()) seen.push(job.progress?.step);
    });
    const work = await workJobs(store.database, run, { clock, logger });
    const { jobId, state } = await jobs.start({ kind: 'check' }, { by: 'user:1' });
    expect(state).toBe('waiting');
    expect(await ended(jobId)).toMatchObject({
      state: 'done',
      result: { asked: 'check by user:1' },
      progress: null,
      requestedBy: 'user:1',
    });
    await unlisten();
    await work.stop();
  });

  test('that fails says what to do, and a fault of ours tells nothing of its message', async () => {
    const jobs = createJobs(store.database, { clock });
    const faults = [
      new AuthError('The key is refused.', { revoked: true, remedy: 'Make a new key.' }),
      new Error('ada@example.com'),
    ];
    const work = await workJobs(
      store.database,
      async () => {
        throw faults.shift();
      },
      { clock, logger },
    );
    const refused = await ended((await jobs.start({ kind: 'check' }, { by: 'a' })).jobId);
    expect(refused).toMatchObject({
      state: 'failed',
      problem: { message: 'The key is refused.', remedy: 'Make a new key.' },
    });
    const broken = await ended((await jobs.start({ kind: 'first-load' }, { by: 'a' })).jobId);
    expect(broken.state).toBe('failed');
    expect(JSON.stringify(broken)).not.toContain('ada@example.com');
    await work.stop();
  });

  test('whose process died is begun again, and given up when that goes on', async () => {
    const { database } = store;
    const jobs = createJobs(database, { clock });
    const { jobId } = await jobs.start({ kind: 'first-load' }, { by: 'a' });
    for (let times = 0; times < 3; times += 1)
      expect(await beginJob(database, clock.now().toISOString())).toMatchObject({ jobId });
    expect(await beginJob(database, clock.now().toISOString())).toBeNull();
    expect(await jobs.get(jobId)).toMatchObject({
      state: 'failed',
      problem: { message: expect.stringContaining('3 times') },
    });
  });

  test('that waits already is not asked for twice, and one at a time is done', async () => {
    const { database } = store;
    const jobs = createJobs(database, { clock });
    const first = await jobs.start({ kind: 'look', connectionId: 'crm' }, { by: 'a' });
    expect((await jobs.start({ kind: 'look', connectionId: 'crm' }, { by: 'b' })).jobId).toBe(first.jobId);
    await jobs.start({ kind: 'look', connectionId: 'other' }, { by: 'b' });
    let under = 0;
    let most = 0;
    const run: JobRunner = async () => {
      under += 1;
      most = Math.max(most, under);
      await new Promise((resolve) => setTimeout(resolve, 5));
      under -= 1;
      return {};
    };
    const workers = await Promise.all([1, 2, 3].map(() => workJobs(database, run, { clock, logger })));
    for (const { jobId } of await jobs.latest()) await ended(jobId);
    for (const worker of workers) await worker.stop();
    expect(most).toBe(1);
  });

  test('of an erasure keeps nothing that tells whose it was', async () => {
    const { database } = store;
    const jobs = createJobs(database, { clock });
    const customerId = '3f2a6f7e-2f7e-4a0e-9d2f-0b1c2d3e4f50';
    const { jobId } = await jobs.start({ kind: 'erase', customerId }, { by: 'user:1' });
    const work = await workJobs(database, async () => ({ erasureId: 'e', isComplete: true }), { clock, logger });
    await ended(jobId);
    await work.stop();
    const rows = await database.query('select * from jobs');
    expect(JSON.stringify(rows)).not.toContain(customerId);
    const log = await database.query<{ action: string }>('select action, detail from audit_log');
    expect(log.map(({ action }) => action)).toEqual(['job.erase']);
    expect(JSON.stringify(log)).not.toContain(customerId);
  });
});

describe('a new workspace', () => {
  test('is held until its first load, and never again once somebody let it go on', async () => {
    const { database } = store;
    expect(await holdIfNew(database, { clock })).toBe(true);
    expect(await holdIfNew(database, { clock })).toBe(true);
    expect(await readPause(database)).toMatchObject({ held: 'before-first-load' });
    await resume(database, { by: 'a', at: clock.now().toISOString() });
    expect(await holdIfNew(database, { clock })).toBe(false);
    expect(await readPause(database)).toBeNull();
  });

  test('stays held through a pause and its first load, and lets go when it is turned on', async () => {
    const { database } = store;
    const at = clock.now().toISOString();
    await holdIfNew(database, { clock });
    await pause(database, { reason: 'wait', by: 'a', since: at });
    expect(await readPause(database)).toMatchObject({ reason: 'wait', held: 'before-first-load' });
    await endHold(database, { by: 'a', at });
    expect(await readPause(database)).toMatchObject({ held: 'in-shadow' });
    await resume(database, { by: 'a', at });
    await pause(database, { reason: 'again', by: 'a', since: at });
    expect(await readPause(database)).toEqual({ reason: 'again', by: 'a', since: at });
  });

  test('that was read already is not held', async () => {
    await store.database.query(
      `insert into cursors (connection_id, stream, cursor) values ('crm', 'contacts', '{}'::jsonb)`,
    );
    expect(await holdIfNew(store.database, { clock })).toBe(false);
  });
});

describe('jobs over HTTP', () => {
  const today = calendarDay('2026-06-01');

  test('are for admins alone, refuse what is none, and stream as they go on', async () => {
    const { database } = store;
    const { server, token, api, accounts } = await serveApi(database, { clock, today });
    const call = (method: string, path: string, body?: unknown, key = token) =>
      fetch(`${server.url}/v1${path}`, {
        method,
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
    const { key } = await accounts.addKey({ label: 'rep', role: 'rep', by: 'test' });
    for (const [method, path, body] of [
      ['POST', '/jobs', { kind: 'check' }],
      ['GET', '/jobs', undefined],
      ['GET', '/jobs/stream', undefined],
      ['GET', '/setup', undefined],
      ['GET', '/secrets', undefined],
      ['POST', '/people/find', { who: 'ada@example.com' }],
      ['GET', '/erasures', undefined],
    ] as const) {
      expect({ path, status: (await call(method, path, body, key)).status }).toEqual({ path, status: 403 });
    }
    expect((await call('POST', '/jobs', { kind: 'reboot' })).status).toBe(400);
    expect((await call('POST', '/jobs', { kind: 'erase', customerId: 'ada@example.com' })).status).toBe(400);
    expect((await call('GET', '/jobs/1')).status).toBe(404);
    const { jobId } = (await (await call('POST', '/jobs', { kind: 'provision', dryRun: true })).json()) as Job;
    const stream = await call('GET', '/jobs/stream');
    const reader = (stream.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream()).getReader();
    const readUntil = async (wanted: RegExp) => {
      for (let text = ''; ; ) {
        const { value, done } = await reader.read();
        text += value ?? '';
        if (wanted.test(text)) return text;
        if (done) throw new Error(`the stream ended before ${wanted}: ${text}`);
      }
    };
    await readUntil(/"state":"waiting"/);
    const work = await workJobs(database, async () => ({ connections: [] }), { clock, logger });
    await readUntil(/"state":"done"/);
    expect(await (await call('GET', `/jobs/${jobId}`)).json()).toMatchObject({
      state: 'done',
      kind: 'provision',
      dryRun: true,
    });
    await work.stop();
    await reader.cancel();
    await api.close();
    await server.close();
  });

  test('secrets are named and counted, and never shown', async () => {
    const { server, token, api } = await serveApi(store.database, { clock, today });
    const response = await fetch(`${server.url}/v1/secrets`, { headers: { authorization: `Bearer ${token}` } });
    const text = await response.text();
    const { connections, encryption } = JSON.parse(text);
    const of = (variable: string) =>
      connections[0].secrets.find((each: { variable: string }) => each.variable === variable);
    expect(of('HUBSPOT_ACCESS_TOKEN')).toMatchObject({ live: 1, rotates: false, needed: true });
    expect(of('HUBSPOT_CLIENT_SECRET')).toMatchObject({ live: 2, rotates: true });
    expect(of('HUBSPOT_CLIENT_ID')).toMatchObject({ live: 0 });
    expect(encryption).toEqual({ keyId: null, keys: 0, sealed: 0, sealedByOther: 0 });
    expect(text).not.toMatch(/a-token|new-secret|old-secret/);
    const sealed = await fetch(`${server.url}/v1/secrets/seal-anew`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
    });
    expect(sealed.status).toBe(409);
    expect(await sealed.text()).toContain('openssl rand');
    await api.close();
    await server.close();
  });
});
