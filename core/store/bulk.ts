import type { Sql } from '../ports/database.ts';

/** PostgreSQL types that rows are sent as. */
export type ColumnType =
  | 'text'
  | 'boolean'
  | 'integer'
  | 'bigint'
  | 'numeric'
  | 'double precision'
  | 'uuid'
  | 'date'
  | 'timestamptz'
  | 'jsonb';

/** Rows for one INSERT; each column travels as one array, so that the statement has as many parameters as columns. */
export interface BulkInsert<Columns extends Record<string, ColumnType>> {
  table: string;
  columns: Columns;
  /** Columns filled by an SQL expression instead of a value. */
  computed?: Readonly<Record<string, string>>;
  rows: readonly Readonly<Record<keyof Columns, unknown>>[];
  /** What follows ON CONFLICT, e.g. "(id) do nothing". */
  onConflict?: string;
}

/** Rows of one statement: enough to amortise the round trip, few enough to keep memory and locks small. */
const ROWS_PER_STATEMENT = 5_000;

/** Inserts rows by unnest of arrays. Values of jsonb columns are given as JavaScript values. */
export async function insertRows<Columns extends Record<string, ColumnType>>(
  sql: Sql,
  insert: BulkInsert<Columns>,
): Promise<void> {
  const names = Object.keys(insert.columns);
  const computed = Object.entries(insert.computed ?? {});
  // jsonb arrays are sent as text: a text[] literal is the one form both drivers quote alike.
  const wire = (type: ColumnType) => (type === 'jsonb' ? 'text' : type);
  const arrays = names.map((name, index) => `$${index + 1}::${wire(insert.columns[name] as ColumnType)}[]`);
  const selected = names.map((name) => (insert.columns[name] === 'jsonb' ? `u.${name}::jsonb` : `u.${name}`));
  const text = `insert into ${insert.table} (${[...names, ...computed.map(([name]) => name)].join(', ')})
    select ${[...selected, ...computed.map(([, expression]) => expression)].join(', ')}
    from unnest(${arrays.join(', ')}) as u(${names.join(', ')})
    ${insert.onConflict ? `on conflict ${insert.onConflict}` : ''}`;
  for (let start = 0; start < insert.rows.length; start += ROWS_PER_STATEMENT) {
    const chunk = insert.rows.slice(start, start + ROWS_PER_STATEMENT);
    const parameters = names.map((name) =>
      chunk.map((row) => {
        const value = row[name as keyof Columns];
        if (value === null || value === undefined) return null;
        return insert.columns[name] === 'jsonb' ? JSON.stringify(value) : value;
      }),
    );
    await sql.query(text, parameters);
  }
}
