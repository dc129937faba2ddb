import { randomUUID } from 'node:crypto';
import type { CalendarDay } from '../domain/calendar-day.ts';
import type { Database, Sql } from '../ports/database.ts';
import type { Fix, Transform } from '../quality/fixes.ts';
import { audit } from './audit.ts';
import { inTurn } from './turn.ts';

/** A fix as it is kept. */
export interface KeptFix extends Fix {
  reason: string;
  madeBy: string;
  madeAt: string;
  undoneBy: string | null;
  undoneAt: string | null;
}

const COLUMNS = `fix_id as "fixId", connection_id as "connectionId", transform, from_day as "from", until_day as until, reason,
  made_by as "madeBy", made_at as "madeAt", undone_by as "undoneBy", undone_at as "undoneAt"`;

/** The fixes that are applied to what comes from some connections, the oldest first. */
export async function fixesInForce(sql: Sql, connectionIds: readonly string[]): Promise<readonly Fix[]> {
  return sql.query<Fix>(
    `select fix_id as "fixId", connection_id as "connectionId", transform, from_day as "from", until_day as until from quality_fixes
     where undone_at is null and connection_id = any($1::text[]) order by made_at, fix_id`,
    [connectionIds],
  );
}

/** All fixes, undone ones among them, the newest first. */
export async function listFixes(sql: Sql): Promise<readonly KeptFix[]> {
  return sql.query<KeptFix>(`select ${COLUMNS} from quality_fixes order by made_at desc, fix_id`);
}

/**
 * Makes a fix and takes up again what it is about: the next cycle counts those sales as they should have come. What the source said stays on
 * record.
 *
 * @returns the fix, and how many sales it may be about
 */
export function makeFix(
  database: Database,
  given: {
    connectionId: string;
    transform: Transform;
    from: CalendarDay;
    until: CalendarDay | null;
    reason: string;
    by: string;
    at: string;
  },
): Promise<{ fixId: string; sales: number }> {
  return inTurn(database, async (sql) => {
    const fixId = randomUUID();
    await sql.query(
      `insert into quality_fixes (fix_id, connection_id, transform, from_day, until_day, reason, made_by, made_at)
       values ($1, $2, $3::jsonb, $4::date, $5::date, $6, $7, $8)`,
      [
        fixId,
        given.connectionId,
        JSON.stringify(given.transform),
        given.from,
        given.until,
        given.reason,
        given.by,
        given.at,
      ],
    );
    const sales = await takeUp(sql, given);
    await audit(sql, given.at, given.by, 'quality.fix', { fixId, connectionId: given.connectionId, sales });
    return { fixId, sales };
  });
}

/** Undoes a fix: its sales are counted as their source says. Null for an id that is unknown, or undone already. */
export function undoFix(
  database: Database,
  { fixId, by, at }: { fixId: string; by: string; at: string },
): Promise<{ sales: number } | null> {
  return inTurn(database, async (sql) => {
    const [fix] = await sql.query<Fix>(
      `update quality_fixes set undone_by = $2, undone_at = $3 where fix_id = $1 and undone_at is null
       returning fix_id as "fixId", connection_id as "connectionId", transform, from_day as "from", until_day as until`,
      [fixId, by, at],
    );
    if (!fix) return null;
    const sales = await takeUp(sql, fix);
    await audit(sql, at, by, 'quality.undo-fix', { fixId, sales });
    return { sales };
  });
}

/** Marks a connection's sales of the fix's days, and one more on each side: their day depends on the time zone. */
async function takeUp(
  sql: Sql,
  { connectionId, from, until }: Pick<Fix, 'connectionId' | 'from' | 'until'>,
): Promise<number> {
  const marked = await sql.query(
    `update source_records set pending = true where kind = 'transaction' and connection_id = $1 and not deleted
     and left(payload->>'occurredAt', 10) >= ($2::date - 1)::text
     and ($3::date is null or left(payload->>'occurredAt', 10) <= ($3::date + 1)::text) returning 1 as one`,
    [connectionId, from, until],
  );
  return marked.length;
}
