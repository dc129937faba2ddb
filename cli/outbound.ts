import { randomBytes } from 'node:crypto';
import { requiredKeyring } from '../config/sign-in.ts';
import type { OpenWorkspace } from '../config/wiring.ts';
import type { DeliveryQueue, Webhooks } from '../core/ports/outbound.ts';
import { createDeliveryQueue } from '../core/store/webhook-deliveries.ts';
import { createWebhooks } from '../core/store/webhook-endpoints.ts';
import { assertAllowedUrl } from '../webhooks/outbound/allowed-address.ts';
import { createPost, resolveHost } from '../webhooks/outbound/post.ts';
import { type Sender, startSender } from '../webhooks/outbound/sender.ts';
import type { CommandContext } from './context.ts';

/** The endpoints of an open workspace, and what waits for them. */
export function outboundOf(
  open: OpenWorkspace,
  { config, env, clock }: CommandContext,
): { webhooks: Webhooks; queue: DeliveryQueue } {
  const { database } = open.workspace;
  // Asked for when a secret is sealed or opened: without an endpoint nobody needs a key.
  const keyring = () => requiredKeyring(env);
  return {
    webhooks: createWebhooks(database, {
      clock,
      keyring,
      randomBytes: (count) => randomBytes(count),
      assertAllowed: (url) => assertAllowedUrl(url, config.outbound),
    }),
    queue: createDeliveryQueue(database, { clock, keyring }),
  };
}

/** Starts sending what waits for the endpoints of an open workspace. */
export function startWebhooks(open: OpenWorkspace, context: CommandContext): Promise<Sender> {
  const { config, clock, logger } = context;
  return startSender({
    queue: outboundOf(open, context).queue,
    post: createPost({ ...config.outbound, resolve: resolveHost }),
    clock,
    // Only so that receivers are not called all at once: nothing here need be repeatable.
    random: { next: () => Math.random() },
    logger,
  });
}
