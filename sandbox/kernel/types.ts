/**
 * What the three look-alikes share. The sandbox is "the other side": it imports nothing of the product, and the product
 * imports nothing of it but `startSandbox` (from `cli/` and the tests).
 */
import type { Router } from 'express';

/** The three vendors the sandbox answers as. */
export type VendorName = 'salesforce' | 'hubspot' | 'segment';

/** How a request counts in the bill of API calls (see minimum-calls.ts). `free` = auth, describe, provisioning, checks, control. */
export type Operation =
  | 'list' // HubSpot list page, 100 rows
  | 'search' // HubSpot search page, 200 rows
  | 'associations' // HubSpot association batch read, 100 ids
  | 'soql' // Salesforce query page, 2,000 rows
  | 'bulk-read' // Salesforce Bulk 2.0 query traffic
  | 'bulk-write' // Salesforce Bulk 2.0 ingest traffic
  | 'write' // batch update of records: Salesforce 200, HubSpot 100 rows
  | 'action' // task, cadence, sequence
  | 'read-back' // looking for an action whose outcome is unknown
  | 'segment-batch' // Segment /v1/batch
  | 'profile' // Segment Profile API
  | 'free';

/** What a handler says of the request it answered; ids are the records read or written, `object` the vendor's object name. */
export interface RequestNote {
  operation: Operation;
  object?: string;
  ids?: readonly string[];
}

/** One line of the request log, in order of arrival. Bodies are kept as text, without credentials. */
export interface LoggedRequest {
  seq: number;
  vendor: VendorName;
  at: string;
  method: string;
  path: string;
  query: string;
  requestBody: string;
  /** Length of the whole body; `requestBody` keeps only the beginning of a large one. */
  requestBytes: number;
  status: number;
  responseBytes: number;
  durationMs: number;
  note: RequestNote;
  /** Set when a planted fault touched this request; such requests are outside both counts of API calls. */
  fault: string | null;
}

/** A planted fault. It hits the next `times` requests whose vendor, method and path match, after letting `after` of them pass. */
export interface Fault {
  id: string;
  vendor: VendorName;
  /** Regular expression on the path with query; absent matches every path. */
  path?: string;
  method?: string;
  kind: 'status' | 'timeout' | 'cut' | 'lost-reply' | 'expired-token' | 'row-lock' | 'partial-batch' | 'bad-row';
  /** For `status`: the status, and optionally the vendor's headers and body; without a body the vendor's usual one for that status. */
  status?: number;
  headers?: Record<string, string>;
  body?: unknown;
  /** For `bad-row`, `row-lock`, `partial-batch`: the record ids that fail; absent = the first row of the batch. */
  ids?: readonly string[];
  times: number;
  after: number;
}

/**
 * A persistent table: a Map whose every change is appended to the journal before the reply leaves, so that the sandbox may be
 * killed and started again with the same state.
 */
export interface Table<Row> {
  get(id: string): Row | undefined;
  set(id: string, row: Row): void;
  delete(id: string): void;
  ids(): IterableIterator<string>;
  values(): IterableIterator<Row>;
  readonly size: number;
}

/** Handed to each vendor when it is built. */
export interface Kernel {
  /** The sandbox's time; real time unless a test set it through POST /_sandbox/clock. */
  now(): Date;
  /** Deterministic, from the sandbox's seed. 0 <= x < 1. */
  random(): number;
  table<Row>(name: string): Table<Row>;
  /** Monotonous number of a persistent sequence, from 1. */
  nextNumber(sequence: string): number;
  /** The fault planted for this request, if any, already counted down; row faults are for the handler to act on. */
  rowFault(vendor: VendorName, method: string, pathWithQuery: string): Fault | null;
}

/** One vendor's side of the sandbox. */
export interface VendorSandbox {
  readonly name: VendorName;
  /** Mounted at / of the vendor's own port. It must answer 501 with a clear message to anything it does not know. */
  readonly router: Router;
  /** Body of the vendor's own answer for a status planted by a fault without a body. */
  faultReply(status: number): { headers: Record<string, string>; body: unknown };
  close(): Promise<void>;
}

/** Options of `startSandbox`. Port 0 takes a free port. */
export interface SandboxOptions {
  /** Folder of the journal; null keeps the state in memory only. */
  stateDir: string | null;
  seed: number;
  ports?: { salesforce?: number; hubspot?: number; segment?: number; pubSub?: number };
  /** Access-token lifetime in seconds for OAuth tokens handed out. */
  tokenLifetimeSeconds?: number;
  /** HubSpot burst limit per rolling 10 s (190 as on Professional) and search limit per second (5). */
  hubspotBurstPer10s?: number;
  hubspotSearchPerSecond?: number;
  /** A HubSpot account of so many contacts, each with so many won deals, made up as it is read: for loads of millions. */
  vast?: { contacts: number; dealsEach: number; seed: number };
}

/** A running sandbox. The same control surface is under /_sandbox/ of every port. */
export interface Sandbox {
  readonly urls: Readonly<Record<VendorName, string>>;
  /** Salesforce's Pub/Sub API: gRPC, without TLS. */
  readonly pubSubUrl: string;
  close(): Promise<void>;
}
