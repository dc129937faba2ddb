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

/** Rows for one INSERT; of many, each column travels as one array, so that the statement has as many parameters as columns. */
export interface BulkInsert<Columns extends Record<string, ColumnType>> {
  table: string;
  columns: Columns;
  /** Columns filled by an SQL expression instead of a value. */
  computed?: Readonly<Record<string, string>>;
  rows: readonly Readonly<Record<keyof Columns, unknown>>[];
  /** What follows ON CONFLICT, e.g. "(id) do nothing". */
  onConflict?: string;
  /** What follows RETURNING. */
  returning?: string;
}

/** Rows of one statement: enough to amortise the round trip, few enough to keep memory and locks small. */
const ROWS_PER_STATEMENT = 5_000;

/**
 * Inserts rows in their order: many by unnest of arrays, a single one, which is all that an event brings, as it is. Values of jsonb
 * columns are given as JavaScript values.
 *
 * @returns what RETURNING gives
 */
export async function insertRows<Columns extends Record<string, ColumnType>, Returned extends object = never>(
  sql: Sql,
  insert: BulkInsert<Columns>,
): Promise<Returned[]> {
  const { table, columns, computed = {}, rows, onConflict, returning } = insert;
  if (rows.length === 0) return [];
  const names = Object.keys(columns);
  const expressions = Object.entries(computed);
  const computedAs = expressions.map(([, expression]) => expression);
  const textOf = (source: string) =>
    `insert into ${table} (${[...names, ...expressions.map(([name]) => name)].join(', ')}) ${source}
    ${onConflict ? `on conflict ${onConflict}` : ''} ${returning ? `returning ${returning}` : ''}`;
  const sent = (row: (typeof rows)[number], name: string) => {
    const value = row[name as keyof Columns];
    if (value === null || value === undefined) return null;
    return columns[name] === 'jsonb' ? JSON.stringify(value) : value;
  };
  const [only] = rows;
  if (only && rows.length === 1) {
    const values = names.map((name, index) => `$${index + 1}::${columns[name]}`);
    return sql.query<Returned>(
      textOf(`values (${[...values, ...computedAs].join(', ')})`),
      names.map((name) => sent(only, name)),
    );
  }
  // jsonb arrays are sent as text: a text[] literal is the one form both drivers quote alike.
  const wire = (type: ColumnType | undefined) => (type === 'jsonb' ? 'text' : type);
  const arrays = names.map((name, index) => `$${index + 1}::${wire(columns[name])}[]`);
  const selected = names.map((name) => (columns[name] === 'jsonb' ? `u.${name}::jsonb` : `u.${name}`));
  const text = textOf(
    `select ${[...selected, ...computedAs].join(', ')} from unnest(${arrays.join(', ')}) as u(${names.join(', ')})`,
  );
  const returned: Returned[] = [];
  for (let start = 0; start < rows.length; start += ROWS_PER_STATEMENT) {
    const chunk = rows.slice(start, start + ROWS_PER_STATEMENT);
    const values = names.map((name) => chunk.map((row) => sent(row, name)));
    for (const row of await sql.query<Returned>(text, values)) returned.push(row);
  }
  return returned;
}
