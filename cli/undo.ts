import { Command } from 'commander';
import { openWorkspace } from '../config/wiring.ts';
import { DataError } from '../core/domain/errors.ts';
import { type UndoReport, undo } from '../core/pipeline/undo.ts';
import { writeRuns } from '../core/store/write-runs.ts';
import { actor } from './actor.ts';
import { commandContext, type WorkspaceOptions, workspaceOptions } from './context.ts';
import { print, printJson, table, tell } from './output.ts';
import { example } from './steps.ts';

/** Runs listed, and changed fields shown. */
const ROWS_SHOWN = 20;

interface UndoOptions extends WorkspaceOptions {
  run?: string;
  list?: boolean;
  dryRun?: boolean;
}

/** `staypower undo` */
export function undoCommand(): Command {
  const command = workspaceOptions(
    new Command('undo')
      .description(
        'Take back the last write run: fields that still hold what it wrote get their values before it. Pauses the workspace.',
      )
      .option('--run <number>', 'another run than the last one')
      .option('--list', 'show the runs that can be undone, change nothing')
      .option('--dry-run', 'look at the records and say what would be restored, change nothing'),
  ).action(async (options: UndoOptions) => {
    const context = await commandContext(options);
    const open = await openWorkspace(context.config, context, { withConnectors: options.list !== true });
    try {
      const { database, connectors, clock } = open.workspace;
      if (options.list) {
        const runs = await writeRuns(database, ROWS_SHOWN);
        if (context.json) return printJson({ runs });
        if (runs.length === 0) return print('Nothing was written in the last two weeks.');
        return print(
          table(
            ['run', 'started', 'records', 'undone'],
            runs.map((run) => [run.runId, run.startedAt, run.records, run.undoneAt ?? '']),
          ),
        );
      }
      const report = await undo(database, connectors, {
        clock,
        runId: options.run === undefined ? null : runNumber(options.run),
        dryRun: options.dryRun === true,
        by: actor(),
        onUnavailable: (connectionId, error) => {
          process.exitCode = 1;
          tell(`${connectionId}: ${error.message}`);
        },
      });
      if (report.failed.length > 0) process.exitCode = 1;
      if (context.json) printJson({ dryRun: options.dryRun === true, ...report });
      else printReport(report, options.dryRun === true);
    } finally {
      await open.close();
    }
  });
  return example(command, 'staypower undo --dry-run', 'staypower undo', 'staypower undo --list');
}

function runNumber(text: string): number {
  const run = Number(text);
  if (Number.isInteger(run) && run > 0) return run;
  throw new DataError({
    field: '--run',
    expected: 'the number of a run',
    found: text,
    remedy: 'take it from "staypower undo --list"',
  });
}

function printReport(report: UndoReport, dryRun: boolean): void {
  const { run, records, fields, changedSince, gone, unseen, failed } = report;
  print(
    `Run ${run.runId} of ${run.startedAt}, ${run.records} records: ${fields} fields on ${records} records ${dryRun ? 'would get' : 'got'} their values back.`,
  );
  if (unseen > 0) print(`${unseen} of them without a look at what they hold: the vendor cannot be asked.`);
  if (gone > 0) print(`${gone} records are gone at the vendor.`);
  if (changedSince.length > 0) {
    const some = changedSince.slice(0, ROWS_SHOWN);
    print(
      `${changedSince.length} fields were changed since and are left alone${changedSince.length > some.length ? `, the first ${some.length}` : ''}:`,
      table(
        ['record', 'field', 'written', 'holds now', 'changed by'],
        some.map((each) => [
          `${each.connectionId}/${each.externalId}`,
          each.field,
          each.wrote ?? '(empty)',
          each.holds ?? '(empty)',
          each.by,
        ]),
      ),
    );
  }
  for (const each of failed.slice(0, ROWS_SHOWN)) {
    print(`${each.connectionId}/${each.externalId} was not taken back: ${each.vendorCode} ${each.message}`);
  }
  if (dryRun) return;
  print(
    report.complete
      ? 'The workspace is paused, so that the scores do not come back at once: "staypower resume" lets it write again.'
      : 'Some of the run still stands: run "staypower undo" again. The workspace is paused until "staypower resume".',
  );
}
