import { Command } from 'commander';
import type { PolicyValue } from '../core/planning/off-policy.ts';
import type { AdviceAnswer } from '../core/ports/planning.ts';
import { asOfOption, commandContext, type WorkspaceOptions, workspaceOptions } from './context.ts';
import { modelMissing } from './model-missing.ts';
import { integer } from './options.ts';
import { print, printJson, table } from './output.ts';
import { example } from './steps.ts';
import { withWorkspace } from './with-workspace.ts';

/** `staypower advise`: the next best action of every customer, and what advice would have earned so far. */
export function adviseCommand(): Command {
  const command = asOfOption(
    workspaceOptions(
      new Command('advise')
        .description('What to do next with whom: the action that keeps most for its cost, or none. Changes nothing.')
        .option('--limit <number>', 'customers to list', integer, 20)
        .option('--seed <number>', 'of the draws by which a share of customers explores', integer, 1),
    ),
  ).action(async (options: WorkspaceOptions & { limit: number; seed: number }) => {
    const context = await commandContext(options);
    await withWorkspace(context, async (open) => {
      const { asOf } = context;
      const found = await open.planning.advice({ asOf, seed: options.seed, limit: options.limit });
      if (!found) throw modelMissing(context.config.workspace);
      if (context.json) printJson(found);
      else show(found);
    });
  });
  return example(command, 'staypower advise --limit 10 --workspace demo');
}

function show({
  customers,
  margins,
  advised,
  currency,
  savedValue,
  cost,
  net,
  effects,
  review,
  decisions,
  rows,
}: AdviceAnswer): void {
  print(
    `${customers.toLocaleString('en')} active customers may be contacted; an action is advised for ${advised.toLocaleString('en')} of them, the others are better left alone.`,
    `Expected: ${savedValue} ${currency} of margin kept for ${cost}, ${net} net.`,
    marginSentence(margins),
    '',
    table(
      ['action', 'segment', 'save rate', 'low', 'high', 'customers'],
      effects.map((row) => [
        row.action,
        row.segment ?? 'all',
        ...[row.saveRate, row.low, row.high].map((rate) => rate.toFixed(3)),
        row.customers,
      ]),
    ),
  );
  const compared = (policies: readonly (readonly [string, PolicyValue])[]) =>
    policies
      .map(
        ([
          name,
          {
            doublyRobust: { value, low, high },
          },
        ]) => {
          return `${name} ${value.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`;
        },
      )
      .join(', ');
  for (const { playbook, asDecided, nobody, expected } of decisions) {
    print(
      '',
      `What ${playbook} decided by advice earned, for each customer (doubly robust, 95 %): ${compared([
        ['as decided', asDecided],
        ['without exploring', expected],
        ['treating nobody', nobody],
      ])} ${currency}.`,
    );
  }
  for (const { playbook, advice, nobody, everybody } of review) {
    print(
      '',
      `Of those who entered ${playbook}, for each (doubly robust, 95 %): ${compared([
        ['as advised', advice],
        ['treating nobody', nobody],
        ['treating all', everybody],
      ])} ${currency}.`,
    );
  }
  if (rows.length === 0) return;
  print(
    '',
    table(
      ['customer', 'action', 'on', 'keeps', 'costs', 'pays with', ''],
      rows.map((row) => [
        row.name ?? row.customerId,
        row.action ?? 'none',
        row.on ?? '',
        Number(row.savedValue),
        Number(row.cost),
        row.chanceItPays === null ? '' : `${Math.round(100 * row.chanceItPays)} %`,
        row.explores ? 'to learn' : '',
      ]),
    ),
  );
}

function marginSentence({ customer, book, planning }: AdviceAnswer['margins']): string {
  if (planning > 0) return 'Counted at "planning.margin": too few sales tell their margin.';
  return `Counted at margins that sales told: of ${customer.toLocaleString('en')} customers their own, of ${book.toLocaleString('en')} the book's.`;
}
