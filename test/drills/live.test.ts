import { type ChildProcess, spawn } from 'node:child_process';
import { createHmac, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../config/load.ts';
import { openWorkspace } from '../../config/wiring.ts';
import { dayOf } from '../../core/domain/calendar-day.ts';
import { seededRandom } from '../../core/math/random.ts';
import { cycle } from '../../core/pipeline/cycle.ts';
import type { Database } from '../../core/ports/database.ts';
import { openStore } from '../../core/store/open.ts';
import { startSandbox } from '../../sandbox/index.ts';
import type { LoggedRequest, Sandbox } from '../../sandbox/kernel/types.ts';
import { generateWorld } from '../../sandbox/seed/generate.ts';
import { cleanEnvironment, staypower } from '../support/command.ts';
import { startOwnPostgres } from '../support/postgres.ts';
import { sandboxEnvironment } from '../support/sandbox-environment.ts';
import { startReceiver, type WebhookReceiver } from '../support/webhook-receiver.ts';
import { eventStream, type StreamMessage } from './event-stream.ts';

/**
 * The product as it is run in production: `serve --no-worker`, two `worker`s, PostgreSQL, and vendors that lose replies. Workers are
 * killed (SIGKILL), the database is restarted; what is in the store at the end must be what a batch says of the same facts, and what
 * reached the vendors must have reached them once. EVENTS=1000000 for the long form, 2000 at the least.
 */
const EVENTS = Number(process.env['EVENTS'] ?? 50_000);
const KILLS = 20;
const DATABASE_RESTARTS = 2;
const WORKERS = 2;
const MESSAGES_PER_POST = 20;
const POSTS_AT_A_TIME = 4;
const SECRETS = { shared: 'drill-shared-secret', header: 'drill-header-secret' };
const today = dayOf(new Date().toISOString(), 'UTC');
/** Some hundreds of events each: a customer's own history is what an event costs. */
const world = generateWorld({ seed: 8, customers: Math.max(150, Math.ceil(EVENTS / 300)), asOf: today });
const logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: console.error };

let postgres: Awaited<ReturnType<typeof startOwnPostgres>>;
let sandbox: Sandbox;
let receiver: WebhookReceiver;
let database: Database;
let env: Record<string, string>;
const home = mkdtempSync(join(tmpdir(), 'staypower-live-drill-'));
const children = new Set<ChildProcess>();

/** Starts a command that runs until it is told to stop; resolves with its first line of JSON. */
async function start(args: readonly string[]): Promise<{ child: ChildProcess; url: string }> {
  const main = join(import.meta.dirname, '../../cli/main.ts');
  const child = spawn(process.execPath, [main, ...args, '--json'], {
    cwd: home,
    env: cleanEnvironment({ STAYPOWER_HOME: home, LOG_LEVEL: 'silent', ...env }),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.add(child);
  const line = await new Promise<string>((resolve, reject) => {
    child.stdout?.once('data', (chunk: Buffer) => resolve(chunk.toString()));
    child.once('exit', (code) => reject(new Error(`${args[0]} ended with exit code ${code} before it had begun.`)));
  });
  return { child, url: (JSON.parse(line) as { url: string }).url };
}

async function command(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await staypower(args, { home, env });
  if (code !== 0) throw new Error(`staypower ${args.join(' ')} ended with exit code ${code}: ${stderr}`);
  return stdout;
}

async function kill(child: ChildProcess, signal: NodeJS.Signals): Promise<{ code: number | null; tookMs: number }> {
  const started = performance.now();
  const exit = new Promise<number | null>((resolve) => child.once('exit', resolve));
  child.kill(signal);
  const code = await exit;
  children.delete(child);
  return { code, tookMs: performance.now() - started };
}

beforeAll(async () => {
  postgres = await startOwnPostgres();
  if ('missing' in postgres) return;
  sandbox = await startSandbox({ stateDir: null, seed: 8 }, world);
  receiver = await startReceiver();
  env = {
    ...sandboxEnvironment(sandbox),
    DATABASE_URL: postgres.url,
    STAYPOWER_KEY: randomBytes(32).toString('base64'),
    SEGMENT_WEBHOOK_SECRET: SECRETS.shared,
    SEGMENT_WEBHOOK_HEADER_SECRET: SECRETS.header,
  };
  writeFileSync(
    join(home, 'staypower.yaml'),
    JSON.stringify({
      workspace: 'drill',
      connections: [{ vendor: 'segment' }, { vendor: 'hubspot' }],
      outbound: { allowLoopback: true },
      // A wide cell, so that a small book opens tasks.
      playbooks: [
        {
          name: 'drill',
          when: { valueBand: ['high', 'medium'] },
          tasksPerOwnerPerDay: 1_000,
          task: { subject: 'Keep {name}', body: '{reasons}' },
        },
      ],
    }),
  );
  await command('provision');
  await command('run');
  await command('webhook', 'add', receiver.url);
  database = await openStore({ databaseUrl: postgres.url, folder: '', workspace: 'drill' });
}, 300_000);

afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await database?.close();
  if (!('missing' in postgres)) {
    await receiver.close();
    await sandbox.close();
    await postgres.stop();
  }
  rmSync(home, { recursive: true, force: true });
});

/** Sends messages as Segment does: signed, and again until they are taken. Returns how often they were not. */
async function post(url: string, messages: readonly StreamMessage[]): Promise<number> {
  const body = JSON.stringify(messages);
  const signature = createHmac('sha1', SECRETS.shared).update(JSON.stringify(messages[0])).digest('hex');
  for (let refused = 0; ; refused += 1) {
    const status = await fetch(`${url}/webhooks/segment/segment`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-signature': signature, 'x-staypower-secret': SECRETS.header },
      body,
    }).then(
      async (response) => {
        await response.arrayBuffer();
        return response.status;
      },
      () => 0,
    );
    if (status >= 200 && status < 300) return refused;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function loseReplies(times: number): Promise<void> {
  for (const [path, method] of [
    ['/tasks$', 'POST'],
    ['/batch/update', 'POST'],
  ]) {
    await fetch(`${sandbox.urls.hubspot}/_sandbox/faults`, {
      method: 'POST',
      body: JSON.stringify({ vendor: 'hubspot', method, path, kind: 'lost-reply', times }),
    });
  }
}

/** What is still to be done, by name. */
async function waiting(): Promise<Record<string, number>> {
  const [row] = await database.query<Record<string, number>>(
    `select (select count(*)::int from inbox where not drained) as inbox,
            (select count(*)::int from source_records where pending and kind <> 'account') as pending,
            (select count(*)::int from customers where dirty) as dirty,
            (select count(*)::int from customer_stats where unscored) as unscored,
            (select count(*)::int from playbook_runs where state = 'queued') as queued,
            (select count(*)::int from customer_records where desired is not null and connection_id = 'hubspot') as writes,
            (select count(*)::int from outbox where state in ('waiting', 'started')) as actions,
            (select count(*)::int from webhook_deliveries where state = 'waiting') as webhooks`,
  );
  return row ?? {};
}

describe('live under fire', () => {
  it(`${EVENTS} events come to what a batch says, and reach the vendors once, though workers die and the database restarts`, async ({
    skip,
  }) => {
    if ('missing' in postgres) return skip(postgres.missing);
    const { restart } = postgres;
    const random = seededRandom(9);
    const userIds = world.people
      .filter(({ systems }) => systems.includes('segment') && systems.includes('hubspot'))
      .map(({ id }) => `user-${id}`);
    expect(userIds.length).toBeGreaterThan(30);
    const stream = eventStream({ seed: 10, events: EVENTS, userIds, until: Date.now() });
    for (const fault of Array.from({ length: 2_000 }, () => random.next())) {
      receiver.reactions.push(fault < 0.1 ? 'lose-reply' : 'take');
    }
    const server = await start(['serve', '--no-worker', '--port', '0']);
    const workers = await Promise.all(Array.from({ length: WORKERS }, () => start(['worker'])));

    const posts = Array.from({ length: Math.ceil(stream.messages.length / MESSAGES_PER_POST) }, (_, index) =>
      stream.messages.slice(index * MESSAGES_PER_POST, (index + 1) * MESSAGES_PER_POST),
    );
    const due = (done: number, times: number) => Math.floor((posts.length * done) / (times + 1));
    let kills = 0;
    let restarts = 0;
    for (let at = 0; at < posts.length; at += POSTS_AT_A_TIME) {
      await Promise.all(posts.slice(at, at + POSTS_AT_A_TIME).map((each) => post(server.url, each)));
      if (kills < KILLS && at >= due(kills + 1, KILLS)) {
        kills += 1;
        await loseReplies(1);
        const victim = workers.shift();
        if (victim) await kill(victim.child, 'SIGKILL');
        workers.push(await start(['worker']));
      }
      if (restarts < DATABASE_RESTARTS && at >= due(restarts + 1, DATABASE_RESTARTS)) {
        restarts += 1;
        await restart();
      }
    }
    expect({ kills, restarts }).toEqual({ kills: KILLS, restarts: DATABASE_RESTARTS });

    for (let calm = 0; calm < 3; ) {
      const left = Object.values(await waiting().catch(() => ({ store: 1 }))).reduce((sum, each) => sum + each, 0);
      calm = left === 0 ? calm + 1 : 0;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    for (const { child } of [...workers, server]) {
      const { code, tookMs } = await kill(child, 'SIGTERM');
      expect(code).toBe(0);
      expect(tookMs).toBeLessThan(10_000);
    }

    // Every order once, with its amount; every refund once.
    const landed = await database.query<{ reference: string; cents: bigint }>(
      `select order_reference as reference, amount_minor as cents from transactions
       where transaction_kind = 'order' and order_reference like 'DRILL-%'`,
    );
    expect(landed).toHaveLength(stream.orders.size);
    expect(new Map(landed.map(({ reference, cents }) => [reference, Number(cents)]))).toEqual(stream.orders);
    const refunds = await database.query(
      `select 1 as one from transactions where transaction_kind = 'refund' and external_id like '%drill-%'`,
    );
    expect(refunds).toHaveLength(stream.refunds.size);

    // A batch over the same facts gives the same statistics and scores.
    const scores = () =>
      database.query(
        `select s.customer_id, t.stats, s.score - 'change' - 'asOf' as score from scores s
         join customer_stats t on t.customer_id = s.customer_id order by 1`,
      );
    const byLive = await scores();
    await database.query('update customers set dirty = true');
    const config = await loadConfig(join(home, 'staypower.yaml'), env);
    const open = await openWorkspace(
      config,
      { env, home, clock: { now: () => new Date() }, logger },
      { withConnectors: true },
    );
    await cycle(open.workspace, { asOf: today, steps: ['features', 'score'] });
    await open.close();
    expect(byLive.length).toBeGreaterThan(userIds.length - 1);
    expect(await scores()).toEqual(byLive);

    // Each task once at the CRM, and each message once at the receiver.
    const log = (await (await fetch(`${sandbox.urls.hubspot}/_sandbox/requests`)).json()) as LoggedRequest[];
    const tasks = log
      .filter((entry) => entry.method === 'POST' && entry.note.operation === 'action')
      .map((entry) => {
        const { associations } = JSON.parse(entry.requestBody) as { associations?: { to: { id: string } }[] };
        return associations?.[0]?.to.id;
      });
    const done = await database.query(`select 1 as one from outbox where state = 'done'`);
    expect(tasks.length).toBeGreaterThan(0);
    expect(new Set(tasks).size).toBe(tasks.length);
    expect(tasks).toHaveLength(done.length);
    const told = await database.query<{ id: string; body: string }>(
      `select e.event_id as id, e.body from outbound_events e
       join webhook_deliveries d on d.customer_id = e.customer_id and d.event_id = e.event_id`,
    );
    expect(told.length).toBeGreaterThan(0);
    expect(new Map(receiver.taken.map(({ id, body }) => [id, body]))).toEqual(
      new Map(told.map(({ id, body }) => [id, body])),
    );
    expect(new Set(receiver.calls.map(({ headers, body }) => `${headers['webhook-id']} ${body}`)).size).toBe(
      told.length,
    );
  }, 14_400_000);
});
