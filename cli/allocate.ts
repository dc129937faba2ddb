import { Command } from 'commander';
import type { AllocationAnswer } from '../core/ports/planning.ts';
import { asOfOption, commandContext, type WorkspaceOptions, workspaceOptions } from './context.ts';
import { modelMissing } from './model-missing.ts';
import { integer } from './options.ts';
import { print, printJson, table } from './output.ts';
import { example } from './steps.ts';
import { withWorkspace } from './with-workspace.ts';

/** `staypower allocate`: whom the hours and the money there are should go to. */
export function allocateCommand(): Command {
  const command = asOfOption(
    workspaceOptions(
      new Command('allocate')
        .description(
          'A plan of the whole book within the limits under planning.limits of the configuration. Changes nothing.',
        )
        .option('--limit <number>', 'customers to list, of those chosen and of the others', integer, 20),
    ),
  ).action(async (options: WorkspaceOptions & { limit: number }) => {
    const context = await commandContext(options);
    await withWorkspace(context, async (open) => {
      const found = await open.planning.allocation({ asOf: context.asOf, limit: options.limit });
      if (!found) throw modelMissing(context.config.workspace);
      if (context.json) printJson(found);
      else show(found);
    });
  });
  return example(command, 'staypower allocate --limit 50 --workspace demo');
}

function show({
  currency,
  customers,
  chosen,
  net,
  bound,
  gap,
  method,
  limits,
  rows,
  notChosen,
}: AllocationAnswer): void {
  print(
    `Something pays for ${customers.toLocaleString('en')} customers; ${chosen.toLocaleString('en')} of them are in the plan, which is expected to bring ${net} ${currency}.`,
    method === 'exact'
      ? 'No plan within the limits brings more: that is proved.'
      : `No plan within the limits brings more than ${bound} ${currency}: this one is ${(100 * gap).toFixed(2)} % below that at most.`,
  );
  if (limits.length > 0) {
    print(
      '',
      table(
        ['limit', 'there is', 'used', 'one more brings'],
        limits.map((limit) => [limit.name, limit.available, Math.round(limit.used), limit.price.toFixed(2)]),
      ),
    );
  }
  if (rows.length > 0) {
    print(
      '',
      table(
        ['customer', 'owner', 'action', 'minutes', 'net'],
        rows.map((row) => [
          row.name ?? row.customerId,
          row.ownerId ?? 'none',
          row.action,
          row.minutes,
          Number(row.net),
        ]),
      ),
    );
  }
  if (notChosen.length > 0) print('');
  for (const { name, customerId, why } of notChosen) print(`${name ?? customerId}: ${why}`);
}
