import { randomBytes } from 'node:crypto';
import { copyFile, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { calendarDay } from '../../core/domain/calendar-day.ts';
import { InboxFullError, StoreError } from '../../core/domain/errors.ts';
import { exchangeRates } from '../../core/domain/exchange-rates.ts';
import type { DeletionRecord, SourceRecord } from '../../core/domain/records.ts';
import type { Database } from '../../core/ports/database.ts';
import type { DeliveryForm, DeliveryReaders, Inbox } from '../../core/ports/inbox.ts';
import { attribute } from '../../core/store/attribution.ts';
import { readBacklog } from '../../core/store/backlog.ts';
import { drainInbox } from '../../core/store/drain.ts';
import { customerIdOf, identify } from '../../core/store/identity.ts';
import { createInbox, INBOX_CHANNEL } from '../../core/store/inbox.ts';
import { land, readCursor } from '../../core/store/landing.ts';
import { MIGRATIONS_FOLDER, migrate } from '../../core/store/migrate.ts';
import { createOutcomes } from '../../core/store/outcomes.ts';
import { createQueries } from '../../core/store/queries.ts';
import { reconvert } from '../../core/store/reconvert.ts';
import { replayQuarantine } from '../../core/store/replay.ts';
import { takeAllApart } from '../../core/store/take-apart.ts';
import { undoJoin } from '../../core/store/undo-join.ts';
import { type PendingWrite, pendingWrites, settleWrites } from '../../core/store/write-back.ts';
import { fakeClock } from '../support/clock.ts';
import { contact, deletion, event, order } from '../support/records.ts';
import { emptyTables } from '../support/store.ts';

/** How the suite gets at a store. */
export interface StoreUnderTest {
  /** Opens a workspace, brought up to date; a workspace once opened keeps what is in it. */
  open(workspace: string, migrationsFolder?: string): Promise<Database>;
  /** Removes everything that was opened. */
  close(): Promise<void>;
}

/**
 * What holds of every store: the promises of core/ports/database.ts, and the product's own SQL over it. `setup` is called once; the
 * tables are emptied before each test. With `missing` the suite is skipped, saying so.
 */
export function testStore(name: string, setup: () => Promise<StoreUnderTest | { missing: string }>): void {
  describe(`${name} as a store`, () => {
    const clock = fakeClock('2026-06-01T12:00:00.000Z');
    const now = () => clock.now();
    let under: StoreUnderTest | null = null;
    let missing: string | null = null;
    let database: Database;

    beforeAll(async () => {
      const given = await setup();
      if ('missing' in given) {
        missing = given.missing;
        return;
      }
      under = given;
      database = await given.open('suite');
    });
    afterAll(async () => {
      await database?.close();
      await under?.close();
    });
    beforeEach(async ({ skip }) => {
      if (missing !== null) skip(missing);
      clock.set('2026-06-01T12:00:00.000Z');
      await emptyTables(database);
    });
    const store = () => {
      if (!under) throw new Error('the store is missing');
      return under;
    };

    const landAll = (connectionId: string, records: readonly SourceRecord[]) =>
      land(database, { connectionId, records, rejected: [], cursor: null, now: now() });
    const resolve = async () => {
      await identify(database, { workspace: 'test', now });
      await attribute(database, { timeZone: 'UTC', rates: exchangeRates('USD', []), now });
    };
    const id = (connectionId: string, externalId: string) => customerIdOf('test', { connectionId, externalId });
    /** Who each contact is, by "connection/external id". */
    const customers = async () =>
      Object.fromEntries(
        (
          await database.query<{ key: string; resolved_to: string }>(
            `select connection_id || '/' || external_id as key, resolved_to from source_records where kind = 'contact' order by 1`,
          )
        ).map((row) => [row.key, row.resolved_to]),
      );
    const owners = async (table: 'transactions' | 'events') =>
      Object.fromEntries(
        (
          await database.query<{ external_id: string; customer_id: string }>(
            `select external_id, customer_id from ${table} order by 1`,
          )
        ).map((row) => [row.external_id, row.customer_id]),
      );
    const quarantined = () =>
      database.query<{ stage: string; kind: string; external_id: string; message: string }>(
        'select stage, kind, external_id, message from quarantine order by 1, 2, 3',
      );

    describe('values', () => {
      it('come back in JavaScript’s types as the port promises', async () => {
        const [row] = await database.query(
          `select 9007199254740993::int8 as big, 7::int4 as small, 0.5::float8 as real, 12.30::numeric(10, 2) as amount,
             '2026-02-28'::date as day, '2026-03-01T01:30:00.123+02:00'::timestamptz as at, '{"a": [1, null, "x"]}'::jsonb as doc,
             true as yes, array['a', 'b,"c"']::text[] as list, null::text as nothing`,
        );
        expect(row).toEqual({
          big: 9007199254740993n,
          small: 7,
          real: 0.5,
          amount: '12.30',
          day: '2026-02-28',
          at: '2026-02-28T23:30:00.123Z',
          doc: { a: [1, null, 'x'] },
          yes: true,
          list: ['a', 'b,"c"'],
          nothing: null,
        });
      });

      it('go in as they came out', async () => {
        const values = {
          big: -9007199254740993n,
          small: 0,
          real: -1.5e-300,
          amount: '-12.30',
          day: '1997-09-30',
          at: '2026-02-28T23:30:00.123Z',
          yes: false,
          list: ['', 'ü "quoted"', '{braces}', 'null'],
        };
        const [row] = await database.query(
          `select $1::int8 as big, $2::int4 as small, $3::float8 as real, $4::numeric(10, 2) as amount, $5::date as day,
             $6::timestamptz as at, $7::bool as yes, $8::text[] as list`,
          Object.values(values),
        );
        expect(row).toEqual(values);
      });

      it('keep every character of a text and of JSON', async () => {
        const text = `'";\\ $1 \n\t ünï 😀`;
        const [row] = await database.query('select $1::text as text, $2::jsonb as doc', [
          text,
          JSON.stringify({ text }),
        ]);
        expect(row).toEqual({ text, doc: { text } });
      });

      it('travel in arrays with nulls among them', async () => {
        const rows = await database.query(
          'select * from unnest($1::int8[], $2::date[], $3::float8[], $4::bool[], $5::uuid[]) as u(a, b, c, d, e)',
          [
            [1n, null],
            [null, '2026-01-02'],
            [0, null],
            [false, null],
            [null, '00000000-0000-4000-8000-000000000001'],
          ],
        );
        expect(rows).toEqual([
          { a: 1n, b: null, c: 0, d: false, e: null },
          { a: null, b: '2026-01-02', c: null, d: null, e: '00000000-0000-4000-8000-000000000001' },
        ]);
      });

      it('are the same after the way there and back, whatever they are and however long', async () => {
        // PostgreSQL's text has no character zero; what is no Unicode is none.
        const text = fc.string({ unit: 'binary' }).map((each) => each.replaceAll('\0', '').toWellFormed());
        const values = fc.record({
          text: fc.oneof(
            text,
            fc.nat(300_000).map((length) => 'ü'.repeat(length)),
          ),
          list: fc.array(fc.option(text)),
          bytes: fc.uint8Array({ maxLength: 100_000, size: 'max' }).map((each) => Buffer.from(each)),
          doc: fc.jsonValue().map((each) => JSON.parse(JSON.stringify(each).replaceAll('\\u0000', '').toWellFormed())),
        });
        await fc.assert(
          fc.asyncProperty(values, async ({ text, list, bytes, doc }) => {
            const [row] = await database.query<{ bytes: Uint8Array }>(
              'select $1::text as text, $2::text[] as list, $3::bytea as bytes, $4::jsonb as doc',
              [text, list, bytes, JSON.stringify(doc)],
            );
            // JSON knows no negative zero.
            expect({ ...row, bytes: null }).toEqual({ text, list, bytes: null, doc: JSON.parse(JSON.stringify(doc)) });
            expect(bytes.equals(row?.bytes ?? Buffer.alloc(0))).toBe(true);
          }),
          { numRuns: 60 },
        );
      });
    });

    it('says with which code and constraint a statement failed', async () => {
      await database.query("insert into settings (name, value) values ('n', '1')");
      await expect(database.query("insert into settings (name, value) values ('n', '2')")).rejects.toMatchObject({
        code: '23505',
        constraint: 'settings_pkey',
      });
    });

    it('answers one statement any number of times: with other values, over other cursors, and after a table has other columns', async () => {
      for (let at = 0; at < 250; at += 1) {
        expect(await database.query('select $1::int as one, $2::text[] as many', [at, [`${at}`, 'b']])).toEqual([
          { one: at, many: [`${at}`, 'b'] },
        ]);
      }
      for (const selected of ['1 as one', "'x' as other, 2 as two"]) {
        await database.transaction(async (sql) => {
          await sql.query(`declare some_rows cursor for select ${selected}`);
          const rows = await sql.query('fetch 5 from some_rows');
          expect(Object.keys(rows[0] ?? {}).toSorted()).toEqual(selected.includes('one') ? ['one'] : ['other', 'two']);
        });
      }
      await database.query('create table changing (a int4)');
      await database.query('insert into changing values (1)');
      for (const wanted of [{ a: 1 }, { a: 1 }]) {
        expect(await database.query('select * from changing')).toEqual([wanted]);
      }
      await database.query('alter table changing add column b int4 default 2');
      await database.query('select * from changing').catch(() => undefined);
      expect(await database.query('select * from changing')).toEqual([{ a: 1, b: 2 }]);
      await database.query('drop table changing');
    });

    describe('transactions', () => {
      const setting = (value: number) =>
        ['insert into settings (name, value) values ($1, $2::jsonb)', ['n', JSON.stringify(value)]] as const;

      it('leave nothing behind when the work throws', async () => {
        const failing = database.transaction(async (sql) => {
          await sql.query(...setting(1));
          throw new Error('half way');
        });
        await expect(failing).rejects.toThrow('half way');
        expect(await database.query('select * from settings')).toEqual([]);
      });

      it('leave nothing behind when a statement fails, and the store goes on', async () => {
        const failing = database.transaction(async (sql) => {
          await sql.query(...setting(1));
          await sql.query('select no_such_column from settings');
        });
        await expect(failing).rejects.toThrow(/no_such_column/);
        expect(await database.query('select * from settings')).toEqual([]);
        expect(await database.transaction(async (sql) => sql.query('select 1 as one'))).toEqual([{ one: 1 }]);
      });

      it('leave nothing behind when the first statement fails, before or after it could be read, or when there is none', async () => {
        const [key, value] = setting(6);
        for (const broken of ['select no such thing', 'select 1 / 0']) {
          await expect(database.transaction((sql) => sql.query(broken))).rejects.toThrow();
          await database.query(...setting(6));
          await expect(
            database.transaction(async (sql) => {
              await sql.query('delete from settings');
              throw new Error('no');
            }),
          ).rejects.toThrow('no');
          expect(await database.query('select 1 as one from settings')).toHaveLength(1);
          await database.query('delete from settings');
        }
        await database.transaction(async () => undefined);
        await database.query(key, value);
        expect(await database.query('select 1 as one from settings')).toHaveLength(1);
      });
      it('return what the work returns, committed', async () => {
        expect(await database.transaction(async (sql) => (await sql.query(...setting(5))).length)).toBe(0);
        expect(await database.query('select value from settings')).toEqual([{ value: 5 }]);
      });
    });

    it('runs exclusive work one after another, and goes on after one that failed', async () => {
      const order: string[] = [];
      const work = (name: string, fails = false) =>
        database.exclusive('turn', async () => {
          order.push(`${name} in`);
          await database.query('select 1');
          order.push(`${name} out`);
          if (fails) throw new Error(name);
          return name;
        });
      const all = await Promise.allSettled([work('a'), work('b', true), work('c')]);
      expect(all.map((each) => each.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
      for (const index of [0, 2, 4]) {
        expect(order[index + 1]).toBe(order[index]?.replace('in', 'out'));
      }
      expect(order).toHaveLength(6);
    });

    it('holds names that nobody else holds, without waiting, and frees them at the end, also after a failure', async () => {
      const { promise: ended, resolve: end } = Promise.withResolvers<void>();
      const { promise: begun, resolve: begin } = Promise.withResolvers<readonly string[]>();
      const first = database.holding(['a', 'b'], async (held) => {
        begin(held);
        await ended;
        throw new Error('failed');
      });
      expect(await begun).toEqual(['a', 'b']);
      expect(await database.holding(['b', 'c'], async (held) => held)).toEqual(['c']);
      let turn = 'waits';
      const waiting = database.exclusive('a', async () => {
        turn = 'came';
      });
      expect(turn).toBe('waits');
      end();
      await expect(first).rejects.toThrow('failed');
      await waiting;
      expect(await database.holding(['a', 'b', 'c'], async (held) => held)).toEqual(['a', 'b', 'c']);
    });

    it('wakes a listener once its transaction commits, and no more after it was stopped', async () => {
      let woken = 0;
      let told: () => void = () => undefined;
      const heard = new Promise<void>((resolve) => {
        told = resolve;
      });
      const stop = await database.listen('test_channel', () => {
        woken += 1;
        told();
      });
      await database.notify('test_channel');
      await heard;
      await stop();
      await database.notify('test_channel');
      await database.query('select 1');
      expect(woken).toBe(1);
    });

    it('tells of nothing that was rolled back, and of a transaction once it is committed', async () => {
      let seen: number | null = null;
      const { promise: heard, resolve: told } = Promise.withResolvers<void>();
      const stop = await database.listen('test_channel', () => {
        void database.query<{ value: number }>("select value from settings where name = 'n'").then(([row]) => {
          seen = row?.value ?? 0;
          told();
        });
      });
      const failing = database.transaction(async (sql) => {
        await sql.notify('test_channel');
        throw new Error('no');
      });
      await expect(failing).rejects.toThrow('no');
      expect(seen).toBeNull();
      await database.transaction(async (sql) => {
        await sql.notify('test_channel');
        await sql.query("insert into settings (name, value) values ('n', '7')");
      });
      await heard;
      await stop();
      expect(seen).toBe(7);
    });

    describe('migrations', () => {
      let folder: string;
      beforeEach(async () => {
        folder = await mkdtemp(join(tmpdir(), 'staypower-migrations-'));
        for (const file of await readdir(MIGRATIONS_FOLDER)) {
          await copyFile(join(MIGRATIONS_FOLDER, file), join(folder, file));
        }
        return () => rm(folder, { recursive: true, force: true });
      });
      const ran = async (opened: Database) =>
        (await opened.query<{ name: string }>('select name from migrations order by number')).map((row) => row.name);

      it('run once, whoever opens the workspace next', async () => {
        await migrate(database);
        await migrate(database);
        const files = await readdir(MIGRATIONS_FOLDER);
        expect(await ran(database)).toHaveLength(files.length);
      });

      it('bring an older schema up to date and keep what is in it', async () => {
        const older = await store().open('older', folder);
        await older.query("insert into settings (name, value) values ('kept', '1')");
        await writeFile(
          join(folder, '900-more.sql'),
          'create table more (\n  id text\n);\n-- a comment; with a semicolon\n',
        );
        await migrate(older, folder);
        expect((await ran(older)).at(-1)).toBe('more');
        expect(await older.query('select * from more')).toEqual([]);
        expect(await older.query('select name from settings')).toEqual([{ name: 'kept' }]);
        await older.close();
      });

      it('refuse a schema that is newer than this program, and say what to do', async () => {
        const newer = await store().open('newer', folder);
        await newer.query("insert into migrations (number, name, hash) values (999, 'from-the-future', 'x')");
        await expect(migrate(newer, folder)).rejects.toThrow(StoreError);
        await expect(migrate(newer, folder)).rejects.toThrow(/migration 999 \(from-the-future\).*Update Staypower/);
        await newer.close();
      });

      it('refuse a file that was changed after it ran', async () => {
        const changed = await store().open('changed', folder);
        const [first = ''] = (await readdir(folder)).sort();
        await writeFile(join(folder, first), '-- another text\nselect 1;\n');
        await expect(migrate(changed, folder)).rejects.toThrow(/was changed after it ran/);
        await changed.close();
      });

      it('leave no half of a file that fails', async () => {
        const half = await store().open('half', folder);
        await writeFile(
          join(folder, '901-bad.sql'),
          'create table good_half (id text);\ncreate table bad_half (id no_such_type);\n',
        );
        await expect(migrate(half, folder)).rejects.toThrow(/no_such_type/);
        expect(await ran(half)).not.toContain('bad');
        await expect(half.query('select * from good_half')).rejects.toThrow(/good_half/);
        await half.close();
      });
    });

    describe('landing', () => {
      it('takes the same record twice at no cost', async () => {
        const ada = contact('1', { emails: ['ada@people.example'], name: 'Ada' });
        expect(await landAll('crm', [ada])).toBe(1);
        await resolve();
        expect(await landAll('crm', [{ ...ada }, { ...ada }])).toBe(0);
        expect(await database.query('select external_id from source_records where pending')).toEqual([]);
      });

      it('takes up a record that changed, and only that one', async () => {
        await landAll('crm', [contact('1', { name: 'Ada' }), contact('2', { name: 'Ben' })]);
        await resolve();
        expect(await landAll('crm', [contact('1', { name: 'Ada' }), contact('2', { name: 'Benno' })])).toBe(1);
        expect(await database.query('select external_id from source_records where pending')).toEqual([
          { external_id: '2' },
        ]);
      });

      it('keeps the last of several states of one record in a page', async () => {
        expect(await landAll('crm', [contact('1', { name: 'A' }), contact('1', { name: 'B' })])).toBe(1);
        await resolve();
        expect(await database.query('select name from customers')).toEqual([{ name: 'B' }]);
      });

      it('commits the cursor with the page: neither without the other', async () => {
        const page = { connectionId: 'crm', rejected: [], now: now() };
        await land(database, {
          ...page,
          records: [contact('1')],
          cursor: { stream: 'contacts', value: { after: '1' } },
        });
        expect(await readCursor(database, 'crm', 'contacts')).toEqual({ after: '1' });
        const broken = { ...contact('2'), externalId: null } as unknown as SourceRecord;
        await expect(
          land(database, { ...page, records: [broken], cursor: { stream: 'contacts', value: { after: '2' } } }),
        ).rejects.toThrow();
        expect(await readCursor(database, 'crm', 'contacts')).toEqual({ after: '1' });
        expect(await readCursor(database, 'crm', 'accounts')).toBeNull();
      });

      it('unites a partial fact with what is on record and never wipes', async () => {
        await landAll('cdp', [contact('u', { emails: ['a@people.example'], name: 'Ada', doNotContact: true })]);
        await landAll('cdp', [contact('u', { emails: ['b@people.example'], userIds: ['7'], partial: true })]);
        const [row] = await database.query<{ payload: unknown }>('select payload from source_records');
        expect(row?.payload).toMatchObject({
          emails: ['a@people.example', 'b@people.example'],
          userIds: ['7'],
          name: 'Ada',
          doNotContact: true,
        });
      });

      it('ignores the deletion of what it never had', async () => {
        expect(await landAll('crm', [deletion('contact', 'ghost'), deletion('transaction', 'ghost')])).toBe(0);
      });

      it('puts what could not be read into quarantine and takes it out once it can be', async () => {
        const rejected = {
          of: 'transaction',
          externalId: 'd1',
          field: 'amount',
          expected: 'a decimal number',
          found: 'abc',
          remedy: 'Correct it.',
          payload: '{}',
        } as const;
        await land(database, { connectionId: 'crm', records: [], rejected: [rejected], cursor: null, now: now() });
        expect(await quarantined()).toEqual([
          {
            stage: 'pull',
            kind: 'transaction',
            external_id: 'd1',
            message: 'amount: expected a decimal number, found "abc"',
          },
        ]);
        await landAll('crm', [order('d1', null, '2026-01-01', '5')]);
        expect(await quarantined()).toEqual([]);
      });
    });

    describe('deletion and return', () => {
      beforeEach(async () => {
        await landAll('crm', [contact('1'), order('d1', '1', '2026-01-01', '5'), order('d2', '1', '2026-01-02', '6')]);
        await resolve();
      });

      it('takes a deleted transaction away from its customer, and back when it is there again', async () => {
        expect(await landAll('crm', [deletion('transaction', 'd1')])).toBe(1);
        await resolve();
        expect(Object.keys(await owners('transactions'))).toEqual(['d2']);
        expect(await landAll('crm', [deletion('transaction', 'd1')])).toBe(0);
        expect(await landAll('crm', [order('d1', '1', '2026-01-01', '5')])).toBe(1);
        await resolve();
        expect(Object.keys(await owners('transactions'))).toEqual(['d1', 'd2']);
      });

      it('marks the customer dirty each time', async () => {
        const dirty = () => database.query('select 1 from customers where dirty');
        await database.query('update customers set dirty = false');
        await landAll('crm', [deletion('transaction', 'd1')]);
        await resolve();
        expect(await dirty()).toHaveLength(1);
      });

      it('takes a deleted contact’s customer out of the book, and puts both back with the contact', async () => {
        await landAll('crm', [deletion('contact', '1')]);
        await resolve();
        expect(await database.query('select customer_id from customers')).toEqual([]);
        expect(await database.query('select external_id from customer_records')).toEqual([]);
        expect(await owners('transactions')).toEqual({});
        await landAll('crm', [contact('1')]);
        await resolve();
        expect(await database.query('select customer_id, external_id from customer_records')).toEqual([
          { customer_id: id('crm', '1'), external_id: '1' },
        ]);
        expect(await owners('transactions')).toEqual({ d1: id('crm', '1'), d2: id('crm', '1') });
      });

      it('hands scores on when the oldest record of a customer is deleted and another is left', async () => {
        const shared = { emails: ['one@people.example'] };
        await landAll('crm', [contact('1', shared), contact('2', shared)]);
        await resolve();
        await database.query(
          `insert into scores (customer_id, as_of, scored_at, recheck_on, model_version, priority, churn_band, value_band, lifecycle, score, stats)
           values ($1, '2026-06-01', '2026-06-01T00:00:00Z', '2026-07-01', 'm1', 50, 'high', 'high', 'active', '{}', '{}')`,
          [id('crm', '1')],
        );
        await database.query(
          `insert into score_history (customer_id, as_of, model_version, score) values ($1, '2026-06-01', 'm1', '{}')`,
          [id('crm', '1')],
        );
        await landAll('crm', [deletion('contact', '1')]);
        await resolve();
        for (const table of ['customers', 'scores', 'score_history']) {
          expect(await database.query(`select customer_id from ${table}`)).toEqual([{ customer_id: id('crm', '2') }]);
        }
      });
    });

    describe('identity', () => {
      it('joins by e-mail address and by user id across connections, whatever the case and spaces', async () => {
        await landAll('sf', [contact('s1', { emails: ['  Ada@People.example '], userIds: ['7'] })]);
        await landAll('hs', [contact('h1', { emails: ['ada@people.example'] })]);
        await landAll('seg', [contact('g1', { userIds: ['7'] }), contact('g2', { userIds: ['8'] })]);
        await resolve();
        expect(await customers()).toEqual({
          'sf/s1': id('sf', 's1'),
          'hs/h1': id('sf', 's1'),
          'seg/g1': id('sf', 's1'),
          'seg/g2': id('seg', 'g2'),
        });
      });

      it('never joins by a role address, an empty id or a phone number', async () => {
        const shared = { emails: ['info@shop.example', 'no address'], userIds: [' '], phone: '+1 555 0100' };
        await landAll('crm', [contact('1', shared), contact('2', shared)]);
        await resolve();
        expect(await database.query('select 1 from customers')).toHaveLength(2);
      });

      it('gives a reason for every record but the first', async () => {
        await landAll('crm', [contact('1', { emails: ['a@x.example'] }), contact('2', { emails: ['b@x.example'] })]);
        await resolve();
        await landAll('crm', [contact('3', { emails: ['a@x.example', 'b@x.example'] })]);
        await resolve();
        const reasons = await database.query<{ external_id: string }>(
          'select external_id from identity_merges order by 1',
        );
        expect(reasons.map((row) => row.external_id)).toEqual(['2', '3']);
      });

      it('leaves a key of more than ten records alone, keeps them apart and says so', async () => {
        const many = (count: number) =>
          Array.from({ length: count }, (_, index) => contact(`c${index}`, { emails: ['front@desk.example'] }));
        await landAll('crm', many(10));
        await resolve();
        expect(await database.query('select 1 from customers')).toHaveLength(1);
        await landAll('crm', [contact('c10', { emails: ['front@desk.example'] })]);
        await resolve();
        expect(await database.query('select 1 from customers')).toHaveLength(11);
        const waiting = await quarantined();
        expect(waiting).toEqual([
          {
            stage: 'identify',
            kind: 'contact',
            external_id: 'c0',
            message: expect.stringMatching(/^11 records share/),
          },
        ]);
        expect(JSON.stringify(waiting)).not.toContain('front@desk.example');
        // Corrected at its source, the others are one again.
        await landAll('crm', [contact('c10', { emails: ['other@desk.example'] })]);
        await resolve();
        expect(await database.query('select 1 from customers')).toHaveLength(2);
        expect(await quarantined()).toEqual([]);
      });

      it('keeps apart a chain of more than ten records as well', async () => {
        const chain = Array.from({ length: 12 }, (_, index) =>
          contact(`c${index}`, { userIds: [`k${index}`, `k${index + 1}`] }),
        );
        await landAll('crm', chain.slice(0, 10));
        await resolve();
        expect(await database.query('select 1 from customers')).toHaveLength(1);
        await landAll('crm', chain.slice(10));
        await resolve();
        expect(await database.query('select 1 from customers')).toHaveLength(12);
        expect((await quarantined()).map((row) => row.message)).toEqual([expect.stringMatching(/^12 records/)]);
      });

      it('follows merges at the vendor, also chains of them and more than ten into one', async () => {
        await landAll('crm', [contact('a'), contact('b'), contact('c')]);
        await resolve();
        await landAll('crm', [deletion('contact', 'a', 'b')]);
        await resolve();
        await landAll('crm', [deletion('contact', 'b', 'c')]);
        await resolve();
        expect(await customers()).toEqual({
          'crm/a': id('crm', 'a'),
          'crm/b': id('crm', 'a'),
          'crm/c': id('crm', 'a'),
        });
        expect(await database.query('select external_id from customer_records')).toEqual([{ external_id: 'c' }]);

        const losers = Array.from({ length: 12 }, (_, index) => contact(`x${index}`));
        await landAll('crm', [...losers, contact('w')]);
        await resolve();
        await landAll(
          'crm',
          losers.map((loser): DeletionRecord => deletion('contact', loser.externalId, 'w')),
        );
        await resolve();
        expect(
          new Set(Object.entries(await customers()).flatMap(([key, value]) => (/x|w/.test(key) ? [value] : []))).size,
        ).toBe(1);
        expect(await quarantined()).toEqual([]);
      });

      it('follows a merge that is told after the deletion, and one whose winner lands later', async () => {
        await landAll('crm', [contact('a'), contact('b')]);
        await landAll('crm', [deletion('contact', 'a')]);
        await resolve();
        await landAll('crm', [deletion('contact', 'a', 'b')]);
        await resolve();
        expect(new Set(Object.values(await customers())).size).toBe(1);
        await landAll('crm', [contact('c'), deletion('contact', 'c', 'd')]);
        await resolve();
        await landAll('crm', [contact('d')]);
        await resolve();
        const who = await customers();
        expect(who['crm/d']).toBe(who['crm/c']);
      });

      it('names a customer for ever after its oldest record, in whatever order they are joined', async () => {
        await landAll('crm', [contact('old'), contact('young')]);
        await resolve();
        const before = await customers();
        expect(before).toEqual({ 'crm/old': id('crm', 'old'), 'crm/young': id('crm', 'young') });
        await landAll('crm', [contact('young', { emails: ['one@x.example'] })]);
        await resolve();
        await landAll('crm', [contact('old', { emails: ['one@x.example'] })]);
        await resolve();
        expect(await customers()).toEqual({ 'crm/old': id('crm', 'old'), 'crm/young': id('crm', 'old') });
        await landAll('crm', [contact('young', { emails: [] })]);
        await resolve();
        expect(await customers()).toEqual(before);
      });

      it('comes out the same from one batch and from one record at a time', async () => {
        const records = [
          contact('1', { emails: ['a@x.example'] }),
          contact('2', { userIds: ['u2'] }),
          contact('3', { emails: ['a@x.example'], userIds: ['u3'] }),
          contact('4', { anonymousIds: ['n'], userIds: ['u2'] }),
          contact('5', { anonymousIds: ['n'], emails: ['b@x.example'] }),
        ];
        await landAll('crm', records);
        await resolve();
        const batch = [
          await customers(),
          await database.query(
            'select customer_id, external_id, joined_external_id from identity_merges order by 1, 2',
          ),
        ];
        await emptyTables(database);
        for (const record of records) {
          await landAll('crm', [record]);
          await resolve();
        }
        const live = [
          await customers(),
          await database.query(
            'select customer_id, external_id, joined_external_id from identity_merges order by 1, 2',
          ),
        ];
        expect(live).toEqual(batch);
      });

      it('keeps apart what a person said is not the same, through later changes of either', async () => {
        const shared = { emails: ['family@x.example'] };
        await landAll('crm', [contact('1', shared), contact('2', shared), order('d', '2', '2026-01-01', '5')]);
        await resolve();
        expect((await owners('transactions'))['d']).toBe(id('crm', '1'));
        expect(await undoJoin(database, { connectionId: 'crm', externalId: '2' })).toBe(1);
        await resolve();
        expect(await customers()).toEqual({ 'crm/1': id('crm', '1'), 'crm/2': id('crm', '2') });
        expect(await owners('transactions')).toEqual({ d: id('crm', '2') });
        await landAll('crm', [contact('2', { ...shared, name: 'Ben' }), contact('1', { ...shared, name: 'Ada' })]);
        await resolve();
        expect(new Set(Object.values(await customers())).size).toBe(2);
        expect(await undoJoin(database, { connectionId: 'crm', externalId: '2' })).toBe(0);
      });
    });

    describe('a merge of two customers', () => {
      const merge = async () => {
        await landAll('hs', [contact('young', { emails: ['one@x.example'] })]);
        await landAll('sf', [contact('old', { emails: ['one@x.example'] })]);
        await resolve();
      };
      beforeEach(async () => {
        await landAll('sf', [contact('old'), order('s1', 'old', '2026-01-01', '5')]);
        await landAll('hs', [
          contact('young'),
          order('h1', 'young', '2026-01-02', '6'),
          event('e1', 'young', '2026-01-03'),
        ]);
        await resolve();
      });
      const run = (customer: string, state: string, arm: string, crossedOn: string, key: string | null = null) =>
        database.query(
          `insert into playbook_runs (customer_id, playbook, crossed_on, state, arm, fired_on, connection_id, action_key)
           values ($1::uuid, 'p', $2::date, $3, $4, $2::date, 'sf', $5)`,
          [customer, crossedOn, state, arm, key],
        );
      const task = (customer: string, key: string, state: string) =>
        database.query(
          `insert into outbox (customer_id, action_key, playbook, connection_id, action, state, attempts, not_before)
           values ($1::uuid, $2, 'p', 'sf', '{}'::jsonb, $3, 0, '2026-01-01')`,
          [customer, key, state],
        );

      it('moves transactions and events, once each', async () => {
        await merge();
        expect(await owners('transactions')).toEqual({ h1: id('sf', 'old'), s1: id('sf', 'old') });
        expect(await owners('events')).toEqual({ e1: id('sf', 'old') });
        expect(await database.query('select customer_id from customers')).toEqual([{ customer_id: id('sf', 'old') }]);
      });

      it('keeps what was written to each record', async () => {
        await database.query(
          `update customer_records set written = '{"clv_12m": 7}'::jsonb where external_id = 'young'`,
        );
        await merge();
        expect(
          await database.query('select customer_id, external_id, written from customer_records order by external_id'),
        ).toEqual([
          { customer_id: id('sf', 'old'), external_id: 'old', written: {} },
          { customer_id: id('sf', 'old'), external_id: 'young', written: { clv_12m: 7 } },
        ]);
      });

      it('unites the cool-downs, and the arm is treated if either was', async () => {
        await run(id('sf', 'old'), 'held-out', 'held-out', '2026-05-01');
        await run(id('hs', 'young'), 'fired', 'treated', '2026-05-01', 'k1');
        await run(id('hs', 'young'), 'fired', 'treated', '2026-03-01', 'k0');
        await merge();
        expect(
          await database.query('select customer_id, crossed_on, state, arm, action_key from playbook_runs order by 2'),
        ).toEqual([
          { customer_id: id('sf', 'old'), crossed_on: '2026-03-01', state: 'fired', arm: 'treated', action_key: 'k0' },
          { customer_id: id('sf', 'old'), crossed_on: '2026-05-01', state: 'fired', arm: 'treated', action_key: 'k1' },
        ]);
      });

      it('unites what both answered; of one day’s two answers the heir’s stays', async () => {
        const answer = (customer: string, answeredOn: string, score: number) =>
          createOutcomes(database).keepNps([{ customer, answeredOn: calendarDay(answeredOn), score }]);
        await answer(id('sf', 'old'), '2026-05-01', 9);
        await answer(id('hs', 'young'), '2026-05-01', 2);
        await answer(id('hs', 'young'), '2026-03-01', 7);
        await merge();
        expect(await database.query('select customer_id, occurred_on, value from outcomes order by 2')).toEqual([
          { customer_id: id('sf', 'old'), occurred_on: '2026-03-01', value: 7 },
          { customer_id: id('sf', 'old'), occurred_on: '2026-05-01', value: 9 },
        ]);
      });

      it('leaves one open task of two, the one that is under way', async () => {
        await task(id('sf', 'old'), 'k-old', 'waiting');
        await task(id('hs', 'young'), 'k-young', 'started');
        await task(id('hs', 'young'), 'k-done', 'done');
        await merge();
        expect(await database.query('select customer_id, action_key, state from outbox order by 2')).toEqual([
          { customer_id: id('sf', 'old'), action_key: 'k-done', state: 'done' },
          { customer_id: id('sf', 'old'), action_key: 'k-old', state: 'dropped' },
          { customer_id: id('sf', 'old'), action_key: 'k-young', state: 'started' },
        ]);
      });

      it('lets no message through a second time', async () => {
        const inbox = createInbox(database, now);
        expect(await inbox.append('hs', [{ deliveryKey: 'm1', payload: 1 }])).toBe(1);
        await merge();
        expect(await inbox.append('hs', [{ deliveryKey: 'm1', payload: 1 }])).toBe(0);
      });
    });

    describe('attribution', () => {
      it('lets a fact wait for its contact, and takes it up when the contact lands', async () => {
        await landAll('crm', [
          order('d1', '1', '2026-01-01', '5'),
          event('e1', '1', '2026-01-02'),
          order('d2', null, '2026-01-01', '5'),
        ]);
        await resolve();
        expect(await owners('transactions')).toEqual({});
        await landAll('other', [contact('1')]);
        await resolve();
        expect(await owners('transactions')).toEqual({});
        await landAll('crm', [contact('1')]);
        await resolve();
        expect(await owners('transactions')).toEqual({ d1: id('crm', '1') });
        expect(await owners('events')).toEqual({ e1: id('crm', '1') });
      });

      it('moves a fact whose contact was changed, and marks both customers dirty', async () => {
        await landAll('crm', [contact('1'), contact('2'), order('d1', '1', '2026-01-01', '5')]);
        await resolve();
        await database.query('update customers set dirty = false');
        await landAll('crm', [order('d1', '2', '2026-01-01', '5')]);
        await resolve();
        expect(await owners('transactions')).toEqual({ d1: id('crm', '2') });
        expect(await database.query('select 1 from customers where dirty')).toHaveLength(2);
      });

      it('keeps amounts exactly, zero included, on the day of the time zone', async () => {
        await landAll('crm', [
          contact('1'),
          order('d1', '1', '2026-01-01T11:30:00Z', '90071992547409.93'),
          order('d2', '1', '2026-01-01T11:30:00Z', '0'),
          order('d3', '1', '2026-01-01', '1.005'),
        ]);
        await identify(database, { workspace: 'test', now });
        await attribute(database, { timeZone: 'Pacific/Auckland', rates: exchangeRates('USD', []), now });
        expect(await database.query('select external_id, day, amount_minor from transactions order by 1')).toEqual([
          { external_id: 'd1', day: '2026-01-02', amount_minor: 9007199254740993n },
          { external_id: 'd2', day: '2026-01-02', amount_minor: 0n },
          { external_id: 'd3', day: '2026-01-01', amount_minor: 101n },
        ]);
      });

      it.each([
        ['another currency', { currency: 'EUR' }, '5', /reporting currency USD, or a rate for the day, found "EUR"/],
        ['a negative order', {}, '-5', /expected zero or more, found "-5"/],
        ['an order without an amount', {}, null, /expected the amount of the order/],
        ['an amount that is none', {}, '1,000', /expected a decimal number/],
      ])('puts %s into quarantine, and the rest goes on', async (_, given, amount, message) => {
        await landAll('crm', [
          contact('1'),
          order('bad', '1', '2026-01-01', amount, given),
          order('good', '1', '2026-01-01', '5'),
        ]);
        await resolve();
        expect(Object.keys(await owners('transactions'))).toEqual(['good']);
        expect(await quarantined()).toEqual([
          { stage: 'identify', kind: 'transaction', external_id: 'bad', message: expect.stringMatching(message) },
        ]);
        await landAll('crm', [order('bad', '1', '2026-01-01', '7')]);
        await resolve();
        expect(Object.keys(await owners('transactions'))).toEqual(['bad', 'good']);
        expect(await quarantined()).toEqual([]);
      });
    });

    describe('money in other currencies', () => {
      const converted = async (...rates: [day: string, currency: string, rate: string][]) => {
        const table = exchangeRates(
          'USD',
          rates.map(([day, currency, rate]) => ({ day: calendarDay(day), currency, rate })),
        );
        const marked = await reconvert(database, table);
        await identify(database, { workspace: 'test', now });
        await attribute(database, { timeZone: 'UTC', rates: table, now });
        return marked;
      };
      const money = () =>
        database.query(
          'select external_id as id, amount_minor as minor, currency, original_amount_minor as original, original_currency as of, rate::text as rate, rate_on as on from transactions order by 1',
        );
      beforeEach(() =>
        landAll('crm', [
          contact('1'),
          order('eur', '1', '2026-01-05', '10.00', { currency: 'EUR' }),
          order('gbp', '1', '2026-01-05', '10.00', { currency: 'GBP' }),
          order('usd', '1', '2026-01-05', '10.00'),
        ]),
      );

      it('is converted at the rate of its day and keeps what was paid', async () => {
        await converted(['2026-01-05', 'GBP', '1.255'], ['2026-01-02', 'EUR', '1.10']);
        expect(await money()).toEqual([
          { id: 'eur', minor: 1100n, currency: 'USD', original: 1000n, of: 'EUR', rate: '1.10', on: '2026-01-02' },
          { id: 'gbp', minor: 1255n, currency: 'USD', original: 1000n, of: 'GBP', rate: '1.255', on: '2026-01-05' },
          { id: 'usd', minor: 1000n, currency: 'USD', original: null, of: null, rate: null, on: null },
        ]);
        expect(await quarantined()).toEqual([]);
      });

      it('waits in quarantine without a rate, and is taken up by itself once there is one', async () => {
        await converted(['2026-01-05', 'GBP', '1.255'], ['2025-12-28', 'EUR', '1.10']);
        const waiting = await database.query<{ external_id: string; code: string; remedy: string }>(
          'select external_id, code, remedy from quarantine',
        );
        expect(waiting.map((each) => [each.external_id, each.code, each.remedy])).toEqual([
          ['eur', 'no-rate', expect.stringMatching(/^Add a rate of EUR in USD of 2025-12-29 to 2026-01-05/)],
        ]);
        await converted(['2026-01-05', 'GBP', '1.255'], ['2025-12-29', 'EUR', '1.10']);
        expect(await quarantined()).toEqual([]);
        expect(Object.keys(await owners('transactions'))).toEqual(['eur', 'gbp', 'usd']);
      });

      it('is converted again where the rate of its day has changed, and only there', async () => {
        const gbp: [string, string, string] = ['2026-01-05', 'GBP', '1.255'];
        await converted(gbp, ['2026-01-05', 'EUR', '1.10']);
        expect(await converted(gbp, ['2026-01-05', 'EUR', '1.10'])).toBe(0);
        // A day that no sale has.
        expect(await converted(gbp, ['2026-01-05', 'EUR', '1.10'], ['2026-01-06', 'EUR', '9'])).toBe(0);
        await database.query('update customers set dirty = false');
        expect(await converted(gbp, ['2026-01-05', 'EUR', '1.20'])).toBe(1);
        expect((await money())[0]).toMatchObject({ id: 'eur', minor: 1200n, rate: '1.20' });
        expect(await database.query('select 1 from customers where dirty')).toHaveLength(1);
        // A rate that was taken back leaves no money behind that nobody can account for.
        await converted(gbp);
        expect(Object.keys(await owners('transactions'))).toEqual(['gbp', 'usd']);
      });

      it('follows another reporting currency', async () => {
        await converted(['2026-01-05', 'GBP', '1.255'], ['2026-01-05', 'EUR', '1.10']);
        const table = exchangeRates('EUR', [
          { day: calendarDay('2026-01-05'), currency: 'USD', rate: '0.9' },
          { day: calendarDay('2026-01-05'), currency: 'GBP', rate: '1.15' },
        ]);
        expect(await reconvert(database, table)).toBe(3);
        await attribute(database, { timeZone: 'UTC', rates: table, now });
        expect((await money()).map((row) => Object.values(row).slice(0, 3))).toEqual([
          ['eur', 1000n, 'EUR'],
          ['gbp', 1150n, 'EUR'],
          ['usd', 900n, 'EUR'],
        ]);
      });
    });

    describe('inbox', () => {
      const messagesOf = async (connectionId: string) =>
        (
          await database.query<{ payload: unknown }>(
            'select payload from inbox where connection_id = $1 order by seq',
            [connectionId],
          )
        ).map((row) => row.payload);

      it('takes each delivery key of a connection once, in the order they came', async () => {
        const inbox = createInbox(database, now);
        const message = (key: string) => ({ deliveryKey: key, payload: { key } });
        expect(await inbox.append('a', [message('1'), message('2'), message('1')])).toBe(2);
        const [again, other] = await Promise.all([
          inbox.append('a', [message('2'), message('3')]),
          inbox.append('b', [message('1')]),
        ]);
        expect([again, other]).toEqual([1, 1]);
        expect(await messagesOf('a')).toEqual([{ key: '1' }, { key: '2' }, { key: '3' }]);
        expect(await messagesOf('b')).toEqual([{ key: '1' }]);
        expect(await inbox.append('a', [])).toBe(0);
      });

      it('wakes whoever drains it', async () => {
        const inbox = createInbox(database, now);
        let told: () => void = () => undefined;
        const woken = new Promise<void>((resolve) => {
          told = resolve;
        });
        const stop = await database.listen(INBOX_CHANNEL, told);
        await inbox.append('a', [{ deliveryKey: '1', payload: 0 }]);
        await woken;
        await stop();
      });

      it('lands what its messages say and drains them, the unreadable ones into quarantine to be replayed', async () => {
        const inbox = createInbox(database, now);
        await inbox.append(
          'a',
          [1, 2, 3].map((n) => ({ deliveryKey: `k${n}`, payload: n })),
        );
        let broken = true;
        const inbound = {
          read: async (deliveries: readonly { payload: unknown }[]) => {
            if (broken && deliveries.some(({ payload }) => payload === 2)) throw new TypeError('cannot read 2');
            return { records: deliveries.map(({ payload }) => contact(String(payload))), rejected: [] };
          },
        };
        expect(await drainInbox(database, 'a', inbound, { now })).toEqual({ pulled: 2, rejected: 1 });
        expect(await quarantined()).toEqual([
          { stage: 'inbox', kind: 'message', external_id: 'k2', message: 'cannot read 2' },
        ]);
        expect(await drainInbox(database, 'a', inbound, { now })).toEqual({ pulled: 0, rejected: 0 });
        broken = false;
        expect(await replayQuarantine(database)).toBe(1);
        expect(await drainInbox(database, 'a', inbound, { now })).toEqual({ pulled: 1, rejected: 0 });
        expect(Object.keys(await customersLanded())).toEqual(['1', '2', '3']);
      });

      it('reads the messages about one record in order, whoever reads at the same time', async () => {
        const inbox = createInbox(database, now);
        const records = ['r1', 'r2', 'r3', 'r4', 'r5', 'r6', 'r7', 'r8', 'r9'];
        for (const version of [1, 2, 3]) {
          await inbox.append(
            'a',
            records.map((about) => ({ deliveryKey: `${about} ${version}`, payload: { about, version }, about })),
          );
        }
        const read: { about: string; version: number }[] = [];
        const inbound = {
          read: async (deliveries: readonly { payload: unknown }[]) => {
            const said = deliveries.map(({ payload }) => payload as { about: string; version: number });
            read.push(...said);
            await new Promise((resolve) => setTimeout(resolve, 5));
            return { records: said.map(({ about, version }) => contact(about, { name: `v${version}` })), rejected: [] };
          },
        };
        await Promise.all(Array.from({ length: 4 }, () => drainInbox(database, 'a', inbound, { now })));
        for (const record of records) {
          expect(read.filter(({ about }) => about === record).map(({ version }) => version)).toEqual([1, 2, 3]);
        }
        expect(await database.query("select distinct payload->>'name' as name from source_records")).toEqual([
          { name: 'v3' },
        ]);
      });

      it('lands nothing of a batch of which another process landed a part while it was read', async () => {
        const inbox = createInbox(database, now);
        await inbox.append('a', [
          { deliveryKey: 'k1', payload: 'old' },
          { deliveryKey: 'k2', payload: 'old' },
        ]);
        let reads = 0;
        const inbound = {
          read: async (deliveries: readonly unknown[]) => {
            reads += 1;
            if (reads === 1) {
              await database.query("update inbox set drained = true where delivery_key = 'k1'");
              await landAll('a', [contact('1', { name: 'newer' })]);
            }
            return { records: deliveries.map(() => contact(reads === 1 ? '1' : '2', { name: 'older' })), rejected: [] };
          },
        };
        expect(await drainInbox(database, 'a', inbound, { now })).toEqual({ pulled: 1, rejected: 0 });
        expect(
          await database.query("select external_id as id, payload->>'name' as name from source_records order by 1"),
        ).toEqual([
          { id: '1', name: 'newer' },
          { id: '2', name: 'older' },
        ]);
      });

      it('refuses messages when too many wait, and takes them again when they were read', async () => {
        const inbox = createInbox(database, now, { messages: 2 });
        const message = (deliveryKey: string) => [{ deliveryKey, payload: 1 }];
        await inbox.append('a', message('k1'));
        await inbox.append('a', message('k2'));
        await expect(inbox.append('a', message('k3'))).rejects.toThrow(InboxFullError);
        await drainInbox(database, 'a', { read: async () => ({ records: [], rejected: [] }) }, { now });
        await expect(inbox.append('a', message('k3'))).rejects.toThrow('At most 2 messages may wait');
        clock.set('2026-06-01T12:00:01.000Z');
        expect(await inbox.append('a', message('k3'))).toBe(1);
      });

      /** A reader of bodies that are lists of keys; one that says "broken" cannot be read. */
      const readerOf = (form: DeliveryForm) => (body: Buffer) => {
        if (body.toString().includes('broken')) throw new TypeError('cannot read it');
        const keys = JSON.parse(body.toString()) as string[];
        return keys.map((key) => ({ deliveryKey: key, payload: `${form} ${key}`, about: key }));
      };
      const readers: DeliveryReaders = {
        hubspot: readerOf('hubspot'),
        'hubspot-workflow': readerOf('hubspot-workflow'),
        salesforce: readerOf('salesforce'),
        segment: readerOf('segment'),
      };
      const deliver = async (inbox: Inbox, ...bodies: readonly string[]) => {
        for (const body of bodies) await inbox.keep({ connectionId: 'a', form: 'segment', body: Buffer.from(body) });
      };
      const deliveries = () => database.query('select unnest(sizes) as size from raw_deliveries');

      it('keeps deliveries as they came until they are taken apart, in their order and each message once', async () => {
        const inbox = createInbox(database, now);
        const bodies = ['["1","2"]', `["${'long'.repeat(50_000)}"]`, '["2","3"]'];
        await deliver(inbox, ...bodies, ...bodies);
        await inbox.keep({ connectionId: 'b', form: 'hubspot', body: Buffer.from('["1"]') });
        expect(await deliveries()).toHaveLength(7);
        expect((await createQueries(database).health()).inboxWaiting).toBe(7);
        const read: unknown[] = [];
        const inbound = {
          read: async (batch: readonly { payload: unknown }[]) => {
            read.push(...batch.map(({ payload }) => payload));
            return { records: [], rejected: [] };
          },
        };
        await drainInbox(database, 'a', inbound, { now });
        expect(read).toEqual([]);
        await drainInbox(database, 'a', inbound, { now, readers });
        expect(read).toEqual(['segment 1', 'segment 2', `segment ${'long'.repeat(50_000)}`, 'segment 3']);
        expect(await deliveries()).toHaveLength(1);
        await takeAllApart(database, readers, now);
        expect(await messagesOf('b')).toEqual(['hubspot 1']);
        expect(await deliveries()).toEqual([]);
      });

      it('keeps all deliveries that come at the same time, several to a row', async () => {
        const inbox = createInbox(database, now);
        const keys = Array.from({ length: 40 }, (_, index) => String(index));
        await Promise.all(keys.map((key) => deliver(inbox, JSON.stringify([key]))));
        expect(await deliveries()).toHaveLength(40);
        expect((await database.query('select 1 as one from raw_deliveries')).length).toBeLessThan(10);
        await takeAllApart(database, readers, now);
        const rows = await database.query<{ key: string }>('select delivery_key as key from inbox where not drained');
        expect(rows.map(({ key }) => key).toSorted()).toEqual(keys.toSorted());
      });

      it('wakes whoever drains it for a delivery, which counts from when it came', async () => {
        const inbox = createInbox(database, now);
        let told: () => void = () => undefined;
        const woken = new Promise<void>((resolve) => {
          told = resolve;
        });
        const stop = await database.listen(INBOX_CHANNEL, told);
        await deliver(inbox, '["1"]');
        await woken;
        await stop();
        clock.set('2026-06-01T12:00:07.000Z');
        expect((await readBacklog(database, [], clock)).inboxLagSeconds).toBe(7);
        const cameAt: string[] = [];
        await drainInbox(
          database,
          'a',
          { read: async () => ({ records: [], rejected: [] }) },
          { now, readers, onLanded: (receivedAt) => cameAt.push(...receivedAt) },
        );
        expect(cameAt).toEqual(['2026-06-01T12:00:00.000Z']);
        expect((await readBacklog(database, [], clock)).inboxLagSeconds).toBe(0);
      });

      it('takes deliveries apart once, whoever does at the same time, and leaves nothing undone', async () => {
        const inbox = createInbox(database, now);
        for (let index = 0; index < 60; index += 1) await deliver(inbox, JSON.stringify([`${index}`, `${index + 1}`]));
        const read: unknown[] = [];
        const inbound = {
          read: async (batch: readonly { payload: unknown }[]) => {
            read.push(...batch.map(({ payload }) => payload));
            await new Promise((resolve) => setTimeout(resolve, 5));
            return { records: [], rejected: [] };
          },
        };
        const left = [true, true, true];
        while (left.some(Boolean)) {
          await Promise.all(
            left.map(async (_, index) => {
              left[index] = false;
              await drainInbox(database, 'a', inbound, {
                now,
                readers,
                onHeldElsewhere: () => {
                  left[index] = true;
                },
              });
            }),
          );
        }
        expect(read).toHaveLength(61);
        expect(new Set(read).size).toBe(61);
      });

      it('puts a delivery that cannot be read into quarantine, and the others on their way', async () => {
        await deliver(createInbox(database, now), '["1"]', 'broken \0 body', '["2"]');
        await takeAllApart(database, readers, now);
        expect(await quarantined()).toMatchObject([{ stage: 'inbox', kind: 'message', message: 'cannot read it' }]);
        const read: unknown[] = [];
        const inbound = {
          read: async (batch: readonly { payload: unknown }[]) => {
            read.push(...batch.map(({ payload }) => payload));
            return { records: [], rejected: [] };
          },
        };
        await drainInbox(database, 'a', inbound, { now, readers });
        expect(read).toEqual(['segment 1', 'segment 2']);
        expect(await replayQuarantine(database)).toBe(1);
        await drainInbox(database, 'a', inbound, { now, readers });
        expect(read.at(-1)).toBe('broken \uFFFD body');
      });

      it('sets a delivery aside that the store does not take, and lets the others go their way', async () => {
        const inbox = createInbox(database, now);
        await deliver(inbox, '["1"]');
        await deliver(inbox, '["2"]', '["no text has a \\u0000"]', '["3"]');
        await deliver(inbox, '["4"]');
        await takeAllApart(database, readers, now);
        expect(await deliveries()).toEqual([]);
        expect(await quarantined()).toMatchObject([{ stage: 'inbox', kind: 'message' }]);
        expect(await database.query('select delivery_key as key from inbox where not drained order by seq')).toEqual(
          ['1', '2', '3', '4'].map((key) => ({ key })),
        );
      });

      it('refuses deliveries when too many bytes wait, and takes them again when they were taken apart', async () => {
        const inbox = createInbox(database, now, { bytes: 1_000_000 });
        // Noise, that takes as much room compressed.
        const body = JSON.stringify([randomBytes(450_000).toString('base64')]);
        await deliver(inbox, body);
        await deliver(inbox, body);
        await expect(deliver(inbox, '["2"]')).rejects.toThrow('At most 1 MB of deliveries may wait');
        await takeAllApart(database, readers, now);
        clock.set('2026-06-01T12:00:01.000Z');
        await deliver(inbox, '["2"]');
        expect(await deliveries()).toHaveLength(1);
      });

      it('does not lose from quarantine what cannot be taken up again', async () => {
        const inbox = createInbox(database, now);
        await inbox.append('a', [{ deliveryKey: 'k', payload: 1 }]);
        const rejected = {
          of: 'contact',
          externalId: 'record-9',
          field: 'email',
          expected: 'x',
          found: 'y',
          remedy: 'z',
          payload: '{}',
        } as const;
        await drainInbox(database, 'a', { read: async () => ({ records: [], rejected: [rejected] }) }, { now });
        expect(await replayQuarantine(database)).toBe(0);
        expect(await quarantined()).toHaveLength(1);
      });

      const customersLanded = async () =>
        Object.fromEntries(
          (await database.query<{ external_id: string }>('select external_id from source_records order by 1')).map(
            (row) => [row.external_id, true],
          ),
        );
    });

    describe('outbox', () => {
      it('holds an action once by its key', async () => {
        const put = () =>
          database.query(
            `insert into outbox (customer_id, action_key, playbook, connection_id, action, state, attempts, not_before)
             values ($1::uuid, 'k', 'p', 'c', '{}'::jsonb, 'waiting', 0, '2026-01-01') on conflict (customer_id, action_key) do nothing
             returning action_key`,
            [id('c', '1')],
          );
        expect(await put()).toHaveLength(1);
        expect(await put()).toHaveLength(0);
      });
    });

    describe('write-back', () => {
      const desired = { clv_12m: 12.5, churn_band: 'high' };
      beforeEach(async () => {
        await landAll(
          'crm',
          ['1', '2', '3', '4'].map((each) => contact(each, { accountExternalId: each === '4' ? 'acc' : null })),
        );
        await resolve();
        await database.query('update customer_records set desired = $1::jsonb', [JSON.stringify(desired)]);
      });
      const state = async () =>
        Object.fromEntries(
          (
            await database.query<{ external_id: string; written: object; desired: object | null; attempts: number }>(
              'select external_id, written, desired, attempts from customer_records',
            )
          ).map(({ external_id, ...row }) => [external_id, row]),
        );
      const waiting = () => pendingWrites(database, 'crm', 100, null);
      const settleOne = (row: PendingWrite, result: Parameters<typeof settleWrites>[3][number]) =>
        database.transaction((sql) => settleWrites(sql, 'crm', [row], [result], now()));

      it('hands out what waits, records of one account first and together, only those asked for', async () => {
        expect((await waiting()).map((row) => row.externalId)).toEqual(['4', '1', '2', '3']);
        expect((await pendingWrites(database, 'crm', 100, [id('crm', '2')])).map((row) => row.externalId)).toEqual([
          '2',
        ]);
        expect(await pendingWrites(database, 'other', 100, null)).toEqual([]);
      });

      it('settles written, rejected and retry in the order of the rows', async () => {
        const rows = [...(await waiting())].sort((a, b) => (a.externalId < b.externalId ? -1 : 1));
        const report = await database.transaction((sql) =>
          settleWrites(
            sql,
            'crm',
            rows,
            [
              { status: 'written' },
              { status: 'rejected', vendorCode: 'INVALID', message: 'no', remedy: 'Mend it.' },
              { status: 'retry', vendorCode: 'LOCK', message: 'locked' },
            ],
            now(),
          ),
        );
        expect({ ...report, written: report.written.map((row) => row.externalId) }).toEqual({
          written: ['1'],
          fields: 2,
          rejected: 1,
          retry: 2,
        });
        expect(await state()).toEqual({
          '1': { written: desired, desired: null, attempts: 0 },
          '2': { written: {}, desired: null, attempts: 0 },
          '3': { written: {}, desired, attempts: 1 },
          // A row without a result is one that nothing is known of.
          '4': { written: {}, desired, attempts: 1 },
        });
        expect(await quarantined()).toEqual([{ stage: 'write', kind: 'contact', external_id: '2', message: 'no' }]);
      });

      it('does not lose values that the score moved to meanwhile, whatever the answer', async () => {
        let value = 90;
        for (const result of [
          { status: 'written' },
          { status: 'rejected', vendorCode: '', message: '', remedy: '' },
        ] as const) {
          const row = (await waiting()).find((each) => each.externalId === '1');
          if (!row) throw new Error('nothing waits');
          value += 1;
          const newer = { clv_12m: value };
          await database.query("update customer_records set desired = $1::jsonb where external_id = '1'", [
            JSON.stringify(newer),
          ]);
          await settleOne(row, result);
          expect((await state())['1']?.desired).toEqual(newer);
        }
        expect((await state())['1']?.written).toEqual(desired);
      });

      it('gives up after eight passing refusals and takes it out of quarantine once it is written', async () => {
        for (let attempt = 1; attempt <= 8; attempt += 1) {
          const row = (await waiting()).find((each) => each.externalId === '1');
          if (!row) throw new Error('nothing waits');
          expect(row.attempts).toBe(attempt - 1);
          await settleOne(row, { status: 'retry', vendorCode: 'LOCK', message: 'locked' });
        }
        expect((await quarantined()).map((row) => row.external_id)).toEqual(['1']);
        expect(await replayQuarantine(database)).toBe(1);
        const [row] = (await waiting()).filter((each) => each.externalId === '1');
        if (!row) throw new Error('nothing was taken up');
        await settleOne(row, { status: 'written' });
        expect(await quarantined()).toEqual([]);
      });
    });
  });
}
