import type { Sql } from '../ports/database.ts';

/** What the columns of report tables hold; `instant` is a timestamptz, `money` a numeric(18, 3). */
export type ReportColumnType = 'text' | 'boolean' | 'integer' | 'double' | 'money' | 'day' | 'instant';

/** A column of a report table, as its view in the database describes it. */
export interface ReportColumn {
  name: string;
  type: ReportColumnType;
  description: string;
}

/** A view for reports (core/store/migrations, `bi_...`). */
export interface ReportTable {
  /** Without "bi_", with hyphens: "score-history". */
  name: string;
  description: string;
  columns: readonly ReportColumn[];
}

/** A row by the columns' names, with the values of core/ports/database.ts. */
export type ReportRow = Readonly<Record<string, string | number | boolean | null>>;

/** Rows that are read at a time. */
const ROWS_PER_READ = 5_000;
/** The first columns of each view that make up its key. */
const MOST_KEY_COLUMNS = 4;

const TYPES: Readonly<Record<string, ReportColumnType>> = {
  uuid: 'text',
  text: 'text',
  boolean: 'boolean',
  integer: 'integer',
  'double precision': 'double',
  numeric: 'money',
  date: 'day',
  'timestamp with time zone': 'instant',
};

/** The report tables of a workspace by name, with what the database says of them and of their columns, in order. */
export async function reportTables(sql: Sql): Promise<readonly ReportTable[]> {
  const rows = await sql.query<{
    view: string;
    description: string;
    column: string;
    type: string;
    column_description: string;
  }>(
    `select v.relname as view, obj_description(v.oid, 'pg_class') as description, a.attname as column,
       c.data_type as type, col_description(v.oid, a.attnum) as column_description
     from pg_class v
       join pg_namespace n on n.oid = v.relnamespace
       join pg_attribute a on a.attrelid = v.oid and a.attnum > 0
       join information_schema.columns c on c.table_schema = n.nspname and c.table_name = v.relname and c.column_name = a.attname
     where v.relkind = 'v' and n.nspname = current_schema() and v.relname like 'bi\\_%'
     order by v.relname, a.attnum`,
  );
  return [...Map.groupBy(rows, ({ view }) => view)].map(([view, own]) => ({
    name: view.slice('bi_'.length).replaceAll('_', '-'),
    description: own[0]?.description ?? '',
    columns: own.map(({ column, type, column_description }) => ({
      name: column,
      type: TYPES[type] ?? 'text',
      description: column_description,
    })),
  }));
}

/** All rows of a report table in the order of its key, in pages. Within a transaction. */
export async function* reportRows(sql: Sql, table: ReportTable): AsyncGenerator<readonly ReportRow[]> {
  const key = table.columns.slice(0, MOST_KEY_COLUMNS).map((_, index) => index + 1);
  // Names come from the catalogue.
  await sql.query(
    `declare report_rows no scroll cursor for
     select ${table.columns.map(({ name }) => `"${name}"`).join(', ')} from bi_${table.name.replaceAll('-', '_')} order by ${key.join(', ')}`,
  );
  for (;;) {
    const rows = await sql.query<ReportRow>(`fetch ${ROWS_PER_READ} from report_rows`);
    if (rows.length === 0) break;
    yield rows;
  }
  await sql.query('close report_rows');
}
