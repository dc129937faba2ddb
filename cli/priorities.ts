import { Command } from 'commander';
import type { PriorityRow } from '../core/ports/engine.ts';
import { commandContext, type WorkspaceOptions, workspaceOptions } from './context.ts';
import { integer } from './options.ts';
import { print, printJson, table } from './output.ts';
import { example } from './steps.ts';
import { withWorkspace } from './with-workspace.ts';

/** `staypower priorities`: whom to look at first, and how that depends on what is held important. */
export function prioritiesCommand(): Command {
  const command = workspaceOptions(
    new Command('priorities')
      .description('Whom to look at first, and who it would be if something else weighed more.')
      .option('--limit <number>', 'customers to list', integer, 20),
  ).action(async (options: WorkspaceOptions & { limit: number }) => {
    const context = await commandContext(options);
    await withWorkspace(context, async (open) => {
      const found = await open.insights.priorities({ limit: options.limit });
      if (context.json) printJson(found);
      else show(found);
    });
  });
  return example(command, 'staypower priorities --limit 10 --workspace demo');
}

function show({ method, customers }: { method: string; customers: readonly PriorityRow[] }): void {
  if (customers.length === 0) {
    print('Nobody has a priority yet: it takes a value and a churn risk, which follow the first repeat purchases.');
    return;
  }
  print(
    table(
      ['rank', 'customer', 'priority', method === 'topsis' ? 'rank by weighted sum' : 'rank by TOPSIS', 'sensitivity'],
      customers.map((row) => [
        row.rank,
        row.name ?? row.customerId,
        Math.round(row.priority),
        row.rankByOtherMethod,
        row.sensitivity[0] ?? '',
      ]),
    ),
  );
}
