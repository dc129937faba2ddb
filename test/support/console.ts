import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { calendarDay } from '../../core/domain/calendar-day.ts';
import type { Role } from '../../core/domain/roles.ts';
import { cycle } from '../../core/pipeline/cycle.ts';
import { AT_RISK_AND_VALUABLE } from '../../core/playbooks/schema.ts';
import type { Database } from '../../core/ports/database.ts';
import { keepCallUsage } from '../../core/store/call-usage.ts';
import { quarantine } from '../../core/store/quarantine.ts';
import type { Server } from '../../webhooks/server.ts';
import { serveApi } from './api-server.ts';
import { recordsOf, simulateBook } from './book.ts';
import { fakeClock } from './clock.ts';
import { fakeConnector } from './fake-connector.ts';
import { contact, order } from './records.ts';
import { openTempStore } from './store.ts';

/** What `npm run build:console` made. */
export const CONSOLE_FOLDER = resolve(import.meta.dirname, '../../console/dist');
/** The system's browser; playwright-core brings none. */
export const CHROMIUM = '/usr/bin/chromium';

/** Without a sandbox, which containers lack, and without calls of its own. */
export const BROWSER_ARGUMENTS: readonly string[] = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Why the console cannot be looked at here; null where it can. */
export function whyNoBrowser(): string | null {
  if (!existsSync(CHROMIUM)) return `there is no browser at ${CHROMIUM}`;
  if (!existsSync(join(CONSOLE_FOLDER, 'index.html'))) return 'the console is not built: npm run build:console';
  return null;
}

/** A server with the console over a book. */
export interface ServedConsole {
  server: Server;
  database: Database;
  /** A session's cookie for each role. */
  cookies: Readonly<Record<Role, string>>;
  /** Of "admin@people.example", who made the first account. */
  adminPassword: string;
  /** One who is shown all there is to show; "" in an empty book. */
  activeCustomer: string;
  close(): Promise<void>;
}

const ADMIN_PASSWORD = 'a long password';
const AS_OF = calendarDay('2026-06-01');
const LATER = calendarDay('2026-06-20');

/** A simulated book of some customers, scored twice so that some have moved, with a rejected record and calls used. */
export async function fillBook(database: Database, customers: number): Promise<void> {
  const clock = clockOfBook();
  const crm = fakeConnector();
  crm.feed(
    ...recordsOf(simulateBook({ seed: 7, customers, asOf: AS_OF })),
    // What rules of data quality find: two sales that are kept out, one of them for good, and a contact that is told of.
    contact('tester', { name: 'Test User', emails: ['tester@people.example'] }),
    order('year-2062', 'tester', '2062-05-01', '40.00'),
    order('year-2063', 'tester', '2063-05-01', '41.00'),
    order('below', 'tester', '2026-05-02', '-40.00'),
  );
  const workspace = {
    name: 'test',
    database,
    connectors: [crm],
    playbooks: [AT_RISK_AND_VALUABLE],
    timeZone: 'UTC',
    currency: 'USD',
    clock,
  };
  await cycle(workspace, { asOf: AS_OF });
  await cycle(workspace, { asOf: LATER });
  await quarantine(database, {
    connectionId: 'crm',
    stage: 'pull',
    kind: 'contact',
    externalId: '1017',
    code: 'data',
    message: 'birthdate: expected a day, found text',
    remedy: 'Correct the field on the record; it is read again when it changes.',
    payload: null,
    at: clock.now(),
  });
  await keepCallUsage(database, 'crm', {
    used: 1_200,
    limit: 250_000,
    at: clock.now().toISOString(),
    resetsAt: null,
  });
}

function clockOfBook() {
  return fakeClock('2026-06-20T09:00:00.000Z');
}

/**
 * Serves the console over a store, with one account for each role.
 *
 * @param book the folder of a closed store, of which a copy is served, or the size of a book to be made
 */
export async function serveConsole(book: { folder: string } | { customers: number }): Promise<ServedConsole> {
  const store = await openTempStore('test', 'folder' in book ? book.folder : null);
  const clock = clockOfBook();
  const { database } = store;
  if ('customers' in book && book.customers > 0) await fillBook(database, book.customers);
  const folder = await mkdtemp(join(tmpdir(), 'staypower-console-'));
  const configFile = join(folder, 'staypower.yaml');
  await writeFile(configFile, 'currency: USD\n');
  const { server, accounts } = await serveApi(database, {
    clock,
    today: LATER,
    consoleFolder: CONSOLE_FOLDER,
    configFile,
  });
  const setupToken = (await accounts.newSetupToken()) ?? '';
  const admin = await accounts.setUp({ setupToken, name: 'admin@people.example', password: ADMIN_PASSWORD });
  const cookieOf = async (role: Role) => {
    const name = `${role}-too@people.example`;
    const { password } = await accounts.addUser({ name, role, by: 'test' });
    return (await accounts.signIn({ name, password }))?.token ?? '';
  };
  const [active] = await database.query<{ customer_id: string }>(
    `select customer_id from scores where lifecycle = 'active' order by priority desc, customer_id limit 1`,
  );
  return {
    server,
    database,
    adminPassword: ADMIN_PASSWORD,
    activeCustomer: active?.customer_id ?? '',
    cookies: { admin: admin?.token ?? '', rep: await cookieOf('rep'), viewer: await cookieOf('viewer') },
    close: async () => {
      await server.close();
      await store.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
