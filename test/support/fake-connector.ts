import type { Action, TaskAction } from '../../core/domain/actions.ts';
import {
  AuthError,
  RateLimitError,
  SeatMissingError,
  UnknownOutcomeError,
  VendorError,
} from '../../core/domain/errors.ts';
import { isClear, type WriteResult, type WriteRow } from '../../core/domain/fields.ts';
import type { SourceRecord } from '../../core/domain/records.ts';
import type { Connector, ShownValues } from '../../core/ports/connector.ts';

/** What goes wrong with the next attempt at an action. */
export type ActionFault =
  /** It is done and the answer is lost. */
  | 'lost-reply'
  /** It is not done and nobody knows. */
  | 'lost-request'
  | 'down'
  | 'limit'
  | 'revoked'
  | 'no-seat'
  | 'refused'
  /** The process dies before or after it is done. */
  | 'crash-before'
  | 'crash-after';

/** A vendor in memory, behind the port. */
export interface FakeConnector extends Connector {
  /** Puts records on offer for the next pull. */
  feed(...records: readonly SourceRecord[]): void;
  /** Every call of `write`, in order. */
  readonly writes: readonly (readonly WriteRow[])[];
  /** The fields a record shows, with the product's values on it. */
  fieldsOf(externalId: string): Readonly<Record<string, unknown>>;
  /** Somebody edits a record by hand; null removes it. */
  edit(externalId: string, values: Readonly<Record<string, unknown>> | null): void;
  /** Answers instead of "written", by external id. */
  readonly answers: Map<string, WriteResult>;
  /** Every action that was done at the vendor, a second time included. */
  readonly done: readonly Action[];
  /** Attempts that reached the vendor or were lost on the way. */
  readonly attempts: number;
  readonly finds: number;
  /** Faults of the next attempts, in order. */
  readonly faults: (ActionFault | null)[];
  /** Throws on write as a vendor that is down. */
  down: boolean;
}

/** A connector in memory; records keep their order. */
export function fakeConnector(connectionId = 'crm'): FakeConnector {
  const offered: SourceRecord[] = [];
  const writes: (readonly WriteRow[])[] = [];
  const shown = new Map<string, Record<string, unknown>>();
  const done: Action[] = [];
  const PAGE = 500;
  const connector = {
    vendor: 'csv' as const,
    connectionId,
    inbound: null,
    subscription: null,
    fields: null,
    uninstall: null,
    forgetter: null,
    opinions: null,
    answers: new Map<string, WriteResult>(),
    faults: [] as (ActionFault | null)[],
    attempts: 0,
    finds: 0,
    down: false,
    done,
    writes,
    feed: (...records: readonly SourceRecord[]) => {
      for (const record of records) offered.push(record);
    },
    fieldsOf: (externalId: string) => shown.get(externalId) ?? {},
    edit: (externalId: string, values: Readonly<Record<string, unknown>> | null) => {
      if (values === null) shown.delete(externalId);
      else shown.set(externalId, { ...shown.get(externalId), ...values });
    },
    source: {
      streams: ['contacts'] as const,
      mapping: {},
      survey: null,
      totals: null,
      pull: async function* (_stream: string, cursor: unknown) {
        let from = typeof cursor === 'number' ? cursor : 0;
        do {
          const records = offered.slice(from, from + PAGE);
          from += records.length;
          yield { records, rejected: [], cursor: from, total: null };
        } while (from < offered.length);
      },
    },
    scores: {
      batchRows: 100,
      kinds: ['contact'] as const,
      carries: () => true,
      read: async (records: readonly Pick<WriteRow, 'externalId'>[], names: readonly string[]) =>
        records.map(({ externalId }) => {
          const values = shown.get(externalId);
          return values === undefined
            ? null
            : Object.fromEntries(names.map((name) => [name, isClear(values[name]) ? null : (values[name] ?? null)]));
        }) as readonly (ShownValues | null)[],
      write: async (rows: readonly WriteRow[]) => {
        if (connector.down) throw new VendorError('down', { retry: 'later', status: 503 });
        writes.push(rows);
        return rows.map((row): WriteResult => {
          const answer = connector.answers.get(row.externalId) ?? { status: 'written' };
          if (answer.status === 'written') shown.set(row.externalId, { ...shown.get(row.externalId), ...row.values });
          return answer;
        });
      },
    },
    actions: {
      kinds: ['task'] as const,
      perform: async (action: Action) => {
        connector.attempts += 1;
        switch (connector.faults.shift() ?? null) {
          case 'lost-reply':
            done.push(action);
            throw new UnknownOutcomeError('no answer');
          case 'lost-request':
            throw new UnknownOutcomeError('no answer');
          case 'down':
            throw new VendorError('down', { retry: 'later', status: 503 });
          case 'limit':
            throw new RateLimitError('limit', { retryAfterMs: 1_000, scope: 'daily' });
          case 'revoked':
            throw new AuthError('revoked', { revoked: true });
          case 'no-seat':
            throw new SeatMissingError('no seat');
          case 'crash-after':
            done.push(action);
            throw new Error('killed');
          case 'crash-before':
            throw new Error('killed');
          case 'refused':
            throw new VendorError('refused', { retry: 'never', status: 400 });
          case null:
            done.push(action);
            return { externalId: String(done.length), readBack: false };
        }
      },
      find: async (action: Action) => {
        connector.finds += 1;
        const index = done.findIndex((each) => each.key === action.key);
        return index < 0 ? null : { externalId: String(index + 1), readBack: true };
      },
    },
    check: async () => ({ account: connectionId, problems: [], callsLeftToday: null }),
    usage: () => null,
    close: async () => undefined,
  };
  return connector;
}

/** The tasks among actions. */
export function tasksOf(actions: readonly Action[]): readonly TaskAction[] {
  return actions.filter((action) => action.kind === 'task');
}
