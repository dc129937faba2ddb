import { Command } from 'commander';
import type { CampaignAnswer } from '../core/ports/planning.ts';
import { asOfOption, commandContext, type WorkspaceOptions, workspaceOptions } from './context.ts';
import { modelMissing } from './model-missing.ts';
import { print, printJson, table } from './output.ts';
import { example } from './steps.ts';
import { withWorkspace } from './with-workspace.ts';

/** `staypower campaigns`: which campaigns to run for which segments, and what budget is worth having. */
export function campaignsCommand(): Command {
  const command = asOfOption(
    workspaceOptions(
      new Command('campaigns').description(
        'The campaigns under planning.campaigns that add most to the value of 12 months within planning.limits.campaigns. Changes nothing.',
      ),
    ),
  ).action(async (options: WorkspaceOptions) => {
    const context = await commandContext(options);
    await withWorkspace(context, async (open) => {
      const found = await open.planning.campaigns({ asOf: context.asOf });
      if (!found) throw modelMissing(context.config.workspace);
      if (context.json) printJson(found);
      else show(found);
    });
  });
  return example(command, 'staypower campaigns --workspace demo');
}

function show({ currency, campaigns, plan, otherBudgets }: CampaignAnswer): void {
  if (campaigns === 0) {
    print(
      'No campaign is configured: describe them under planning.campaigns in staypower.yaml, each with its costs and lift.',
    );
    return;
  }
  const money = (value: number) => Math.round(value);
  print(
    plan.chosen.length === 0
      ? `None of ${campaigns} campaigns is worth its cost.`
      : `Expected to add ${money(plan.adds).toLocaleString('en')} ${currency} of margin in 12 months for ${money(plan.cost).toLocaleString('en')}. No other choice within the budget adds more.`,
  );
  if (plan.chosen.length > 0) {
    print(
      '',
      table(
        ['campaign', 'segment', 'customers', 'adds', 'costs', 'pays with'],
        plan.chosen.map((row) => [
          row.campaign,
          row.segment,
          row.customers,
          money(row.adds),
          money(row.cost),
          `${Math.round(100 * row.chanceItPays)} %`,
        ]),
      ),
    );
  }
  if (otherBudgets.length === 0) return;
  print(
    '',
    table(
      ['budget', 'spent', 'adds', 'net'],
      [...otherBudgets, plan]
        .toSorted((a, b) => (a.budget ?? 0) - (b.budget ?? 0))
        .map((each) => [...[each.budget ?? 0, each.cost, each.adds, each.net].map(money)]),
    ),
  );
}
