import { Command } from 'commander';
import { DataError } from '../core/domain/errors.ts';
import type { PropensityAnswer } from '../core/ports/engine.ts';
import { commandContext, type WorkspaceOptions, workspaceOptions } from './context.ts';
import { integer } from './options.ts';
import { print, printJson, table } from './output.ts';
import { example } from './steps.ts';
import { withWorkspace } from './with-workspace.ts';

/** `staypower propensity TARGET`: who is likely to do something within the horizon. */
export function propensityCommand(): Command {
  const command = workspaceOptions(
    new Command('propensity')
      .description('Who is likely to buy again, upgrade, refer, or do whatever else is configured, within the horizon.')
      .argument('<target>', 'name of a configured target, e.g. buy-again')
      .option('--limit <number>', 'customers to list', integer, 20),
  ).action(async (target: string, options: WorkspaceOptions & { limit: number }) => {
    const context = await commandContext(options);
    await withWorkspace(context, async (open) => {
      const found = await open.insights.propensity({ target, limit: options.limit });
      if (!found?.targets.some(({ name }) => name === target)) {
        throw new DataError({
          field: 'target',
          expected: found
            ? `one that the model was trained for: ${found.targets.map(({ name }) => name).join(', ') || 'none'}`
            : `a trained model in workspace "${context.config.workspace}"`,
          found: target,
          remedy: 'name it under scores.propensities in staypower.yaml and run "staypower train"',
        });
      }
      if (context.json) printJson(found);
      else show(found, target);
    });
  });
  return example(command, 'staypower propensity buy-again --limit 10 --workspace demo');
}

function show({ horizonDays, targets, customers }: PropensityAnswer, target: string): void {
  const report = targets.find(({ name }) => name === target);
  if (report && 'why' in report) print(`No model of "${target}": ${report.why}`);
  else if (report) {
    print(
      `${target} within ${horizonDays} days. On the newest ${horizonDays} days: base rate ${Math.round(report.baseRate * 100)} %, AUC ${report.auc.toFixed(3)}, Brier score ${report.brier.toFixed(4)} beside ${report.baseRateBrier.toFixed(4)} of the base rate.`,
    );
    if (!report.kept) print('It was not better than the base rate and is not used.');
  }
  if (customers.length === 0) return;
  print(
    '',
    table(
      ['customer', 'probability'],
      customers.map(({ name, customerId, probability }) => [name ?? customerId, `${(probability * 100).toFixed(1)} %`]),
    ),
  );
}
