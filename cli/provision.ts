import { Command } from 'commander';
import { openConnectors } from '../config/wiring.ts';
import { provision } from '../core/pipeline/provision.ts';
import { provisionedFields } from '../core/playbooks/provisioned-fields.ts';
import { commandContext, type WorkspaceOptions, workspaceOptions } from './context.ts';
import { print, printJson, table } from './output.ts';
import { example } from './steps.ts';

/** `staypower provision` */
export function provisionCommand(): Command {
  const command = workspaceOptions(
    new Command('provision').description(
      'Create the score fields in the CRMs. Never changes a field that is there; safe to repeat.',
    ),
  )
    .option('--dry-run', 'show what would be created, create nothing')
    .action(async (options: WorkspaceOptions & { dryRun?: boolean }) => {
      const context = await commandContext(options);
      const open = await openConnectors(context.config, context);
      const dryRun = options.dryRun === true;
      try {
        const connections = await provision(open.connectors, provisionedFields(context.config.playbooks), { dryRun });
        const steps = connections.flatMap(({ connectionId, steps: each }) =>
          each.map((step) => ({ connectionId, ...step })),
        );
        if (steps.some((step) => step.outcome === 'conflict')) process.exitCode = 1;
        if (context.json) return printJson({ dryRun, connections });
        if (connections.length === 0) return print('No connection with fields is configured.');
        print(
          table(
            ['connection', 'what', 'name', 'on', dryRun ? 'would' : 'result', 'note'],
            steps.map((step) => [
              step.connectionId,
              step.what,
              step.name,
              step.on,
              step.outcome === 'create' && !dryRun ? 'created' : step.outcome,
              step.note,
            ]),
          ),
        );
      } finally {
        await open.close();
      }
    });
  return example(command, 'staypower provision --dry-run');
}
