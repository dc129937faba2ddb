import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { createCsv, csvSettingsSchema } from '../../connectors/csv/index.ts';
import { ConfigError, DataError } from '../../core/domain/errors.ts';
import type { SourceRecord, Stream, TransactionRecord } from '../../core/domain/records.ts';
import { toJson } from '../../core/domain/stable-json.ts';
import type { Connector, Cursor, Page } from '../../core/ports/connector.ts';
import { drain } from './test-connector.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'staypower-csv-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const silent = () => {};

function connect(settings: z.input<typeof csvSettingsSchema>): Connector {
  return createCsv(
    {
      connectionId: 'csv',
      clock: { now: () => new Date('2026-06-01T12:00:00.000Z') },
      logger: { debug: silent, info: silent, warn: silent, error: silent },
      timeZone: 'UTC',
      currency: 'EUR',
    },
    csvSettingsSchema.parse(settings),
    folder,
  );
}

type FileSettings = Partial<z.input<typeof csvSettingsSchema>> & { columns?: Record<string, string> };

/** A connector over a file of orders with this content. */
async function overOrders(
  content: string | Buffer,
  { columns = {}, ...settings }: FileSettings = {},
): Promise<Connector> {
  await writeFile(join(folder, 'orders.csv'), content);
  return connect({ transactions: { file: 'orders.csv', columns }, ...settings });
}

async function overContacts(content: string): Promise<Connector> {
  await writeFile(join(folder, 'people.csv'), content);
  return connect({ contacts: { file: 'people.csv' } });
}

const recordsIn = (pages: readonly Page[]) => pages.flatMap(({ records }) => records);
const rejectedIn = (pages: readonly Page[]) => pages.flatMap(({ rejected }) => rejected);
const lastCursor = (pages: readonly Page[]): Cursor => toJson(pages.at(-1)?.cursor);

async function ordersOf(connector: Connector, stream: Stream = 'transactions'): Promise<readonly TransactionRecord[]> {
  const pages = await drain(connector, stream, null);
  expect(rejectedIn(pages)).toEqual([]);
  return recordsIn(pages).filter((record): record is TransactionRecord => record.kind === 'transaction');
}

describe('CSV connector: refusals', () => {
  const refusal = async (connector: Connector, stream: Stream = 'transactions'): Promise<DataError> => {
    const pages: Page[] = [];
    let thrown: unknown;
    try {
      for await (const page of connector.source?.pull(stream, null) ?? []) pages.push(page);
    } catch (error) {
      thrown = error;
    }
    expect(pages).toEqual([]);
    if (!(thrown instanceof DataError)) throw new Error(`expected a DataError, found ${String(thrown)}`);
    expect(thrown.fault.remedy).not.toBe('');
    return thrown;
  };

  it('is not built without a file', () => {
    expect(() => connect({})).toThrow(ConfigError);
  });

  it('refuses a file that is not there, before anything is landed', async () => {
    const error = await refusal(connect({ transactions: { file: 'absent.csv' } }));
    expect(error.message).toContain('absent.csv');
    expect(error.message).toContain('ENOENT');
  });

  it('refuses what is no CSV: binary, empty, another format, a broken gzip', async () => {
    const packed = gzipSync('customer_id,date,amount\n1,2026-01-01,5\n'.repeat(200));
    for (const content of [
      Buffer.from([0x50, 0x4b, 3, 4, 0, 0, 1, 2]),
      '',
      '\n\n',
      '{"customer_id": 1}',
      packed.subarray(0, packed.length >> 1),
    ]) {
      await refusal(await overOrders(content));
    }
  });

  it('refuses a file without a needed column, and says how to map it', async () => {
    const error = await refusal(await overOrders('Id,Datum,amount\n1,2026-01-01,5\n'));
    expect(error.message).toContain('customer_id');
    expect(error.message).toContain('Id, Datum, amount');
    expect(error.message).toContain('columns.customerId');
  });

  it('rejects a row whose margin is no number, and takes what stands in the column for an order alone', async () => {
    const connector = await overOrders(
      'customer_id,date,amount,margin,kind\n1,2026-01-01,5,35 %,\n1,2026-01-02,5,-0.50,\n1,2026-01-03,5,,\n1,2026-01-04,2,1,refund\n',
    );
    const pages = await drain(connector, 'transactions', null);
    expect(rejectedIn(pages)).toMatchObject([{ field: 'line 2, margin', found: '35 %' }]);
    const margins = recordsIn(pages).flatMap((record) => (record.kind === 'transaction' ? [record.margin] : []));
    expect(margins).toEqual([{ amount: '-0.50' }, undefined, undefined]);
  });

  it('refuses a column that was named and is not there, though it could be missing', async () => {
    const connector = await overOrders('customer_id,date,amount\n1,2026-01-01,5\n', { columns: { orderId: 'Nummer' } });
    expect((await refusal(connector)).message).toContain('Nummer');
  });

  it('sees another delimiter', async () => {
    const error = await refusal(await overOrders('customer_id;date;amount\n1;2026-01-01;5\n'));
    expect(error.message).toContain('delimiter');
    expect(error.message).toContain('\\";\\"'.replaceAll('\\', ''));
  });

  it('repeats nothing of a first line that is a customer and no header', async () => {
    const error = await refusal(await overOrders('1,ann@example.com,0170 1234567\n'));
    expect(error.message).not.toMatch(/ann|0170/);
  });

  it('refuses a file of which none of the first hundred rows can be read', async () => {
    const rows = Array.from({ length: 150 }, (_, index) => `${index},01/02/2026,5`).join('\n');
    const error = await refusal(await overOrders(`customer_id,date,amount\n${rows}\n`));
    expect(error.message).toContain('date');
    expect(error.message).toContain('first 100');
  });

  it('sets each bad row aside with line, column, expectation and remedy, and reads the rest', async () => {
    const pages = await drain(
      await overOrders(
        [
          'customer_id,date,amount,currency,kind',
          '1,2026-01-01,5,,',
          ',2026-01-01,5,,',
          '2,2026-02-30,5,,',
          '3,01.02.2026,5,,',
          '4,2026-01-01,"1,299.00",,',
          '5,2026-01-01,,,',
          '6,2026-01-01,-5,,',
          '7,2026-01-01,5,€,',
          '8,2026-01-01,5,,gift',
          '9,2026-01-01,5',
          '10,2026-01-01,"5"0,,',
          '11,2026-01-01,"12,50",,',
          '12,2026-01-01,7,usd,',
        ].join('\n'),
      ),
      'transactions',
      null,
    );
    const rejected = rejectedIn(pages);
    expect(rejected.map(({ field }) => field)).toEqual([
      'line 3, customer_id',
      'line 4, date',
      'line 5, date',
      'line 6, amount',
      'line 7, amount',
      'line 8, amount',
      'line 9, currency',
      'line 10, kind',
      'line 11, row',
      'line 12, amount',
      'line 13, amount',
    ]);
    for (const { of, expected, remedy, payload } of rejected) {
      expect([of, expected === '', remedy === '', payload === '']).toEqual(['transaction', false, false, false]);
    }
    const orders = recordsIn(pages).filter(({ kind }) => kind === 'transaction');
    expect(orders.map((order) => 'contactExternalId' in order && order.contactExternalId)).toEqual(['1', '12']);
  });

  it('takes a stray quotation mark for a part of its value, and nothing of the rows around it', async () => {
    const content =
      'customer_id,date,amount,name\n1,2026-01-01,5,21" disc\n2,2026-01-01,5,"Ann" Doe\n3,2026-01-01,5,x\n';
    const pages = await drain(await overOrders(content), 'transactions', null);
    expect(rejectedIn(pages)).toEqual([]);
    const names = recordsIn(pages).flatMap((record) => (record.kind === 'contact' ? [record.name] : []));
    expect(names).toEqual(['21" disc', '"Ann" Doe', 'x']);
  });

  it('sets aside what an open quotation mark swallows at the end of a file, and stops where it swallows a megabyte', async () => {
    const start = 'customer_id,date,amount,name\n1,2026-01-01,5,x\n2,2026-01-01,5,"open\n';
    const pages = await drain(await overOrders(`${start}3,2026-01-01,5,x\n`), 'transactions', null);
    expect(rejectedIn(pages).map(({ payload }) => payload)).toEqual([expect.stringContaining('3,2026-01-01')]);
    const error = await refusal(await overOrders(start + '3,2026-01-01,5,x\n'.repeat(80_000)));
    expect(error.message).toContain('quotation mark');
  });

  it('sets a row aside whose characters are in another encoding, and reads it when the encoding is named', async () => {
    const content = Buffer.from('customer_id,date,amount,name\n1,2026-01-01,5,Zo\xeb\n2,2026-01-01,5,Ann\n', 'latin1');
    const pages = await drain(await overOrders(content), 'transactions', null);
    expect(rejectedIn(pages).map(({ field }) => field)).toEqual(['line 2, name']);
    const named = await drain(await overOrders(content, { encoding: 'windows-1252' }), 'transactions', null);
    expect(recordsIn(named)).toContainEqual(expect.objectContaining({ kind: 'contact', name: 'Zoë' }));
  });

  it('sets a second line of one order aside, which would take the place of the first', async () => {
    const pages = await drain(
      await overOrders('customer_id,date,amount,order_id\n1,2026-01-01,5,A\n1,2026-01-01,7,A\n'),
      'transactions',
      null,
    );
    expect(rejectedIn(pages).map(({ field, externalId }) => [field, externalId])).toEqual([['line 3, order_id', 'A']]);
  });

  it('reports the same as problems of check, with remedies, and none when all is well', async () => {
    const { problems } = await connect({ transactions: { file: 'absent.csv' } }).check();
    expect(problems).toHaveLength(1);
    expect(problems[0]?.remedy).not.toBe('');
    const well = await (await overOrders('customer_id,date,amount\n1,2026-01-01,5\n')).check();
    expect(well).toEqual({ account: folder, problems: [], callsLeftToday: null });
  });
});

describe('CSV connector: reading', () => {
  it('offers the streams of its files, and can do nothing else', async () => {
    const both = connect({ contacts: { file: 'a.csv' }, transactions: { file: 'b.csv' } });
    expect(both.source?.streams).toEqual(['contacts', 'transactions']);
    expect(connect({ transactions: { file: 'b.csv' } }).source?.streams).toEqual(['transactions']);
    expect([both.inbound, both.fields, both.scores, both.actions]).toEqual([null, null, null, null]);
  });

  it('brings an order and the customer it implies', async () => {
    const pages = await drain(
      await overOrders('customer_id,date,amount\n0001,1997-01-01,29.33\n'),
      'transactions',
      null,
    );
    expect(recordsIn(pages)).toEqual([
      {
        kind: 'contact',
        externalId: '0001',
        emails: [],
        userIds: ['0001'],
        anonymousIds: [],
        phone: null,
        name: null,
        accountExternalId: null,
        ownerId: null,
        doNotContact: false,
        createdAt: null,
        partial: true,
      },
      {
        kind: 'transaction',
        externalId: expect.stringMatching(/^row:/),
        transactionKind: 'order',
        occurredAt: '1997-01-01',
        amount: '29.33',
        currency: 'EUR',
        contactExternalId: '0001',
        accountExternalId: null,
        orderReference: null,
        refersTo: null,
      },
    ]);
  });

  it('brings contacts with what their columns say, and the accounts they name', async () => {
    const connector = await overContacts(
      'customer_id,email,name,phone,account,created_at,owner\n7, ann@example.com ,"Ann ""A"" Doe",123,Acme,2025-01-02T03:04:05+02:00,o-1\n8,,,,,,\n',
    );
    const records = recordsIn(await drain(connector, 'contacts', null));
    expect(records).toEqual([
      { kind: 'account', externalId: 'Acme', name: 'Acme', ownerId: null },
      expect.objectContaining({
        externalId: '7',
        emails: ['ann@example.com'],
        userIds: ['7'],
        name: 'Ann "A" Doe',
        phone: '123',
        accountExternalId: 'Acme',
        createdAt: '2025-01-02T01:04:05.000Z',
        ownerId: 'o-1',
        partial: false,
      }),
      expect.objectContaining({ externalId: '8', emails: [], name: null, createdAt: null }),
    ]);
  });

  it('brings a term of a contract with each line that has days of one, and refuses an end before its start', async () => {
    const connector = await overContacts(
      'customer_id,contract_start,contract_end,cancelled_on\n7,2025-01-01,2025-12-31,\n7,2026-01-01,,2026-03-01\n8,,,\n9,2026-01-01,2025-01-01,\n10,,2026-01-01,\n',
    );
    const pages = await drain(connector, 'contacts', null);
    expect(recordsIn(pages).filter(({ kind }) => kind === 'contract')).toEqual([
      expect.objectContaining({ externalId: '7@2025-01-01', endsOn: '2025-12-31', endKnownOn: '2025-01-01' }),
      expect.objectContaining({ externalId: '7@2026-01-01', endsOn: null, cancelledOn: '2026-03-01' }),
    ]);
    expect(rejectedIn(pages).map(({ externalId, field }) => [externalId, field])).toEqual([
      ['9', 'line 5, contract_end'],
      ['10', 'line 6, contract_start'],
    ]);
  });

  it('brings what a year of a contract is worth where a line says it, and refuses what is no amount', async () => {
    const connector = await overContacts(
      'customer_id,contract_start,contract_annual_value,currency\n1,2026-01-01,1200.50,\n2,2026-01-01,0,GBP\n3,2026-01-01,,\n4,2026-01-01,-1,\n5,2026-01-01,much,\n',
    );
    const pages = await drain(connector, 'contacts', null);
    const contracts = recordsIn(pages).filter((record) => record.kind === 'contract');
    expect(contracts.map(({ annualValue }) => annualValue)).toEqual([
      { amount: '1200.50', currency: null },
      { amount: '0', currency: 'GBP' },
      undefined,
    ]);
    expect(rejectedIn(pages).map(({ externalId, field }) => [externalId, field])).toEqual([
      ['4', 'line 5, contract_annual_value'],
      ['5', 'line 6, contract_annual_value'],
    ]);
  });

  it('reads mapped columns in any place, another delimiter, a byte order mark, any line ends, and gzip by what it is', async () => {
    const text = '\uFEFFKunde;x;Betrag;Datum\r\n1;;5;2026-01-01\n\n2;;6;20260102\r3;;7;2026-01-03 10:11:12\r\n';
    const columns = { customerId: 'Kunde', date: 'Datum', amount: 'Betrag' };
    for (const content of [text, gzipSync(text)]) {
      const orders = await ordersOf(await overOrders(content, { columns, delimiter: ';' }));
      expect(orders.map((order) => `${order.contactExternalId} ${order.occurredAt} ${order.amount}`)).toEqual([
        '1 2026-01-01 5.00',
        '2 2026-01-02 6.00',
        '3 2026-01-03 7.00',
      ]);
    }
    const utf16 = Buffer.from(text, 'utf16le');
    expect(await ordersOf(await overOrders(utf16, { columns, delimiter: ';', encoding: 'utf-16le' }))).toHaveLength(3);
  });

  it('takes a day as it is written and an instant as an instant', async () => {
    const rows = ['2026-01-01', '2026-01-01T23:30:00', '2026-01-01T23:30:00Z', '2026-01-01 23:30:00.5 -05:00'];
    const orders = await ordersOf(
      await overOrders(`customer_id,date,amount\n${rows.map((date) => `1,${date},0`).join('\n')}`),
    );
    expect(orders.map(({ occurredAt }) => occurredAt)).toEqual([
      '2026-01-01',
      '2026-01-01',
      '2026-01-01T23:30:00.000Z',
      '2026-01-02T04:30:00.500Z',
    ]);
    expect(orders.map(({ amount }) => amount)).toEqual(['0.00', '0.00', '0.00', '0.00']);
  });

  it('knows an order by its number, with its refunds and its cancellation', async () => {
    const orders = await ordersOf(
      await overOrders(
        [
          'customer_id,date,amount,order_id,kind,refers_to,currency',
          '1,2026-01-01,10,A,sale,,JPY',
          '1,2026-01-02,-4,A,refund,,JPY',
          '1,2026-01-03,,R1,Return,A,JPY',
          '1,2026-01-04,10,,cancel,A,JPY',
        ].join('\n'),
      ),
    );
    expect(
      orders.map((order) => [
        order.transactionKind,
        order.amount,
        order.orderReference,
        order.refersTo,
        order.currency,
      ]),
    ).toEqual([
      ['order', '10', 'A', null, 'JPY'],
      ['refund', '4', null, 'A', 'JPY'],
      ['refund', null, null, 'A', 'JPY'],
      ['void', '10', null, 'A', 'JPY'],
    ]);
    expect(orders[0]?.externalId).toBe('A');
    expect(new Set(orders.map(({ externalId }) => externalId)).size).toBe(4);
  });

  it('keeps equal rows apart, and gives all rows the same ids whatever their order and what was added', async () => {
    const rows = ['1,2026-01-01,5', '2,2026-01-01,5', '1,2026-01-01,5', '1,2026-01-01,5.00', '1,2026-01-02,5'];
    const ids = async (lines: readonly string[]) =>
      (await ordersOf(await overOrders(`customer_id,date,amount\n${lines.join('\n')}\n`))).map(
        (order) => order.externalId,
      );
    const first = await ids(rows);
    expect(new Set(first).size).toBe(5);
    expect(new Set(await ids(rows.toReversed()))).toEqual(new Set(first));
    expect((await ids([...rows, '9,2026-02-02,1', '1,2026-01-01,5'])).slice(0, 5)).toEqual(first);
  });
});

describe('CSV connector: pages and cursors', () => {
  const ROWS = 2_500;
  const content = `customer_id,date,amount\n${Array.from({ length: ROWS }, (_, index) => `${index % 700},2026-01-01,${index % 7}`).join('\n')}\n`;
  const keyed = (records: readonly SourceRecord[]) =>
    new Map(records.map((record) => [`${record.kind} ${record.externalId}`, record]));

  it('reads in pages, each with its cursor, and goes on from any of them after a crash with the same records', async () => {
    const connector = await overOrders(content);
    const pages = await drain(connector, 'transactions', null);
    expect(pages.length).toBe(3);
    const whole = keyed(recordsIn(pages));
    expect([...whole.values()].filter(({ kind }) => kind === 'transaction')).toHaveLength(ROWS);
    for (const [index, page] of pages.entries()) {
      const rest = await drain(connector, 'transactions', toJson(page.cursor));
      expect(keyed([...recordsIn(pages.slice(0, index + 1)), ...recordsIn(rest)])).toEqual(whole);
      expect(recordsIn(rest).filter(({ kind }) => kind === 'transaction')).toHaveLength(
        Math.max(0, ROWS - 1_000 * (index + 1)),
      );
    }
  });

  it('answers with one empty page, without opening it, when the file did not change', async () => {
    const connector = await overOrders(content);
    const cursor = lastCursor(await drain(connector, 'transactions', null));
    // Size and time stay, what is in it does not: had it been opened, it would not be read without a fault.
    const path = join(folder, 'orders.csv');
    const at = new Date('2026-05-01T00:00:00Z');
    await utimes(path, at, at);
    const same = lastCursor(await drain(connector, 'transactions', cursor));
    await writeFile(path, Buffer.alloc(Buffer.byteLength(content)));
    await utimes(path, at, at);
    expect(await drain(connector, 'transactions', same)).toEqual([
      { records: [], rejected: [], cursor: same, total: null },
    ]);
  });

  it('reads the file again when it or the mapping changed', async () => {
    const connector = await overOrders('customer_id,date,amount,tax\n1,2026-01-01,5,1\n');
    const cursor = lastCursor(await drain(connector, 'transactions', null));
    const remapped = connect({ transactions: { file: 'orders.csv', columns: { amount: 'tax' } } });
    expect(recordsIn(await drain(remapped, 'transactions', cursor))).toHaveLength(2);
    await writeFile(join(folder, 'orders.csv'), 'customer_id,date,amount,tax\n1,2026-01-01,5,1\n2,2026-01-01,5,1\n');
    expect(recordsIn(await drain(connector, 'transactions', cursor))).toHaveLength(4);
  });

  it('reads from the start when the cursor is not one of its own', async () => {
    const connector = await overOrders('customer_id,date,amount\n1,2026-01-01,5\n');
    for (const cursor of ['text', 7, {}, { version: 1, line: 'x' }]) {
      expect(recordsIn(await drain(connector, 'transactions', cursor))).toHaveLength(2);
    }
  });
});
