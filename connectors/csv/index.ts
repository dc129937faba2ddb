import { resolve } from 'node:path';
import { ConfigError, DataError } from '../../core/domain/errors.ts';
import type { Stream } from '../../core/domain/records.ts';
import type { CheckReport, Connector } from '../../core/ports/connector.ts';
import type { ConnectorContext } from '../http/context.ts';
import { toContact, toContract, toTransaction } from './mapping.ts';
import { Occurrences } from './occurrences.ts';
import { pullFile } from './pull-file.ts';
import { type FileFormat, readRows } from './read-rows.ts';
import type { ColumnName, CsvSettings } from './settings.ts';

export { type DatedOrder, readTransactionsFile } from './read-transactions-file.ts';
export { type CsvSettings, csvSettingsSchema } from './settings.ts';

const NEEDED: Readonly<Record<'contacts' | 'transactions', readonly ColumnName[]>> = {
  contacts: ['customerId'],
  transactions: ['customerId', 'date', 'amount'],
};

/**
 * CSV files: customers and their orders in, nothing out. A file of orders alone is enough: it brings the customers it names.
 *
 * @param folder what the paths of the settings are relative to
 * @throws ConfigError when neither file is named
 */
export function createCsv(context: ConnectorContext, settings: CsvSettings, folder: string): Connector {
  const formats = new Map<Stream, FileFormat>();
  for (const stream of ['contacts', 'transactions'] as const) {
    const named = settings[stream];
    if (named === null) continue;
    formats.set(stream, {
      path: resolve(folder, named.file),
      columns: named.columns,
      needed: NEEDED[stream],
      delimiter: settings.delimiter,
      encoding: settings.encoding,
    });
  }
  if (formats.size === 0) {
    throw new ConfigError([
      {
        path: `connections.${context.connectionId}.settings`,
        expected: 'a file of contacts, of transactions, or both',
        remedy: 'Set "transactions: { file: orders.csv }".',
      },
    ]);
  }
  return {
    vendor: 'csv',
    connectionId: context.connectionId,
    source: {
      streams: [...formats.keys()],
      // Files of one connection add up: another one is no other view of the same orders.
      mapping: {},
      survey: null,
      totals: null,
      pull: (stream, cursor) => {
        const format = formats.get(stream);
        if (!format) throw noSuchStream(stream);
        if (stream === 'contacts') {
          return pullFile(format, 'contact', cursor, (row) => {
            const { contact, account } = toContact(row);
            return [...(account ? [account] : []), contact, ...toContract(row)];
          });
        }
        const seen = new Occurrences();
        return pullFile(format, 'transaction', cursor, (row) => {
          const { contact, account, transaction } = toTransaction(row, seen, context.currency);
          return account ? [account, contact, transaction] : [contact, transaction];
        });
      },
    },
    inbound: null,
    subscription: null,
    fields: null,
    scores: null,
    actions: null,
    uninstall: null,
    forgetter: null,
    opinions: null,
    check: () => check(folder, [...formats.values()]),
    usage: () => null,
    close: async () => {},
  };
}

/** Looks at the first rows of each file. */
async function check(folder: string, formats: readonly FileFormat[]): Promise<CheckReport> {
  const problems: { what: string; remedy: string }[] = [];
  for (const format of formats) {
    try {
      for await (const _ of readRows(format)) break;
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      problems.push({ what: error.message, remedy: error.fault.remedy });
    }
  }
  return { account: folder, problems, callsLeftToday: null };
}

function noSuchStream(stream: Stream): ConfigError {
  return new ConfigError([
    { path: 'stream', expected: 'a stream that this connection offers', found: stream, remedy: 'Name a file for it.' },
  ]);
}
