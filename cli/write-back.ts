import { Command } from 'commander';
import { readPause } from '../core/store/pause.ts';
import { previewWrites } from '../core/store/write-preview.ts';
import { commandContext, type WorkspaceOptions, workspaceOptions } from './context.ts';
import { pausedLine } from './cycle-report.ts';
import { print, printJson, table } from './output.ts';
import { example, runSteps } from './steps.ts';
import { withWorkspace } from './with-workspace.ts';

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
  return withWorkspace(context, async (open) => {
    const connections = await previewWrites(open.workspace.database, ROWS_SHOWN);
    const paused = await readPause(open.workspace.database);
    if (context.json) return printJson({ connections, paused });
    if (paused !== null) print(pausedLine(paused));
    if (connections.length === 0) print('Nothing waits to be written.');
    for (const { connectionId, records, fields, rows } of connections) {
      print(
        `${connectionId}: ${records} records would be written${records > rows.length ? `, the first ${rows.length} are below` : ''}.`,
        table(['field', 'records with another value'], Object.entries(fields)),
        '',
        table(
          ['record', 'field', 'is', 'becomes'],
          rows.flatMap((row) =>
            row.changes.map(({ field, from, to }, index) => [
              index === 0 ? `${row.recordKind} ${row.externalId}` : '',
              field,
              from ?? '(empty)',
              to ?? '(empty)',
            ]),
          ),
        ),
      );
    }
  });
}
