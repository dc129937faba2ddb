import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CalendarDay, calendarDay } from '../../core/domain/calendar-day.ts';
import { cycle } from '../../core/pipeline/cycle.ts';
import type { Database } from '../../core/ports/database.ts';
import { backup, restore } from '../../core/store/backup.ts';
import { openStore } from '../../core/store/open.ts';
import { fakeClock } from '../support/clock.ts';
import { fakeConnector } from '../support/fake-connector.ts';
import { type PostgresServer, startPostgres } from '../support/postgres.ts';
import { contact, order } from '../support/records.ts';
import { openTempStore, type TempStore } from '../support/store.ts';

const folder = mkdtempSync(join(tmpdir(), 'staypower-backup-'));
const file = join(folder, 'book.jsonl.gz');
const asOf: CalendarDay = calendarDay('2026-03-01');
const clock = fakeClock('2026-03-01T08:00:00Z');
let store: TempStore;
let server: PostgresServer;

const crm = () => {
  const connector = fakeConnector('crm');
  for (let index = 0; index < 40; index += 1) {
    connector.feed(contact(`c${index}`, { emails: [`c${index}@people.example`] }));
    for (let week = 0; week <= index % 5; week += 1) {
      connector.feed(
        order(
          `o${index}-${week}`,
          `c${index}`,
          `2025-${String((week % 12) + 1).padStart(2, '0')}-10`,
          `${10 + index}.50`,
        ),
      );
    }
  }
  return connector;
};

beforeAll(async () => {
  store = await openTempStore();
  server = await startPostgres();
  await cycle(workspaceOf(store.database, crm()), { asOf });
  await backup(store.database, file);
}, 120_000);
afterAll(async () => {
  await store.close();
  if ('url' in server) await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

function workspaceOf(database: Database, connector: ReturnType<typeof fakeConnector>) {
  return { name: 'test', database, connectors: [connector], playbooks: [], timeZone: 'UTC', currency: 'USD', clock };
}

/** Every row of every table, as text. */
async function contents(database: Database): Promise<Record<string, readonly string[]>> {
  const tables = await database.query<{ name: string }>(
    'select tablename as name from pg_tables where schemaname = current_schema() order by 1',
  );
  const all: Record<string, readonly string[]> = {};
  for (const { name } of tables) {
    const rows = await database.query<{ row: string }>(`select to_jsonb(t)::text as row from ${name} t`);
    all[name] = rows.map(({ row }) => row).sort();
  }
  return all;
}

describe('a backup', () => {
  test('restored into PostgreSQL and back is the same book, which a next cycle leaves alone', async ({ skip }) => {
    if ('missing' in server) return skip(server.missing);
    const postgres = await openStore({ databaseUrl: server.url, folder, workspace: 'restored' });
    await restore(postgres, file);
    expect(await contents(postgres)).toEqual(await contents(store.database));
    const again = join(folder, 'again.jsonl.gz');
    await backup(postgres, again);
    const back = await openTempStore();
    await restore(back.database, again);
    expect(await contents(back.database)).toEqual(await contents(store.database));
    const report = await cycle(workspaceOf(back.database, crm()), { asOf });
    expect(report).toMatchObject({ pulled: 0, recordsWritten: 0, fieldsWritten: 0, rejected: 0 });
    await postgres.close();
    await back.close();
  });

  test('is restored whole although its turn in the store comes late', async () => {
    const { database, close } = await openTempStore();
    const late: Database = {
      ...database,
      transaction: async (work) => {
        await new Promise((resolve) => setTimeout(resolve, 300));
        return database.transaction(work);
      },
    };
    await restore(late, file);
    expect(await contents(database)).toEqual(await contents(store.database));
    await close();
  });

  test('goes into an empty workspace only', async () => {
    await expect(restore(store.database, file)).rejects.toThrow(/not empty/);
  });

  test('is refused whole when it is damaged, is something else, or comes from a newer version', async () => {
    const empty = await openTempStore();
    const lines = gunzipSync(readFileSync(file)).toString().trimEnd().split('\n');
    const header = JSON.parse(lines[0] ?? '');
    const cases: Record<string, { bytes: Buffer; message: RegExp }> = {
      'cut.gz': { bytes: readFileSync(file).subarray(0, 2_000), message: /cannot be restored/ },
      'text.gz': { bytes: Buffer.from('not a backup'), message: /cannot be restored/ },
      'other.gz': { bytes: gzipSync('{"some":"json"}\n'), message: /first line/ },
      'empty.gz': { bytes: gzipSync(''), message: /empty/ },
      'newer.gz': {
        bytes: gzipSync(
          [
            JSON.stringify({ ...header, migrations: [...header.migrations, { number: 99, name: 'later', hash: '' }] }),
            ...lines.slice(1),
          ].join('\n'),
        ),
        message: /migration 99 \(later\)/,
      },
      'table.gz': {
        bytes: gzipSync([lines[0], '{"table":"pg_user","rows":[{}]}'].join('\n')),
        message: /unknown table/,
      },
    };
    const before = await contents(empty.database);
    for (const [name, { bytes, message }] of Object.entries(cases)) {
      writeFileSync(join(folder, name), bytes);
      await expect(restore(empty.database, join(folder, name)), name).rejects.toThrow(message);
      expect(await contents(empty.database), name).toEqual(before);
    }
    await expect(restore(empty.database, join(folder, 'absent.gz'))).rejects.toThrow(/ENOENT/);
    await empty.close();
  });

  test('leaves no half-written file when it fails', async () => {
    await expect(backup(store.database, join(folder, 'no-such-folder', 'b.gz'))).rejects.toThrow();
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
  });
});
