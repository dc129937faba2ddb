import type { ContactRecord, TransactionRecord } from '../domain/records.ts';

/** How often fields were empty in some records. */
export interface Load {
  n: number;
  missing: Record<string, number>;
}

/** The loads of one kind of record of a connection: the one that fills, and the last ones. */
export interface Loads {
  open: Load;
  past: Load[];
}

/** Records of a load: few cycles or many. */
const LOAD_RECORDS = 100;
const LOADS_KEPT = 12;
/** Loads from which on one is compared. */
const LEAST_LOADS = 3;
/** A jump: so much of all records more, and so many deviations beyond what loads differ by. */
const LEAST_JUMP = 0.15;
const DEVIATIONS = 6;

/** Nothing loaded yet. */
export function noLoads(): Loads {
  return { open: { n: 0, missing: {} }, past: [] };
}

/** Fields of a record that may be empty, and whether they are; null where a record says only a part. */
export function emptyFields(record: ContactRecord | TransactionRecord): Readonly<Record<string, boolean>> | null {
  if (record.kind === 'contact') {
    if (record.partial) return null;
    return {
      email: record.emails.length === 0,
      name: record.name === null,
      phone: record.phone === null,
      owner: record.ownerId === null,
      account: record.accountExternalId === null,
    };
  }
  if (record.transactionKind !== 'order') return null;
  return {
    orderReference: record.orderReference === null,
    margin: record.margin === undefined,
    account: record.accountExternalId === null,
  };
}

/** A field that is empty far more often than in the loads before; shares 0..1. */
export interface Jump {
  field: string;
  share: number;
  before: number;
}

/**
 * Counts a record in. When the load is full it is compared with the last ones and put with them.
 *
 * @returns what jumped, when a load was full; null while it fills
 */
export function countIn(loads: Loads, fields: Readonly<Record<string, boolean>>): readonly Jump[] | null {
  loads.open.n += 1;
  for (const [field, isEmpty] of Object.entries(fields))
    loads.open.missing[field] = (loads.open.missing[field] ?? 0) + (isEmpty ? 1 : 0);
  if (loads.open.n < LOAD_RECORDS) return null;
  const full = loads.open;
  const jumps = Object.keys(full.missing).flatMap((field) => jumpOf(field, full, loads.past) ?? []);
  // What jumped is not what is usual: it stays out until it has come down, or an admin has accepted it.
  if (jumps.length === 0) loads.past = [...loads.past, full].slice(-LOADS_KEPT);
  loads.open = { n: 0, missing: {} };
  return jumps;
}

function jumpOf(field: string, load: Load, past: readonly Load[]): Jump | null {
  const known = past.filter(({ missing }) => missing[field] !== undefined);
  if (known.length < LEAST_LOADS) return null;
  const shares = known.map(({ n, missing }) => (missing[field] ?? 0) / n);
  const before = shares.reduce((sum, share) => sum + share, 0) / shares.length;
  const between = shares.reduce((sum, share) => sum + (share - before) ** 2, 0) / Math.max(shares.length - 1, 1);
  const share = (load.missing[field] ?? 0) / load.n;
  // A field that was never empty has no variance to tell by: as if half a record had been.
  const floor = Math.max(before, 0.5 / load.n);
  const deviation = Math.sqrt((floor * (1 - Math.min(floor, 0.99))) / load.n + between);
  return share - before > LEAST_JUMP && share - before > DEVIATIONS * deviation ? { field, share, before } : null;
}
