import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { seededRandom } from '../../core/math/random.ts';
import type { Database } from '../../core/ports/database.ts';
import { openStore } from '../../core/store/open.ts';
import { crowd, type Org, startOrg } from '../integration/salesforce-org.ts';
import { type PostgresServer, startPostgres } from '../support/postgres.ts';

const WORKSPACE = `follow_${process.pid}`;
const CHANGES = 600;
const KILLS = 12;
const SEED = 20;

let server: PostgresServer;
let database: Database | null = null;
let org: Org;
const children = new Set<ChildProcess>();

beforeAll(async () => {
  server = await startPostgres();
  org = await startOrg(crowd(8));
  await org.control('change-data-capture', { objects: ['Contact'] });
});

afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  if (database) {
    await database.query(`drop schema if exists ${database.schema} cascade`);
    await database.close();
  }
  await org.close();
  if ('stop' in server) await server.stop();
});

async function follower(url: string, dieAfter: number | null): Promise<ChildProcess> {
  const child = fork(new URL('./follow-child.ts', import.meta.url), {
    env: {
      ...process.env,
      DATABASE_URL: url,
      WORKSPACE,
      SALESFORCE_URL: org.url,
      PUBSUB_URL: org.pubSubUrl,
      DIE_AFTER: dieAfter === null ? '' : String(dieAfter),
    },
    stdio: 'inherit',
  });
  children.add(child);
  child.once('exit', () => children.delete(child));
  await Promise.race([once(child, 'message'), once(child, 'exit')]);
  return child;
}

async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

it(`of ${CHANGES} changes each is in the inbox once, in order, though followers are killed ${KILLS} times and streams are cut`, async ({
  skip,
}) => {
  if ('missing' in server) return skip(server.missing);
  const { url } = server;
  const store = await openStore({ databaseUrl: url, folder: '', workspace: WORKSPACE });
  database = store;
  const random = seededRandom(SEED);
  const contacts = (await org.soql('SELECT Id FROM Contact ORDER BY Id')).map((record) => String(record['Id']));
  const arrived = async () =>
    (
      await store.query<{ about: string }>(
        `select payload->>'recordId' as about from inbox where connection_id = 'salesforce' order by seq`,
      )
    ).map(({ about }) => about);
  const positioned = async () => (await store.query('select 1 from subscription_positions')).length > 0;

  // The first position: before it, what changes is a pull's.
  const [warm = '', ...changing] = contacts;
  let child = await follower(url, null);
  for (let attempt = 0; !(await positioned()); attempt++) {
    await org.change('Contact', warm, { Title: `${attempt}` });
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const changed: string[] = [];
  const every = Math.floor(CHANGES / (KILLS + 1));
  let kills = 0;
  for (let i = 0; i < CHANGES; i++) {
    const id = changing[Math.floor(random.next() * changing.length)] ?? '';
    await org.change('Contact', id, { Title: `change ${i}` });
    changed.push(id);
    if (i % 100 === 50) await org.control('cut-subscriptions', {});
    if (i % every === every - 1 && kills < KILLS) {
      await killed(child);
      kills += 1;
      // Every other one dies between the commit of the events and that of their position.
      child = await follower(url, kills % 2 === 0 ? null : 1 + Math.floor(random.next() * 3));
    }
  }
  for (const end = Date.now() + 60_000; Date.now() < end; ) {
    if ((await arrived()).filter((about) => about !== warm).length >= CHANGES) break;
    if (child.signalCode !== null) child = await follower(url, null);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  // Whatever might come twice has come by then.
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  await killed(child);
  expect(kills).toBe(KILLS);
  expect((await arrived()).filter((about) => about !== warm)).toEqual(changed);
});
