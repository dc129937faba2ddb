import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { workspaceEnvironment } from '../../config/workspaces.ts';
import { calendarDay } from '../../core/domain/calendar-day.ts';
import { cycle } from '../../core/pipeline/cycle.ts';
import { erase, finishErasures } from '../../core/pipeline/erase.ts';
import type { Database } from '../../core/ports/database.ts';
import { findCustomer } from '../../core/store/find-customer.ts';
import { openStore, openWhole, type StoreLocation } from '../../core/store/open.ts';
import { dropWorkspace, listWorkspaces } from '../../core/store/workspaces.ts';
import { fakeClock } from '../support/clock.ts';
import { staypower } from '../support/command.ts';
import { fakeConnector } from '../support/fake-connector.ts';
import { type PostgresServer, startPostgres } from '../support/postgres.ts';
import { contact, order } from '../support/records.ts';

const root = mkdtempSync(join(tmpdir(), 'staypower-workspaces-'));
const clock = fakeClock('2026-06-01T12:00:00.000Z');
const AS_OF = calendarDay('2026-06-01');
let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(async () => {
  if ('url' in server) await server.stop();
  rmSync(root, { recursive: true, force: true });
});

/** Apart from other runs on the same server. */
const named = (name: string) => `iso${process.pid}_${name}`;

async function fill(location: StoreLocation, email: string) {
  const database = await openStore(location);
  const crm = fakeConnector();
  crm.feed(contact('1', { emails: [email] }), order('o1', '1', '2026-03-01', '10.00'));
  const workspace = {
    name: location.workspace,
    database,
    connectors: [crm],
    playbooks: [],
    timeZone: 'UTC',
    currency: 'USD',
    clock,
  };
  await cycle(workspace, { asOf: AS_OF });
  return { database, workspace, crm };
}

const customers = async (database: Database) =>
  (await database.query<{ customer_id: string }>('select customer_id from customers')).map((row) => row.customer_id);

describe.each(['PGlite', 'PostgreSQL'])('two workspaces in one %s', (engine) => {
  it('share no customer, no tombstone and no end: the same records stay apart', async ({ skip }) => {
    if (engine === 'PostgreSQL' && 'missing' in server) skip(server.missing);
    const place = {
      databaseUrl: engine === 'PostgreSQL' && 'url' in server ? server.url : null,
      folder: join(root, engine),
    };
    const at = (name: string): StoreLocation => ({ ...place, workspace: named(name) });
    // The embedded store is one process's and one opening's at a time.
    const first = await fill(at('one'), 'ada@people.example');
    const [ada] = await customers(first.database);
    await erase(first.database, { customerId: ada ?? '' }, { workspace: named('one'), clock, requestedBy: 'operator' });
    await finishErasures(first.database, { workspace: named('one'), connectors: [first.crm], clock });
    expect(await customers(first.database)).toEqual([]);
    await first.database.close();

    // Erased there, a customer here, under another id, from the same record.
    const second = await fill(at('two'), 'ada@people.example');
    expect(await findCustomer(second.database, 'ada@people.example')).not.toBeNull();
    expect(await customers(second.database)).not.toContain(ada);
    await second.database.close();

    const whole = await openWhole(place);
    const ours = async () =>
      (await listWorkspaces(whole))
        .filter(({ name }) => name.startsWith(named('')))
        .map(({ name, customers }) => [name, customers]);
    expect(await ours()).toEqual([
      [named('one'), 0],
      [named('two'), 1],
    ]);
    await dropWorkspace(whole, { name: named('one') });
    expect(await ours()).toEqual([[named('two'), 1]]);
    await whole.close();
    const again = await openStore(at('two'));
    expect(await customers(again)).toHaveLength(1);
    await again.close();
    if (engine === 'PostgreSQL') {
      const end = await openWhole(place);
      await dropWorkspace(end, { name: named('two') });
      await end.close();
    }
  });
});

describe('the secrets of a workspace', () => {
  it('are its own: those of the default and of others are not there', () => {
    const env = {
      HUBSPOT_ACCESS_TOKEN: 'default',
      ACME__HUBSPOT_ACCESS_TOKEN: 'acme',
      OTHER__SEGMENT_WRITE_KEY: 'other',
      SEGMENT_WRITE_KEY: 'default',
      STAYPOWER_KEY: 'shared',
      ACME__DATABASE_URL: 'postgres://acme',
      DATABASE_URL: 'postgres://shared',
      PATH: '/bin',
    };
    expect(workspaceEnvironment(env, 'acme')).toEqual({
      STAYPOWER_KEY: 'shared',
      DATABASE_URL: 'postgres://acme',
      HUBSPOT_ACCESS_TOKEN: 'acme',
    });
    expect(workspaceEnvironment(env, 'nobody')).toEqual({ STAYPOWER_KEY: 'shared', DATABASE_URL: 'postgres://shared' });
  });
});

describe('the command', () => {
  it('refuses bad names, what is there and what is not; makes, lists and drops', async () => {
    const home = mkdtempSync(join(root, 'home-'));
    const run = async (...args: string[]) => {
      const { code, stdout } = await staypower(['workspace', ...args, '--json'], {
        home,
        env: { HUBSPOT_ACCESS_TOKEN: 'of the default' },
      });
      return { code, json: JSON.parse(stdout) };
    };
    expect((await run('create', 'Not-A-Name')).json.error.code).toBe('config');
    expect((await run('create', 'acme', '--connect', 'hubspot')).json.environmentPrefix).toBe('ACME__');
    expect((await run('create', 'acme')).json.error.message).toContain('a workspace that is not there yet');
    // Its connection wants a secret of its own and does not take the default's.
    const check = await staypower(['check', '--workspace', 'acme', '--json'], {
      home,
      env: { HUBSPOT_ACCESS_TOKEN: 'of the default' },
    });
    expect(JSON.parse(check.stdout).error.problems[0].path).toBe('HUBSPOT_ACCESS_TOKEN');
    expect((await run('delete', 'other', '--yes')).json.error.code).toBe('data');
    expect((await run('delete', 'acme')).json.dryRun).toBe(true);
    expect((await run('list')).json.workspaces).toEqual([{ name: 'acme', customers: 0, carriers: 0 }]);
    expect((await run('delete', 'acme', '--yes')).json).toEqual({ dryRun: false, workspace: 'acme', customers: 0 });
  }, 120_000);
});
