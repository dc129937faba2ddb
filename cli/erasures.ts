import { Command } from 'commander';
import { DataError } from '../core/domain/errors.ts';
import { listErasures, receiptOf } from '../core/store/erasures.ts';
import { commandContext, type WorkspaceOptions, workspaceOptions } from './context.ts';
import { print, printJson, table } from './output.ts';
import { example } from './steps.ts';
import { withWorkspace } from './with-workspace.ts';

/** `staypower erasures` */
export function erasuresCommand(): Command {
  const command = workspaceOptions(
    new Command('erasures').description(
      'Who asked for erasures (the operator, or the vendor of a connection), when, and what still waits.',
    ),
  )
    .option('--receipt <id>', 'print the signed receipt of one')
    .action(async (options: WorkspaceOptions & { receipt?: string }) => {
      const context = await commandContext(options);
      return withWorkspace(context, async (open) => {
        const { database } = open.workspace;
        if (options.receipt !== undefined) {
          const receipt = await receiptOf(database, options.receipt);
          if (receipt === null) {
            throw new DataError({
              field: 'receipt',
              expected: 'the id of an erasure that is complete',
              found: options.receipt,
              remedy: 'list them with "staypower erasures"; what still waits is taken up by "staypower run"',
            });
          }
          return context.json ? printJson(receipt) : print(JSON.stringify(receipt, null, 2));
        }
        const erasures = await listErasures(database);
        if (context.json) return printJson({ erasures });
        if (erasures.length === 0) return print('Nobody was erased.');
        print(
          table(
            ['erasure', 'asked by', 'at', 'records that wait'],
            erasures.map((each) => [each.erasureId, each.requestedBy, each.erasedAt, each.waiting]),
          ),
        );
      });
    });
  return example(command, 'staypower erasures');
}
