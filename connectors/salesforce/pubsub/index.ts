import { AuthError, StaypowerError } from '../../../core/domain/errors.ts';
import type { CheckReport } from '../../../core/ports/connector.ts';
import type { Subscription } from '../../../core/ports/subscription.ts';
import type { ConnectorContext } from '../../http/context.ts';
import type { SalesforceClient } from '../client.ts';
import type { PubSubSettings } from '../settings.ts';
import type { PubSubClient } from './client.ts';
import { createSubscription } from './subscription.ts';

/** The subscription of a connection with its socket. */
export interface Subscribing {
  subscription: Subscription;
  /** What stands in the way of each topic. */
  check(): Promise<CheckReport['problems']>;
  close(): Promise<void>;
}

/** @param reads API names of the objects that are read */
export function subscribeBy(
  settings: PubSubSettings,
  context: ConnectorContext,
  client: SalesforceClient,
  reads: ReadonlySet<string>,
): Subscribing {
  let opened: Promise<PubSubClient> | null = null;
  // gRPC is loaded with the first use: most commands have none.
  const pubSub = () => {
    opened ??= import('./client.ts').then(({ createPubSubClient }) => createPubSubClient(settings.url));
    return opened;
  };
  const subscription = createSubscription({ context, client, pubSub, settings, reads });
  return {
    subscription,
    check: async () => {
      const problems = await Promise.all(subscription.topics.map((topic) => problemOf(topic, client, pubSub)));
      return problems.filter((problem) => problem !== null);
    },
    close: async () => {
      const open = opened;
      opened = null;
      (await open)?.close();
    },
  };
}

async function problemOf(
  topic: string,
  client: SalesforceClient,
  pubSub: () => Promise<PubSubClient>,
): Promise<CheckReport['problems'][number] | null> {
  try {
    if (await (await pubSub()).canSubscribe(await client.session(), topic)) return null;
    return {
      what: `The integration user may not subscribe to ${topic}.`,
      remedy:
        'Give it read access to the objects of the channel (View All Data for /data/ChangeEvents), or name channels it may read.',
    };
  } catch (error) {
    if (!(error instanceof StaypowerError)) throw error;
    const remedy = error instanceof AuthError ? error.remedy : null;
    return { what: error.message, remedy: remedy ?? 'Mend what the message says, or take the topic out of pubSub.' };
  }
}
