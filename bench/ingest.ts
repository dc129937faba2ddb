import { type ChildProcess, spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { table } from '../cli/output.ts';
import { openStore } from '../core/store/open.ts';
import { cleanEnvironment } from '../test/support/command.ts';
import { startPostgres } from '../test/support/postgres.ts';
import { sandboxProcess } from './sandbox-process.ts';

const SECRET = 'bench-client-secret';
/** HubSpot sends up to 100 events at a time, ten requests at a time. */
const EVENTS_PER_REQUEST = 100;
const REQUESTS_AT_A_TIME = 10;
/** By turns, so that whatever else the machine does meets both alike. */
const TURNS = ['bare', 'ours', 'ours', 'bare', 'bare', 'ours', 'ours', 'bare'] as const;
const SECONDS_A_TURN = 2;
const WORKERS = [1, 2, 4];

/**
 * Signed HubSpot deliveries a second that `serve` takes, each on disk in PostgreSQL before its 2xx, beside a bare handler that verifies
 * them and keeps nothing; measured by turns in one run, while 1, 2 and 4 workers read what came. DATABASE_URL, or a server of its own.
 */
export async function benchIngest(args: readonly string[]): Promise<void> {
  const postgres = await startPostgres({ durable: true });
  if ('missing' in postgres) {
    console.log(`ingest: skipped, ${postgres.missing}`);
    return;
  }
  const home = await mkdtemp(join(tmpdir(), 'staypower-bench-'));
  const workspace = `bench_ingest_${process.pid}`;
  const sandbox = await sandboxProcess(home, ['--customers', '100']);
  const children = new Set<ChildProcess>();
  const start = async (file: string, own: readonly string[]) => {
    const child = spawn(process.execPath, [join(import.meta.dirname, file), ...own], {
      cwd: home,
      env: cleanEnvironment({
        ...sandbox.env,
        STAYPOWER_HOME: home,
        DATABASE_URL: postgres.url,
        HUBSPOT_CLIENT_SECRET: SECRET,
        SECRET,
        LOG_LEVEL: 'error',
      }),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.add(child);
    const line = await new Promise<string>((resolve, reject) => {
      child.once('exit', (code) => reject(new Error(`${file} ${own.join(' ')} ended with exit code ${code}.`)));
      createInterface({ input: child.stdout }).once('line', resolve);
    });
    return { child, url: (JSON.parse(line) as { url: string }).url };
  };
  try {
    await writeFile(
      join(home, 'staypower.yaml'),
      JSON.stringify({ workspace, connections: [{ vendor: 'hubspot' }], playbooks: [] }),
    );
    const server = await start('../cli/main.ts', ['serve', '--no-worker', '--port', '0', '--json']);
    const bare = await start('bare-verifier.ts', []);
    const rows: { workers: number; ours: number; bare: number; share: number }[] = [];
    let running = 0;
    for (const workers of WORKERS) {
      for (; running < workers; running += 1) await start('../cli/main.ts', ['worker', '--json']);
      const figure = { ours: 0, bare: 0 };
      for (const turn of TURNS) {
        figure[turn] += await requestsPerSecond(turn === 'ours' ? server.url : bare.url, SECONDS_A_TURN);
      }
      const turns = TURNS.length / 2;
      const [ours, yardstick] = [Math.round(figure.ours / turns), Math.round(figure.bare / turns)];
      rows.push({ workers, ours, bare: yardstick, share: Math.round((100 * ours) / yardstick) / 100 });
    }
    if (args.includes('--json')) console.log(JSON.stringify({ eventsPerRequest: EVENTS_PER_REQUEST, rows }));
    else {
      console.log(`\nSigned HubSpot deliveries of ${EVENTS_PER_REQUEST} events, on disk before the answer`);
      console.log(
        table(
          ['workers', 'requests/s', 'bare handler', 'share', 'events/s'],
          rows.map(({ workers, ours, bare: other, share }) => [workers, ours, other, share, ours * EVENTS_PER_REQUEST]),
        ),
      );
    }
  } finally {
    for (const child of children) child.kill('SIGKILL');
    const database = await openStore({ databaseUrl: postgres.url, folder: '', workspace });
    await database.query(`drop schema ${database.schema} cascade`);
    await database.close();
    await sandbox.stop();
    await postgres.stop();
    await rm(home, { recursive: true, force: true });
  }
}

let nextEvent = 1;

/** One delivery of changes to contacts, no event like another. */
function delivery(): Buffer {
  const events = Array.from({ length: EVENTS_PER_REQUEST }, () => {
    nextEvent += 1;
    return {
      eventId: nextEvent,
      subscriptionId: 1,
      portalId: 1,
      appId: 1,
      occurredAt: Date.now(),
      subscriptionType: 'contact.propertyChange',
      attemptNumber: 0,
      objectId: nextEvent % 100_000,
      propertyName: 'lifecyclestage',
      propertyValue: `v${nextEvent}`,
      changeSource: 'CRM_UI',
    };
  });
  return Buffer.from(JSON.stringify(events));
}

/** How many deliveries are taken a second with so many on their way at a time. */
async function requestsPerSecond(url: string, seconds: number): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: REQUESTS_AT_A_TIME });
  const target = `${url}/webhooks/hubspot/hubspot`;
  const until = performance.now() + seconds * 1_000;
  let taken = 0;
  const send = async () => {
    while (performance.now() < until) {
      const body = delivery();
      const timestamp = String(Date.now());
      const signature = createHmac('sha256', SECRET)
        .update(`POST${target}`)
        .update(body)
        .update(timestamp)
        .digest('base64');
      const headers = {
        'content-type': 'application/json',
        'content-length': body.length,
        'x-hubspot-signature-v3': signature,
        'x-hubspot-request-timestamp': timestamp,
      };
      const status = await new Promise<number>((resolve, reject) => {
        request(target, { method: 'POST', agent, headers }, (response) => {
          response.resume().once('end', () => resolve(response.statusCode ?? 0));
        })
          .once('error', reject)
          .end(body);
      });
      if (status === 429) throw new Error('The inbox is full: the workers were left behind. Take fewer seconds.');
      if (status !== 200) throw new Error(`${url} answered ${status}.`);
      taken += 1;
    }
  };
  await Promise.all(Array.from({ length: REQUESTS_AT_A_TIME }, send));
  agent.destroy();
  return taken / seconds;
}
