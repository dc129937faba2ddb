import type { Sql } from '../ports/database.ts';

/** Rows that are read, or written, at a time. */
const ROWS_PER_READ = 2_000;

/** Tables of the workspace but for the list of migrations, which the store keeps itself. Names come from the catalogue. */
export async function tablesOf(sql: Sql): Promise<readonly string[]> {
  const rows = await sql.query<{ name: string }>(
    `select tablename as name from pg_tables where schemaname = current_schema() and tablename <> 'migrations' order by 1`,
  );
  return rows.map(({ name }) => name);
}

/** All rows of a table in pages, each row as the text of a JSON object. Within a transaction. */
export async function* pagesOf(sql: Sql, table: string): AsyncGenerator<readonly string[]> {
  await sql.query(`declare whole_table no scroll cursor for select to_jsonb(t)::text as row from ${table} t`);
  for (;;) {
    const page = await sql.query<{ row: string }>(`fetch ${ROWS_PER_READ} from whole_table`);
    if (page.length === 0) break;
    yield page.map(({ row }) => row);
  }
  await sql.query('close whole_table');
}

/** Puts rows into a table; `rows` is the text of a JSON array of objects. */
export async function insertPage(sql: Sql, table: string, rows: string): Promise<void> {
  const columns = await columnsOf(sql, table);
  await sql.query(
    `insert into ${table} (${columns}) overriding system value
     select ${columns} from jsonb_populate_recordset(null::${table}, $1::jsonb)`,
    [rows],
  );
}

/** The first table that has a row; null when the workspace is empty. */
export async function firstFilled(sql: Sql): Promise<string | null> {
  for (const table of await tablesOf(sql)) {
    const [row] = await sql.query(`select 1 as one from ${table} limit 1`);
    if (row) return table;
  }
  return null;
}

/** Last values of the sequences that were used, by name. */
export async function sequenceValues(sql: Sql): Promise<Readonly<Record<string, string>>> {
  const rows = await sql.query<{ name: string; value: bigint | null }>(
    `select sequencename as name, last_value as value from pg_sequences where schemaname = current_schema() and last_value is not null`,
  );
  return Object.fromEntries(rows.map(({ name, value }) => [name, String(value)]));
}

/** Has sequences go on behind these values. */
export async function keepSequences(sql: Sql, values: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, value] of Object.entries(values)) {
    await sql.query('select setval($1::regclass, $2::bigint)', [name, value]);
  }
}

/** Columns of a table that can be given, as a list in SQL: generated ones follow from the others. */
async function columnsOf(sql: Sql, table: string): Promise<string> {
  const rows = await sql.query<{ name: string }>(
    `select quote_ident(column_name) as name from information_schema.columns
     where table_schema = current_schema() and table_name = $1 and is_generated = 'NEVER' order by ordinal_position`,
    [table],
  );
  return rows.map(({ name }) => name).join(', ');
}
