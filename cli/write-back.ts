import { Command } from 'commander';
import { openWorkspace } from '../config/wiring.ts';
import { isClear } from '../core/domain/fields.ts';
import { pendingWrites } from '../core/store/write-back.ts';
import { commandContext, type WorkspaceOptions, workspaceOptions } from './context.ts';
import { print, printJson, table } from './output.ts';
import { example, runSteps } from './steps.ts';

/** Rows that a dry run shows of each connection. */
const ROWS_SHOWN = 20;

/** `staypower write-back` */
export function writeBackCommand(): Command {
  const command = workspaceOptions(
    new Command('write-back').description('Write the scores that wait to the CRMs, and open the tasks that wait.'),
  )
    .option('--dry-run', 'show what would be written, write nothing')
    .action((options: WorkspaceOptions & { dryRun?: boolean }) =>
      options.dryRun ? preview(options) : runSteps(options, { steps: ['write-back', 'act'], withConnectors: true }),
    );
  return example(command, 'staypower write-back --dry-run');
}

async function preview(options: WorkspaceOptions): Promise<void> {
  const context = await commandContext(options);
  const open = await openWorkspace(context.config, context, { withConnectors: false });
  try {
    const { database } = open.workspace;
    const waiting = await database.query<{ connection_id: string; count: number }>(
      'select connection_id, count(*)::int as count from customer_records where desired is not null group by 1 order by 1',
    );
    const connections = await Promise.all(
      waiting.map(async ({ connection_id: connectionId, count }) => ({
        connectionId,
        records: count,
        rows: (await pendingWrites(database, connectionId, ROWS_SHOWN, null)).map((row) => ({
          externalId: row.externalId,
          values: row.values,
        })),
      })),
    );
    if (context.json) return printJson({ connections });
    if (connections.length === 0) print('Nothing waits to be written.');
    for (const { connectionId, records, rows } of connections) {
      print(
        `${connectionId}: ${records} records would be written${records > rows.length ? `, the first ${rows.length}` : ''}:`,
      );
      print(
        table(
          ['record', 'fields'],
          rows.map((row) => [
            row.externalId,
            Object.entries(row.values)
              .map(([name, value]) => `${name}=${isClear(value) ? '(emptied)' : value}`)
              .join(' '),
          ]),
        ),
      );
    }
  } finally {
    await open.close();
  }
}
