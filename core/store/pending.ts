import type { Sql } from '../ports/database.ts';

/** What of a cycle's first steps waits to be taken up. */
export interface Pending {
  erasures: boolean;
  contacts: boolean;
  contracts: boolean;
}

/**
 * What waits: one look, which costs a third of a turn in which nothing is found. Who lands something after it sees to it himself.
 */
export async function readPending(sql: Sql): Promise<Pending> {
  const [row] = await sql.query<Pending>(
    `select exists (select 1 from erasure_requests) as erasures,
       exists (select 1 from source_records where kind = 'contact' and pending) as contacts,
       exists (select 1 from source_records where kind = 'contract' and pending) as contracts`,
  );
  return row ?? { erasures: true, contacts: true, contracts: true };
}
