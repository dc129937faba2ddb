import type { Database } from '../ports/database.ts';
import { inTurn } from './turn.ts';

/**
 * Takes a contact out of the customer it was joined to: whatever it shares with others joins it no more. `identify` then derives both
 * customers again from what is on record.
 *
 * @returns how many shared keys joined it; 0 when it stood alone
 */
export async function undoJoin(
  database: Database,
  record: { connectionId: string; externalId: string },
): Promise<number> {
  const key = [record.connectionId, record.externalId];
  return inTurn(database, async (sql) => {
    const disabled = await sql.query(
      `update identity_keys k set disabled = true where k.connection_id = $1 and k.external_id = $2 and not k.disabled and exists (
         select 1 from identity_keys o where o.key_hash = k.key_hash and not o.disabled
         and (o.connection_id <> k.connection_id or o.external_id <> k.external_id)) returning k.key_hash`,
      key,
    );
    await sql.query(
      `update source_records set pending = true where kind = 'contact' and connection_id = $1 and external_id = $2`,
      key,
    );
    return disabled.length;
  });
}
