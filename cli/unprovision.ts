import { Command } from 'commander';
import { openWorkspace } from '../config/wiring.ts';
import { leftByHand } from '../core/pipeline/uninstall-report.ts';
import { unprovision } from '../core/pipeline/unprovision.ts';
import { REMOVABLE_FIELDS } from '../core/playbooks/provisioned-fields.ts';
import { actor } from './actor.ts';
import { commandContext, type WorkspaceOptions, workspaceOptions } from './context.ts';
import { print, printJson, table } from './output.ts';
import { example } from './steps.ts';

/** `staypower unprovision` */
export function unprovisionCommand(): Command {
  const command = workspaceOptions(
    new Command('unprovision').description(
      'Uninstall: list what of ours stands at the vendors (tasks still open, fields, groups, permissions, values, tokens); with --yes remove it. Can be repeated.',
    ),
  )
    .option('--yes', 'remove what is listed; the workspace is paused first')
    .option('--dry-run', 'list only, which is what happens without --yes')
    .action(async (options: WorkspaceOptions & { yes?: boolean; dryRun?: boolean }) => {
      const context = await commandContext(options);
      const dryRun = options.yes !== true || options.dryRun === true;
      const open = await openWorkspace(context.config, context, { withConnectors: true });
      try {
        const { database, connectors, clock } = open.workspace;
        const steps = await unprovision(database, connectors, REMOVABLE_FIELDS, { clock, dryRun, by: actor() });
        if (steps.some((step) => step.outcome === 'failed')) process.exitCode = 1;
        const byHand = leftByHand(connectors.map(({ vendor }) => vendor));
        if (context.json) return printJson({ dryRun, steps, byHand });
        if (steps.length === 0) print('Nothing of ours is left at the vendors.');
        else {
          print(
            table(
              ['connection', 'what', 'name', 'on', dryRun ? 'would' : 'result', 'note'],
              steps.map((step) => [step.connectionId, step.what, step.name, step.on, step.outcome, step.note]),
            ),
          );
        }
        if (dryRun && steps.length > 0) print('', 'Nothing was changed. With --yes it is removed.');
        print('', 'What only you can take away:', ...byHand.map((line) => `  ${line}`));
      } finally {
        await open.close();
      }
    });
  return example(command, 'staypower unprovision');
}
