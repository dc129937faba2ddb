import { Command, Option } from 'commander';
import { ConfigError, DataError } from '../core/domain/errors.ts';
import { type ReportTable, reportRows, reportTables } from '../core/store/report-tables.ts';
import { type WorkspaceOptions, workspaceOptions } from './context.ts';
import { print, printJson } from './output.ts';
import { example } from './steps.ts';
import { TABLE_FORMATS, type TableFormat, writeTable } from './table-file.ts';
import { inWorkspace } from './with-workspace.ts';

/** `staypower export`: a table for reports as a CSV or Parquet file. */
export function exportCommand(): Command {
  const command = workspaceOptions(
    new Command('export').description(
      'A table for reports and data warehouses as a CSV or Parquet file: the same columns as the views bi_... in the database.',
    ),
  )
    .option(
      '--output <file>',
      'where to, ending in .csv or .parquet; a file that is there is replaced once the new one is whole',
    )
    .option('--table <name>', 'which table', 'customers')
    .addOption(new Option('--list', 'say which tables there are, with their columns').conflicts(['output']))
    .action((options: WorkspaceOptions & { output?: string; table: string; list?: true }) =>
      inWorkspace(options, async ({ workspace: { database } }, { config, json }) => {
        const tables = await reportTables(database);
        if (options.list) return list(tables, json);
        const { file, format } = outputOf(options.output);
        const chosen = tables.find(({ name }) => name === options.table);
        if (!chosen) {
          throw new ConfigError([
            {
              path: '--table',
              expected: `one of ${tables.map(({ name }) => name).join(', ')}`,
              found: options.table,
              remedy: '"staypower export --list" says what is in each.',
            },
          ]);
        }
        const rows = await database.transaction(async (sql) => {
          await sql.query('set transaction isolation level repeatable read, read only');
          const [scored] = await sql.query('select 1 from scores limit 1');
          if (!scored) {
            throw new DataError({
              field: 'scores',
              expected: `scored customers in workspace "${config.workspace}"`,
              remedy: 'run "staypower run" first',
            });
          }
          return writeTable(file, format, chosen.columns, reportRows(sql, chosen));
        });
        if (json) printJson({ file, table: chosen.name, format, rows });
        else print(`${rows} rows of ${chosen.name} are written to ${file}.`);
      }),
    );
  return example(
    command,
    'staypower export --output customers.csv',
    'staypower export --table score-history --output score-history.parquet',
  );
}

function outputOf(file: string | undefined): { file: string; format: TableFormat } {
  const format = TABLE_FORMATS.find((each) => file?.endsWith(`.${each}`));
  if (file !== undefined && format !== undefined) return { file, format };
  throw new ConfigError([
    {
      path: '--output',
      expected: `a file that ends in ${TABLE_FORMATS.map((each) => `.${each}`).join(' or ')}`,
      found: file ?? 'nothing',
      remedy: 'Name one, such as customers.parquet.',
    },
  ]);
}

function list(tables: readonly ReportTable[], json: boolean): void {
  if (json) {
    printJson({ tables });
    return;
  }
  for (const { name, description, columns } of tables) {
    print(`${name}: ${description}`, '');
    for (const column of columns) print(`  ${column.name} (${column.type}): ${column.description}`);
    print('');
  }
}
