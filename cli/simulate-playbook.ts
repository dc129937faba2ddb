import { Command } from 'commander';
import { playbookNamed } from '../config/playbook-files.ts';
import { openWorkspace } from '../config/wiring.ts';
import type { SimulationAnswer } from '../core/ports/playbooks.ts';
import { asOfOption, commandContext, type WorkspaceOptions, workspaceOptions } from './context.ts';
import { modelMissing } from './model-missing.ts';
import { integer } from './options.ts';
import { print, printJson, table } from './output.ts';
import { example } from './steps.ts';

/** Tasks listed for a person; --json has all. */
const TASKS_SHOWN = 50;

/** Steps by what they do, in words. */
function stepsInWords(steps: SimulationAnswer['steps']): string {
  return Object.entries(steps)
    .map(([kind, count]) => `${count} × ${kind}`)
    .join(', ');
}

/** `staypower playbooks simulate`: what a playbook would have done on the days that are past. */
export function simulatePlaybookCommand(): Command {
  const command = asOfOption(
    workspaceOptions(
      new Command('simulate')
        .description('What a playbook would have done on the last days, on the scores that were kept. Changes nothing.')
        .argument('<playbook>', 'one of the configuration, a shipped one, or a .yaml file')
        .option('--days <number>', 'so many days up to the as-of day', integer, 90),
    ),
  ).action(async (given: string, options: WorkspaceOptions & { days: number }) => {
    const context = await commandContext(options);
    const { config, asOf } = context;
    const playbook = config.playbooks.find(({ name }) => name === given) ?? (await playbookNamed(given));
    const open = await openWorkspace(config, context, { withConnectors: false });
    try {
      const found = await open.playbooks.simulate({ playbook, asOf, days: Math.max(1, options.days) });
      if (!found) throw modelMissing(config.workspace);
      if (context.json) printJson(found);
      else show(found);
    } finally {
      await open.close();
    }
  });
  return example(command, 'staypower playbooks simulate second-order --days 90');
}

function show({
  from,
  to,
  historyFrom,
  entered,
  heldOut,
  letGo,
  waiting,
  tasks,
  steps,
  currency,
}: SimulationAnswer): void {
  const gone = letGo.withoutConsent + letGo.inCoolDown + letGo.leftState + letGo.withoutRecord + letGo.leftAlone;
  const alone = letGo.leftAlone > 0 ? `, ${letGo.leftAlone} left alone since nothing would pay` : '';
  print(
    `From ${from} to ${to} this would have opened ${tasks.length} tasks.`,
    `${entered} customers entered: ${heldOut} held out at random, ${gone} let go (${letGo.inCoolDown} within the cool-down, ${letGo.leftState} left the state first, ${letGo.withoutConsent} must not be contacted, ${letGo.withoutRecord} without a record that takes tasks${alone}), ${waiting} still waiting for an owner.`,
    ...(Object.keys(steps).length === 0
      ? []
      : [`After them: ${stepsInWords(steps)} (where the customer has a record at that connection).`]),
    ...(historyFrom > from
      ? [
          `Scores are kept since ${historyFrom}. Before that it rests on what today's model says of each week: a model that has learned from later days looks better than one of the time would have.`,
        ]
      : []),
  );
  if (tasks.length === 0) return;
  print(
    '',
    table(
      ['on', 'customer', 'owner', 'task', 'risk', `value if kept ${currency}`],
      tasks
        .slice(0, TASKS_SHOWN)
        .map((task) => [
          task.on,
          task.name ?? task.customerId,
          task.ownerId ?? '',
          task.subject,
          task.churnProbability === null ? '' : `${Math.round(100 * task.churnProbability)} %`,
          task.valueIfKept12m === null ? '' : task.valueIfKept12m.toFixed(2),
        ]),
    ),
  );
  if (tasks.length > TASKS_SHOWN) print(`... and ${tasks.length - TASKS_SHOWN} more (--json lists all).`);
}
