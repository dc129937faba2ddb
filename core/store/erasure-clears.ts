import { CLEAR, type WriteRow } from '../domain/fields.ts';
import type { Sql } from '../ports/database.ts';
import { insertRows } from './bulk.ts';
import { erasuresOf } from './tombstones.ts';

/** A record whose fields of ours are to be cleared. */
export interface PendingClear {
  erasureId: string;
  row: WriteRow;
}

/** The person's records, with the fields that carry, or may carry, values of ours: also those of a write whose answer was not noted. */
export async function keepClears(sql: Sql, erasureId: string, customerId: string): Promise<void> {
  const carriers = await sql.query<{
    connection_id: string;
    kind: string;
    external_id: string;
    written: Readonly<Record<string, unknown>>;
    desired: Readonly<Record<string, unknown>> | null;
  }>('select connection_id, kind, external_id, written, desired from customer_records where customer_id = $1::uuid', [
    customerId,
  ]);
  // Traits by which an audience chose them are no scores: they are known by the action.
  const audiences = await sql.query<{ connection_id: string; contact: string; field: string }>(
    `select connection_id, action->>'contactExternalId' as contact, 'audience_' || (action->>'name') as field from outbox
     where customer_id = $1::uuid and action->>'kind' = 'audience' and state in ('done', 'started')`,
    [customerId],
  );
  await insertRows(sql, {
    table: 'erasure_clears',
    columns: { erasure_id: 'text', connection_id: 'text', kind: 'text', external_id: 'text', fields: 'jsonb' },
    rows: carriers.map((row) => ({
      erasure_id: erasureId,
      connection_id: row.connection_id,
      kind: row.kind,
      external_id: row.external_id,
      fields: [
        ...new Set([
          ...Object.keys(row.written),
          ...Object.keys(row.desired ?? {}),
          ...audiences
            .filter((each) => each.connection_id === row.connection_id && each.contact === row.external_id)
            .map((each) => each.field),
        ]),
      ],
    })),
  });
}

/** Records of a connection that wait to be cleared. */
export async function pendingClears(sql: Sql, connectionId: string): Promise<readonly PendingClear[]> {
  const rows = await sql.query<{
    erasure_id: string;
    kind: WriteRow['recordKind'];
    external_id: string;
    fields: readonly string[];
  }>(
    `select erasure_id, kind, external_id, fields from erasure_clears where connection_id = $1 and outcome is null
     order by erasure_id, external_id`,
    [connectionId],
  );
  return rows.map((row) => ({
    erasureId: row.erasure_id,
    row: {
      recordKind: row.kind,
      externalId: row.external_id,
      parentExternalId: null,
      values: Object.fromEntries(row.fields.map((name) => [name, CLEAR])),
    },
  }));
}

/** Notes what became of records: "cleared", "forgotten", "nothing" where there was nothing to do, or the code of a refusal. */
export async function settleClears(
  sql: Sql,
  connectionId: string,
  outcomes: readonly { clear: PendingClear; outcome: string }[],
): Promise<void> {
  for (const { clear, outcome } of outcomes) {
    await sql.query(
      `update erasure_clears set outcome = $5
       where erasure_id = $1 and connection_id = $2 and kind = $3 and external_id = $4`,
      [clear.erasureId, connectionId, clear.row.recordKind, clear.row.externalId, outcome],
    );
  }
}

/** Gives up on records of connections that are configured no more; those that show nothing of ours need none. */
export async function abandonClears(sql: Sql, presentConnections: readonly string[]): Promise<void> {
  await sql.query(
    `update erasure_clears set outcome = case when fields = '[]' then 'nothing' else 'no-connection' end
     where outcome is null and not connection_id = any($1::text[])`,
    [presentConnections],
  );
}

/**
 * Values that were on their way to a vendor when their customer was erased have just arrived: they are cleared again, and the receipt
 * waits for it.
 *
 * @param rows what a vendor has just accepted
 */
export async function clearAgain(
  sql: Sql,
  connectionId: string,
  rows: readonly Pick<WriteRow, 'recordKind' | 'externalId' | 'values'>[],
): Promise<void> {
  const erasures = await erasuresOf(
    sql,
    connectionId,
    rows.map((row) => row.externalId),
  );
  if (erasures.size === 0) return;
  await insertRows(sql, {
    table: 'erasure_clears',
    columns: { erasure_id: 'text', connection_id: 'text', kind: 'text', external_id: 'text', fields: 'jsonb' },
    rows: rows.flatMap(({ recordKind, externalId, values }) => {
      const erasureId = erasures.get(externalId);
      if (erasureId === undefined) return [];
      return [
        {
          erasure_id: erasureId,
          connection_id: connectionId,
          kind: recordKind,
          external_id: externalId,
          fields: Object.keys(values),
        },
      ];
    }),
    onConflict: '(erasure_id, connection_id, kind, external_id) do update set fields = excluded.fields, outcome = null',
  });
  // What the run keeps for an undo is of the person, too.
  await sql.query('delete from written_values where connection_id = $1 and external_id = any($2::text[])', [
    connectionId,
    [...erasures.keys()],
  ]);
  await sql.query('update erasures set receipt = null where erasure_id = any($1::text[])', [[...erasures.values()]]);
}
