import { DataError } from '../../core/domain/errors.ts';
import type { Json } from '../../core/domain/json.ts';
import { hashOf } from '../../core/domain/stable-json.ts';
import type { InboxMessage } from '../../core/ports/inbox.ts';
import { isObject, readJsonBody } from './json-body.ts';

/**
 * Takes a verified Segment delivery apart: a message, or an array of them where the verifier lets arrays through. The key is the
 * messageId; a message without one (deletions have none) is known by what it says.
 * https://segment.com/docs/connections/destinations/catalog/webhooks/
 *
 * @throws DataError when the body is neither
 */
export function readSegmentMessages(rawBody: Buffer): readonly InboxMessage[] {
  const body = readJsonBody(rawBody);
  const messages: readonly Json[] = Array.isArray(body) ? body : [body];
  if (!messages.every(isObject)) {
    throw new DataError({ field: 'body', expected: 'a message or an array of messages', remedy: 'mend the sender' });
  }
  return messages.map((message) => ({ deliveryKey: keyOf(message), payload: message, ...aboutOf(message) }));
}

function aboutOf(message: { readonly [key: string]: Json }): Pick<InboxMessage, 'about'> {
  const id = message['userId'] ?? message['anonymousId'];
  return typeof id === 'string' ? { about: id } : {};
}

function keyOf(message: { readonly [key: string]: Json }): string {
  const id = message['messageId'];
  return typeof id === 'string' && id !== '' ? id : hashOf(message);
}
