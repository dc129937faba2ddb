import type { Action, ActionKind, ActionReceipt } from '../domain/actions.ts';
import type { CallUsage } from '../domain/call-usage.ts';
import type { FieldDefinition, WriteResult, WriteRow } from '../domain/fields.ts';
import type { Json } from '../domain/json.ts';
import type { RecordKind, RejectedRecord, SourceRecord, Stream } from '../domain/records.ts';
import type { OpinionSource } from './opinions.ts';
import type { SourceTotals } from './source-totals.ts';
import type { Subscription } from './subscription.ts';
import type { Survey } from './survey.ts';
import type { Uninstaller } from './uninstall.ts';

/**
 * A vendor behind the one port. What a vendor cannot do is `null`, not a method that throws: ask the facet, then use it.
 * Every method may throw the errors of core/domain/errors.ts and no others.
 */
export interface Connector {
  readonly vendor: 'salesforce' | 'hubspot' | 'segment' | 'csv';
  /** Id of the connection; part of every source key. */
  readonly connectionId: string;
  readonly source: Source | null;
  readonly inbound: Inbound | null;
  readonly subscription: Subscription | null;
  readonly fields: FieldProvisioner | null;
  readonly scores: ScoreWriter | null;
  readonly actions: ActionPerformer | null;
  readonly uninstall: Uninstaller | null;
  readonly forgetter: Forgetter | null;
  readonly opinions: OpinionSource | null;
  /** Whether the credentials work and which scopes, objects and limits they reach; reads only. */
  check(): Promise<CheckReport>;
  /** What the vendor's replies said of the account's calls of the day; null before one did, or where it counts none. Asks nothing. */
  usage(): CallUsage | null;
  /** Flushes what is buffered and frees sockets. */
  close(): Promise<void>;
}

/** Result of `check`; problems carry what to do. */
export interface CheckReport {
  /** The vendor's own name of the account, e.g. organisation or portal id. */
  account: string;
  problems: readonly { what: string; remedy: string }[];
  /** Calls left today, when the vendor says so. */
  callsLeftToday: number | null;
}

/** How far a stream has been read. Opaque to the core; JSON, so that the store can keep it. */
export type Cursor = Json;

/** A page of a stream. The cursor is kept in the same commit as the page's records: a crash re-reads at most one page. */
export interface Page {
  records: readonly SourceRecord[];
  rejected: readonly RejectedRecord[];
  cursor: Cursor;
  /** Records of this stream in all, for progress; null when the vendor does not say. */
  total: number | null;
}

export interface Source {
  /** Streams this connection offers, in the order of STREAMS. */
  readonly streams: readonly Stream[];
  /** The settings that decide what a stream's records say: where they change, the stream is to be read again. */
  readonly mapping: Readonly<Partial<Record<Stream, Json>>>;
  /** Null where there is nothing to choose from. */
  readonly survey: Survey | null;
  /** Null where the source cannot be asked what it has. */
  readonly totals: SourceTotals | null;
  /**
   * Reads everything since the cursor (everything there is when it is null) up to some moment after the call, in pages.
   * Complete: no silent cap. The last page's cursor is where the next pull begins; a pull with no news yields one empty page.
   * Records may come again as they were, once a day, where the vendor would not tell of a change.
   */
  pull(stream: Stream, cursor: Cursor | null): AsyncIterable<Page>;
}

/** One verified message from a vendor, as it was stored. */
export interface Delivery {
  /** The parsed JSON of one event, or the XML text of a Salesforce notification. */
  payload: Json;
  receivedAt: string;
}

export interface Inbound {
  /**
   * Translates verified deliveries into records, reading from the vendor where a message carries only an id. Records are in the
   * order of the deliveries. A delivery that is an echo of our own write gives none.
   */
  read(deliveries: readonly Delivery[]): Promise<Pick<Page, 'records' | 'rejected'>>;
}

/** What provisioning would do, or did, with one field, group or permission. */
export interface ProvisionStep {
  what: 'group' | 'field' | 'permission';
  name: string;
  on: string;
  outcome: 'create' | 'exists' | 'conflict';
  /** For a conflict: what stands there and what to do. */
  note: string;
}

export interface FieldProvisioner {
  /** Creates what is missing; never changes what it did not create. With dryRun nothing is written. Safe to repeat. */
  provision(fields: readonly FieldDefinition[], options: { dryRun: boolean }): Promise<readonly ProvisionStep[]>;
}

export interface ScoreWriter {
  /** Rows the vendor takes in one call. */
  readonly batchRows: number;
  /** Record kinds that can carry scores. */
  readonly kinds: readonly Extract<RecordKind, 'contact' | 'account'>[];
  /** Whether a record with this id can carry scores at all; one that cannot is no fault, and nothing is written for it. */
  carries(externalId: string): boolean;
  /**
   * Updates existing records, in as few calls as the vendor allows. One result per row, in order. Never creates; safe to repeat.
   * Throws only when no row's fate is known (no access, limit reached, vendor down).
   */
  write(rows: readonly WriteRow[], lane?: Lane): Promise<readonly WriteResult[]>;
  /**
   * What records hold of the named fields now (FieldDefinition.name), as the vendor shows it: numbers may come as text, empty is null
   * or "". One entry per record, in order; null for a record that is gone. The facet is null where the vendor cannot be asked.
   */
  readonly read:
    | ((
        records: readonly Pick<WriteRow, 'recordKind' | 'externalId'>[],
        names: readonly string[],
      ) => Promise<readonly (ShownValues | null)[]>)
    | null;
}

/** Values of our fields as a vendor shows them, by FieldDefinition.name. */
export type ShownValues = Readonly<Record<string, string | number | null>>;

/** Which calls go first where a vendor's limit makes them wait: those that somebody waits for, before those of a batch. */
export type Lane = 'live' | 'batch';

/** A vendor that deletes people for good and takes no more of them, where the admin has given us the right to ask for it. */
export interface Forgetter {
  /** Whether a record with this id is of somebody who can be forgotten. */
  takes(externalId: string): boolean;
  /** Asks for it. Safe to repeat. */
  forget(externalIds: readonly string[]): Promise<void>;
}

export interface ActionPerformer {
  readonly kinds: readonly ActionKind[];
  /** Performs it once. Throws UnknownOutcomeError when the request went out and no answer came. */
  perform(action: Action): Promise<ActionReceipt>;
  /** Looks for an action by its key; null when it was never done. Called before a repeat after an unknown outcome. */
  find(action: Action): Promise<ActionReceipt | null>;
}
