import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { Sql } from '../ports/database.ts';
import type { DeliveryForm, RawDelivery } from '../ports/inbox.ts';

/** Hundreds of events with the same keys come to a tenth in some microseconds; harder pressing pays nobody here. */
const PACKING = {
  params: {
    [constants.ZSTD_c_compressionLevel]: -3,
    // Tables of 16 kB instead of 128: as small for what repeats so soon, and quicker than to clear them.
    [constants.ZSTD_c_hashLog]: 12,
  },
};
/** Less than this is kept as it is: it takes no room, and an event that comes alone is waited for. */
const WORTH_PACKING_BYTES = 4_096;

/** Deliveries of a connection that came together, as they are kept. */
export interface PackedDeliveries extends Pick<RawDelivery, 'connectionId' | 'form'> {
  /** Bodies one behind the other, compressed where that makes them smaller: as long as `sizes` say, they are not. */
  bodies: Buffer;
  /** Bytes of each before that. */
  sizes: readonly number[];
}

/** Packs deliveries: those of a connection that came together as one. */
export function packDeliveries(deliveries: readonly RawDelivery[]): readonly PackedDeliveries[] {
  const together = Map.groupBy(deliveries, ({ connectionId, form }) => `${form} ${connectionId}`);
  return [...together.values()].flatMap(([first, ...others]) => {
    if (!first) return [];
    const bodies = [first.body, ...others.map(({ body }) => body)];
    const { connectionId, form } = first;
    const sizes = bodies.map(({ length }) => length);
    return [{ connectionId, form, bodies: compressed(joined(bodies)), sizes }];
  });
}

/**
 * Keeps packed deliveries, each row a commit by itself. When a later one fails, an earlier one stays, and is met again by the keys of its
 * messages when its vendor repeats it.
 */
export async function keepDeliveries(sql: Sql, packed: readonly PackedDeliveries[], now: Date): Promise<void> {
  for (const { connectionId, form, bodies, sizes } of packed) {
    await sql.query(
      `insert into raw_deliveries (connection_id, seq, form, bodies, sizes, received_at)
       values ($1, nextval('inbox_seq'), $2, $3, $4::integer[], $5)`,
      [connectionId, form, bodies, sizes, now.toISOString()],
    );
  }
}

/** Never the buffer that was given: it is filled anew before this one is on disk. */
function compressed(bodies: Buffer): Buffer {
  if (bodies.length < WORTH_PACKING_BYTES) return Buffer.from(bodies);
  const packed = zstdCompressSync(bodies, { ...PACKING, pledgedSrcSize: bodies.length });
  return packed.length < bodies.length ? packed : Buffer.from(bodies);
}

function decompressed(bodies: Uint8Array, sizes: readonly number[]): Buffer {
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  return bodies.length === bytes ? Buffer.from(bodies) : zstdDecompressSync(bodies);
}

let space = Buffer.alloc(0);

/** Bodies one behind the other, until the next call: always in the same place, so that a flood leaves less to be collected. */
function joined(bodies: readonly Buffer[]): Buffer {
  const bytes = bodies.reduce((sum, { length }) => sum + length, 0);
  if (space.length < bytes) space = Buffer.allocUnsafeSlow(2 * bytes);
  let end = 0;
  for (const body of bodies) end += body.copy(space, end);
  return space.subarray(0, end);
}

/** Bytes that all deliveries which wait take on disk. */
export async function bytesWaiting(sql: Sql): Promise<number> {
  const [row] = await sql.query<{ bytes: number }>(
    'select coalesce(sum(octet_length(bodies)), 0)::float8 as bytes from raw_deliveries',
  );
  return row?.bytes ?? 0;
}

/** When the last of a connection's deliveries that wait came; null when none waits. */
export async function lastDeliveryAt(sql: Sql, connectionId: string): Promise<string | null> {
  const [last] = await sql.query<{ at: string }>(
    'select received_at as at from raw_deliveries where connection_id = $1 order by seq desc limit 1',
    [connectionId],
  );
  return last?.at ?? null;
}

/** Deliveries that came together and wait. */
export interface WaitingDeliveries {
  seq: bigint;
  form: DeliveryForm;
  bodies: readonly Buffer[];
  receivedAt: string;
}

/** Whether deliveries of a connection wait. */
export async function hasDeliveries(sql: Sql, connectionId: string): Promise<boolean> {
  const found = await sql.query('select 1 as one from raw_deliveries where connection_id = $1 limit 1', [connectionId]);
  return found.length > 0;
}

/** Deliveries of a connection that came first: as many rows as have about so many bytes together, and one at the least. */
export async function firstDeliveries(
  sql: Sql,
  connectionId: string,
  { bytes, rows }: { bytes: number; rows: number },
): Promise<readonly WaitingDeliveries[]> {
  const found = await sql.query<Omit<WaitingDeliveries, 'bodies'> & { bodies: Uint8Array; sizes: readonly number[] }>(
    `select seq, form, bodies, sizes, received_at as "receivedAt" from (
       select r.*, sum(own.bytes) over (order by seq) - own.bytes as before
       from raw_deliveries r, lateral (select sum(size) as bytes from unnest(r.sizes) as size) own
       where connection_id = $1 order by seq limit $2) first
     where before < $3 order by seq`,
    [connectionId, rows, bytes],
  );
  return found.map(({ seq, form, bodies, sizes, receivedAt }) => ({
    seq,
    form,
    receivedAt,
    bodies: divided(decompressed(bodies, sizes), sizes),
  }));
}

function divided(whole: Buffer, sizes: readonly number[]): readonly Buffer[] {
  let start = 0;
  return sizes.map((size) => {
    start += size;
    return whole.subarray(start - size, start);
  });
}

/** Removes deliveries within the caller's commit. Returns how many rows there still were. */
export async function removeDeliveries(sql: Sql, connectionId: string, seqs: readonly bigint[]): Promise<number> {
  const gone = await sql.query(
    'delete from raw_deliveries where connection_id = $1 and seq = any($2::bigint[]) returning 1 as one',
    [connectionId, seqs.map(String)],
  );
  return gone.length;
}
