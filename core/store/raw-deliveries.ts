import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { Sql } from '../ports/database.ts';
import type { DeliveryForm, RawDelivery } from '../ports/inbox.ts';

/** Hundreds of events with the same keys come to a tenth in a twentieth of a millisecond; harder pressing pays nobody here. */
const LEVEL = { params: { [constants.ZSTD_c_compressionLevel]: -3 } };

/** Keeps deliveries as they came, in one statement that is a commit by itself. */
export async function keepDeliveries(sql: Sql, deliveries: readonly RawDelivery[], now: Date): Promise<void> {
  const bodies = deliveries.map(({ body }) => zstdCompressSync(body, LEVEL));
  let next = 1;
  const starts = bodies.map((body) => {
    const start = next;
    next += body.length;
    return start;
  });
  // The bodies travel as one value: drivers send that as bytes, and an array of them as text of twice the length.
  await sql.query(
    `insert into raw_deliveries (connection_id, seq, form, body, size, received_at)
     select u.connection_id, nextval('inbox_seq'), u.form, substring($1::bytea from u.start for u.length), u.size, $7
     from unnest($2::text[], $3::text[], $4::integer[], $5::integer[], $6::integer[]) with ordinality
       as u(connection_id, form, start, length, size, position)
     order by u.position`,
    [
      Buffer.concat(bodies),
      deliveries.map(({ connectionId }) => connectionId),
      deliveries.map(({ form }) => form),
      starts,
      bodies.map(({ length }) => length),
      deliveries.map(({ body }) => body.length),
      now.toISOString(),
    ],
  );
}

/** Bytes of all deliveries that wait, as they came. */
export async function bytesWaiting(sql: Sql): Promise<number> {
  const [row] = await sql.query<{ bytes: number }>(
    'select coalesce(sum(size), 0)::float8 as bytes from raw_deliveries',
  );
  return row?.bytes ?? 0;
}

/** A delivery that waits. */
export interface WaitingDelivery {
  seq: bigint;
  form: DeliveryForm;
  body: Buffer;
  receivedAt: string;
}

/** Deliveries of a connection that came first, as many as have `bytes` together and one at the least. */
export async function firstDeliveries(
  sql: Sql,
  connectionId: string,
  { bytes, rows }: { bytes: number; rows: number },
): Promise<readonly WaitingDelivery[]> {
  const found = await sql.query<Omit<WaitingDelivery, 'body'> & { body: Uint8Array }>(
    `select seq, form, body, received_at as "receivedAt" from (
       select seq, form, body, received_at, sum(size) over (order by seq) - size as before from raw_deliveries
       where connection_id = $1 order by seq limit $2) first
     where before < $3 order by seq`,
    [connectionId, rows, bytes],
  );
  return found.map((row) => ({ ...row, body: zstdDecompressSync(row.body) }));
}

/** Removes deliveries within the caller's commit. Returns how many there still were. */
export async function removeDeliveries(sql: Sql, connectionId: string, seqs: readonly bigint[]): Promise<number> {
  const gone = await sql.query(
    'delete from raw_deliveries where connection_id = $1 and seq = any($2::bigint[]) returning 1 as one',
    [connectionId, seqs.map(String)],
  );
  return gone.length;
}
