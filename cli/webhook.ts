import { Command, Option } from 'commander';
import { EVENT_TYPES, type EventType } from '../core/domain/outbound-event.ts';
import type { WebhookDelivery, Webhooks } from '../core/ports/outbound.ts';
import { type WorkspaceOptions, workspaceOptions } from './context.ts';
import { integer } from './options.ts';
import { outboundOf } from './outbound.ts';
import { print, printJson, table } from './output.ts';
import { example } from './steps.ts';
import { inWorkspace } from './with-workspace.ts';

/** `staypower webhook`: endpoints that are told what happens, by signed calls. */
export function webhookCommand(): Command {
  const command = new Command('webhook').description(
    'Endpoints that are told of score changes, band crossings, playbooks and new models, by signed calls (Standard Webhooks).',
  );
  for (const each of [add(), list(), remove(), rotateSecret(), deliveries(), replay()]) command.addCommand(each);
  return command;
}

function add(): Command {
  const command = workspaceOptions(
    new Command('add')
      .description('Register an endpoint. Prints its secret, which is not shown again; STAYPOWER_KEY seals it.')
      .argument('<url>', 'https address that is called'),
  )
    .addOption(
      new Option('--events <type...>', 'what it is told of')
        .choices(EVENT_TYPES)
        .default([...EVENT_TYPES], 'everything'),
    )
    .action((url: string, options: WorkspaceOptions & { events: readonly EventType[] }) =>
      withWebhooks(options, async (webhooks, json) => {
        const added = await webhooks.add({ url, eventTypes: options.events });
        if (json) printJson(added);
        else print(`Endpoint ${added.endpointId}`, `Secret, shown this once: ${added.secret}`);
      }),
    );
  return example(command, 'staypower webhook add https://example.com/staypower --events band.crossed playbook.fired');
}

function list(): Command {
  const command = workspaceOptions(new Command('list').description('The endpoints, and what waits for each.')).action(
    (options: WorkspaceOptions) =>
      withWebhooks(options, async (webhooks, json) => {
        const endpoints = await webhooks.list();
        if (json) return printJson({ endpoints });
        if (endpoints.length === 0) return print('There is no endpoint. "staypower webhook add URL" registers one.');
        print(
          table(
            ['endpoint', 'address', 'events', 'state', 'waiting', 'failed'],
            endpoints.map((each) => [
              each.endpointId,
              each.url,
              each.eventTypes.length === EVENT_TYPES.length ? 'all' : each.eventTypes.join(', '),
              each.reason === null ? each.state : `${each.state}: ${each.reason}`,
              each.waiting,
              each.failed,
            ]),
          ),
        );
      }),
  );
  return example(command, 'staypower webhook list');
}

function remove(): Command {
  const command = workspaceOptions(
    new Command('remove')
      .description('Forget an endpoint, its secrets and its delivery log.')
      .argument('<endpoint>', 'its id'),
  ).action((endpointId: string, options: WorkspaceOptions) =>
    withWebhooks(options, async (webhooks, json) => {
      await webhooks.remove(endpointId);
      if (json) printJson({ removed: endpointId });
      else print(`${endpointId} is not called any more.`);
    }),
  );
  return example(command, 'staypower webhook remove ep_4dUcXk3pT0aWq1zB');
}

function rotateSecret(): Command {
  const command = workspaceOptions(
    new Command('rotate-secret')
      .description('Give an endpoint a new secret. For a day messages carry the signatures of both.')
      .argument('<endpoint>', 'its id'),
  ).action((endpointId: string, options: WorkspaceOptions) =>
    withWebhooks(options, async (webhooks, json) => {
      const { secret, oldUntil } = await webhooks.rotateSecret(endpointId);
      if (json) printJson({ secret, oldUntil });
      else print(`New secret, shown this once: ${secret}`, `The old one signs too until ${oldUntil}.`);
    }),
  );
  return example(command, 'staypower webhook rotate-secret ep_4dUcXk3pT0aWq1zB');
}

interface DeliveriesOptions extends WorkspaceOptions {
  endpoint?: string;
  state?: WebhookDelivery['state'];
  limit: number;
}

function deliveries(): Command {
  const command = workspaceOptions(
    new Command('deliveries').description(
      'The delivery log: what was sent to whom, and what came of it; newest first.',
    ),
  )
    .option('--endpoint <id>', 'of one endpoint')
    .addOption(new Option('--state <state>', 'in one state').choices(['waiting', 'delivered', 'failed']))
    .option('--limit <count>', 'so many at most', integer, 50)
    .action((options: DeliveriesOptions) =>
      withWebhooks(options, async (webhooks, json) => {
        const log = await webhooks.deliveries({
          limit: options.limit,
          ...(options.endpoint !== undefined && { endpointId: options.endpoint }),
          ...(options.state !== undefined && { state: options.state }),
        });
        if (json) return printJson({ deliveries: log });
        if (log.length === 0) return print('There is no delivery.');
        print(
          table(
            ['event', 'type', 'endpoint', 'state', 'tries', 'last', 'next try', 'why'],
            log.map((each) => [
              each.eventId,
              each.type,
              each.endpointId,
              each.state,
              each.attempts,
              each.lastAt ?? '',
              each.nextAt ?? '',
              each.lastError ?? '',
            ]),
          ),
        );
      }),
    );
  return example(command, 'staypower webhook deliveries --state failed');
}

function replay(): Command {
  const command = workspaceOptions(
    new Command('replay')
      .description(
        'Send again what an endpoint did not take, under the same ids. Enables an endpoint that was disabled.',
      )
      .argument('<endpoint>', 'its id'),
  )
    .option('--event <id>', 'one event, delivered or not, instead of all that were given up')
    .action((endpointId: string, options: WorkspaceOptions & { event?: string }) =>
      withWebhooks(options, async (webhooks, json) => {
        const replayed = await webhooks.replay(
          endpointId,
          options.event === undefined ? 'failed' : { eventId: options.event },
        );
        if (json) printJson({ replayed });
        else print(`${replayed} deliveries are on their way again; "staypower serve" sends them.`);
      }),
    );
  return example(command, 'staypower webhook replay ep_4dUcXk3pT0aWq1zB');
}

async function withWebhooks(
  options: WorkspaceOptions,
  work: (webhooks: Webhooks, json: boolean) => Promise<void>,
): Promise<void> {
  await inWorkspace(options, (open, context) => work(outboundOf(open, context).webhooks, context.json));
}
