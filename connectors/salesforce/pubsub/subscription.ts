import { AuthError, DataError, VendorError } from '../../../core/domain/errors.ts';
import type { EventBatch, Subscription } from '../../../core/ports/subscription.ts';
import type { ConnectorContext } from '../../http/context.ts';
import type { Session } from '../auth.ts';
import type { SalesforceClient } from '../client.ts';
import type { PubSubSettings } from '../settings.ts';
import type { PubSubClient } from './client.ts';
import type { Decoder } from './decode.ts';
import type { ConsumerEvent, FetchResponse } from './protocol.ts';
import { type Told, toldBy, toldByPlatformEvent } from './told.ts';

/** What a subscription is built of. */
export interface SubscriptionParts {
  context: Pick<ConnectorContext, 'connectionId' | 'logger'>;
  client: Pick<SalesforceClient, 'session' | 'renew'>;
  pubSub: () => Promise<PubSubClient>;
  settings: PubSubSettings;
  /** API names of the objects that are read. */
  reads: ReadonlySet<string>;
}

/** What an event comes to, and when it happened, ISO 8601; null where it does not say. */
type DatedTold = Told & { happenedAt: string | null };

/** Change events and platform events of an organisation, by the Pub/Sub API. Positions are replay ids in base64. */
export function createSubscription({ context, client, pubSub, settings, reads }: SubscriptionParts): Subscription {
  const platformEvents = new Map(settings.platformEvents.map((event) => [event.topic, event]));

  const toldOf = (topic: string, decoder: Decoder, { event }: ConsumerEvent): DatedTold => {
    const named = platformEvents.get(topic);
    if (named === undefined) {
      const change = decoder.change(event.payload);
      if (change === null) return { messages: [], missed: false, happenedAt: null };
      return { ...toldBy(change, event.id, reads), happenedAt: change.committedAt };
    }
    const recordId = decoder.text(event.payload, named.recordIdField);
    if (recordId !== null)
      return { ...toldByPlatformEvent(event.id, { object: named.object, recordId }), happenedAt: null };
    context.logger.warn(
      { connectionId: context.connectionId, topic, field: named.recordIdField },
      'a platform event names no record: the field is empty, or not there',
    );
    return { messages: [], missed: false, happenedAt: null };
  };

  /** An event that cannot be read stands in nobody's way: what it was about the next pull finds. */
  const readEvent = async (topic: string, session: Session, event: ConsumerEvent): Promise<DatedTold> => {
    const decoder = await (await pubSub()).decoderOf(session, event.event.schemaId);
    try {
      return toldOf(topic, decoder, event);
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      context.logger.error(
        { connectionId: context.connectionId, topic, schemaId: event.event.schemaId, reason: error.message },
        'an event could not be read',
      );
      return { messages: [], missed: true, happenedAt: null };
    }
  };

  const batchOf = async (topic: string, session: Session, response: FetchResponse): Promise<EventBatch> => {
    const told = await Promise.all(response.events.map((event) => readEvent(topic, session, event)));
    const position = response.events.at(-1)?.replayId ?? response.latestReplayId;
    return {
      messages: told.flatMap(({ messages }) => messages),
      position: position.length === 0 ? null : position.toString('base64'),
      happenedAt: told.reduce<string | null>(
        (newest, { happenedAt: at }) => (at !== null && (newest === null || at > newest) ? at : newest),
        null,
      ),
      missed: told.some(({ missed }) => missed),
    };
  };

  return {
    topics: [...settings.topics, ...platformEvents.keys()],
    read: async function* (topic, position, signal) {
      let session = await client.session();
      let replayId = position === null ? null : Buffer.from(position, 'base64');
      let renewed = false;
      while (!signal.aborted) {
        const left = new AbortController();
        const responses = (await pubSub()).subscribe(
          session,
          { topic, replayId },
          AbortSignal.any([signal, left.signal]),
        );
        try {
          // Subscribed before the pull that this causes: what changes in between comes twice rather than not at all.
          let next = responses.next();
          next.catch(() => undefined);
          if (replayId === null) yield { messages: [], position: null, happenedAt: null, missed: true };
          for (;;) {
            const { done, value: response } = await next;
            if (done) return;
            const batch = await batchOf(topic, session, response);
            renewed = false;
            yield batch;
            if (batch.position !== null) replayId = Buffer.from(batch.position, 'base64');
            next = responses.next();
          }
        } catch (error) {
          if (isLostPosition(error) && replayId !== null) replayId = null;
          else if (error instanceof AuthError && !error.revoked && !renewed) {
            renewed = true;
            session = await client.renew(session);
          } else throw error;
        } finally {
          left.abort();
          await responses.return(undefined);
        }
      }
    },
  };
}

/**
 * True where a position is one that Salesforce no longer knows (72 hours, maintenance) or never did.
 * https://developer.salesforce.com/docs/platform/pub-sub-api/guide/event-message-durability.html
 */
function isLostPosition(error: unknown): boolean {
  return error instanceof VendorError && error.vendorCode.includes('.subscription.fetch.replayid.');
}
