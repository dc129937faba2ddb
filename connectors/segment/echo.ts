import type { Message } from './message.ts';

/** The mark on what we send, in `context.integration`: Segment keeps the context of a message on its way to destinations. */
export const INTEGRATION_NAME = 'staypower';
/** Begins the names of the traits we write. */
export const TRAIT_PREFIX = 'staypower_';

/**
 * Whether a message is our own write on its way back: it carries our mark, or it is an identify with no trait but ours (a computed
 * trait or reverse ETL that passes scores on).
 */
export function isEcho(message: Message): boolean {
  const integration = message.context['integration'];
  const marked =
    typeof integration === 'object' &&
    integration !== null &&
    'name' in integration &&
    integration.name === INTEGRATION_NAME;
  if (marked || message.type !== 'identify') return marked;
  const traits = Object.keys(message.traits);
  return traits.length > 0 && traits.every((name) => name.startsWith(TRAIT_PREFIX));
}
