import type { Database, Sql } from '../ports/database.ts';

/**
 * A transaction of the pipeline. Those of one workspace run one after another, whichever process they are in: a step reads what is
 * pending and settles it in one commit, which two at once would do twice or in deadlock. Batches are small, so that the live thread
 * gets its turn between those of a nightly run.
 */
export function inTurn<T>(database: Database, work: (sql: Sql) => Promise<T>): Promise<T> {
  return database.transaction(async (sql) => {
    // The embedded store has one session: whoever has a transaction has it alone.
    if (database.engine === 'postgres') {
      await sql.query("select pg_advisory_xact_lock(hashtextextended(current_schema() || '/pipeline', 0))");
    }
    return work(sql);
  });
}
