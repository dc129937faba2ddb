import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Command } from 'commander';
import { DataError } from '../core/domain/errors.ts';
import { findCustomer } from '../core/store/find-customer.ts';
import { findPerson } from '../core/store/person.ts';
import { rowsOf } from '../core/store/read-person.ts';
import { takeAllApart } from '../core/store/take-apart.ts';
import { commandContext, type WorkspaceOptions, workspaceOptions } from './context.ts';
import { print, printJson, table } from './output.ts';
import { example } from './steps.ts';
import { withWorkspace } from './with-workspace.ts';

/** `staypower export-person CUSTOMER` */
export function exportPersonCommand(): Command {
  const command = workspaceOptions(
    new Command('export-person')
      .description('Everything that is held on a person, by table, as JSON.')
      .argument('<customer>', 'e-mail address, customer id, user id or record id'),
  )
    .option('--out <file>', 'write it there instead of to stdout')
    .action(async (customer: string, options: WorkspaceOptions & { out?: string }) => {
      const context = await commandContext(options);
      return withWorkspace(context, async (open) => {
        const { database, clock, name, readers } = open.workspace;
        // What a vendor has just delivered may name them, and is not looked into before it is taken apart.
        if (readers) await takeAllApart(database, readers, () => clock.now());
        const customerId = await findCustomer(database, customer);
        const person = customerId === null ? null : await findPerson(database, customerId);
        if (!person) {
          throw new DataError({
            field: 'customer',
            expected: `a customer of workspace "${name}"`,
            remedy: 'check the spelling and --workspace, or run "staypower run" first',
          });
        }
        const tables = await rowsOf(database, person);
        const held = { customerId: person.customerId, exportedAt: clock.now().toISOString(), workspace: name, tables };
        if (options.out === undefined) {
          return context.json ? printJson(held) : print(JSON.stringify(held, null, 2));
        }
        await writeFile(resolve(options.out), `${JSON.stringify(held, null, 2)}\n`, { mode: 0o600 });
        const counts = Object.entries(tables).map(([name, rows]): [string, number] => [name, rows.length]);
        if (context.json) printJson({ file: options.out, rows: Object.fromEntries(counts) });
        else print(table(['table', 'rows'], counts), `Written to ${options.out}. It holds personal data.`);
      });
    });
  return example(command, 'staypower export-person ada.byron@example.com --out ada.json');
}
