import { Command } from 'commander';
import { DataError } from '../core/domain/errors.ts';
import { undoJoin } from '../core/store/undo-join.ts';
import { commandContext, type WorkspaceOptions, workspaceOptions } from './context.ts';
import { print, printJson } from './output.ts';
import { example } from './steps.ts';
import { withWorkspace } from './with-workspace.ts';

/** `staypower undo-join CONNECTION/RECORD` */
export function undoJoinCommand(): Command {
  const command = workspaceOptions(
    new Command('undo-join')
      .description(
        'Take a record out of the customer it was joined to, for good. "explain" shows the joins and their reasons.',
      )
      .argument('<record>', 'connection and record id, e.g. hubspot/100000416'),
  ).action(async (record: string, options: WorkspaceOptions) => {
    const context = await commandContext(options);
    const slash = record.indexOf('/');
    const node = { connectionId: record.slice(0, slash), externalId: record.slice(slash + 1) };
    if (slash < 1 || node.externalId === '') {
      throw new DataError({
        field: 'record',
        expected: 'a connection and a record id such as hubspot/100000416',
        found: record,
        remedy: 'take it from the output of "staypower explain"',
      });
    }
    await withWorkspace(context, async (open) => {
      const undone = await undoJoin(open.workspace.database, node);
      if (undone === 0) {
        throw new DataError({
          field: 'record',
          expected: 'a record that was joined to another one',
          found: record,
          remedy: 'name the record of which "staypower explain" says that it belongs to another',
        });
      }
      if (context.json) printJson({ record, keysDisabled: undone });
      else print(`${record} is a customer of its own from the next "staypower run" on.`);
    });
  });
  return example(command, 'staypower undo-join hubspot/100000416');
}
