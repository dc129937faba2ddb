import { Command } from 'commander';
import { DataError } from '../core/domain/errors.ts';
import type { DriversAnswer } from '../core/ports/engine.ts';
import { commandContext, type WorkspaceOptions, workspaceOptions } from './context.ts';
import { print, printJson, table } from './output.ts';
import { example } from './steps.ts';
import { withWorkspace } from './with-workspace.ts';

/** `staypower drivers`: what goes with leaving and with staying. */
export function driversCommand(): Command {
  const command = workspaceOptions(
    new Command('drivers').description(
      'What went with leaving, and with staying, in the last horizon: in the book and by cohort. Associations, not causes.',
    ),
  ).action(async (options: WorkspaceOptions) => {
    const context = await commandContext(options);
    await withWorkspace(context, async (open) => {
      const found = await open.insights.drivers();
      if (!found) {
        throw new DataError({
          field: 'model',
          expected: `a trained model in workspace "${context.config.workspace}"`,
          remedy: 'run "staypower train" first',
        });
      }
      if (context.json) printJson(found);
      else show(found);
    });
  });
  return example(command, 'staypower drivers --workspace demo');
}

function show({ customers, horizonDays, tests, drivers }: DriversAnswer): void {
  print(
    `${customers.toLocaleString('en')} active customers over ${horizonDays} days; ${tests} comparisons, of which ${drivers.length} stand after correction for their number.`,
  );
  if (drivers.length === 0) return;
  print(
    '',
    table(
      ['first order', 'customers', 'difference', 'from', 'to'],
      drivers.map((each) => [
        each.cohort ?? 'any',
        each.withFactor,
        ...[each.difference, each.low, each.high].map((share) => `${Math.round(share * 100)} points`),
      ]),
    ),
    '',
    ...drivers.map((each, index) => `${index + 1}. ${each.sentence}`),
    '',
    'Associations: what was not measured may be behind them.',
  );
}
