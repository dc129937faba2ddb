import { Client, type ClientDuplexStream, credentials, Metadata, type MethodDefinition } from '@grpc/grpc-js';
import { VendorError } from '../../../core/domain/errors.ts';
import type { Session } from '../auth.ts';
import { createDecoder, type Decoder } from './decode.ts';
import { errorOf } from './errors.ts';
import { CALLS, type FetchRequest, type FetchResponse } from './protocol.ts';

/** Calls the Pub/Sub API of one organisation. Every method throws the errors of the domain and no others. */
export interface PubSubClient {
  /** Whether the session's user may subscribe to a topic. */
  canSubscribe(session: Session, topic: string): Promise<boolean>;
  /** The reader of a schema, asked for once: a schema never changes, a changed one has another id. */
  decoderOf(session: Session, schemaId: string): Promise<Decoder>;
  /** The answers to one subscription, until the signal is aborted. */
  subscribe(session: Session, from: StartingPoint, signal: AbortSignal): AsyncGenerator<FetchResponse>;
  close(): void;
}

/** Which topic, and behind which event; null = what comes from now on. */
export interface StartingPoint {
  topic: string;
  replayId: Buffer | null;
}

/** What the vendor hands out at most for one request. */
const MOST_REQUESTED = 100;
const CALL_TIMEOUT_MS = 30_000;
/** The vendor speaks up within 270 seconds even when there is nothing: after longer silence nobody is there any more. */
const SILENCE_MS = 300_000;

/** @param url https, or http on this machine */
export function createPubSubClient(url: string): PubSubClient {
  const { host, hostname, port, protocol } = new URL(url);
  const isSecure = protocol === 'https:';
  const client = new Client(
    port === '' ? `${hostname}:${isSecure ? 443 : 80}` : host,
    isSecure ? credentials.createSsl() : credentials.createInsecure(),
  );
  const decoders = new Map<string, Promise<Decoder>>();
  const call = <Request, Reply>(
    { path, requestSerialize, responseDeserialize }: MethodDefinition<Request, Reply>,
    session: Session,
    request: Request,
    what: string,
  ): Promise<Reply> =>
    new Promise((resolve, reject) => {
      const options = { deadline: Date.now() + CALL_TIMEOUT_MS };
      const metadata = metadataOf(session);
      client.makeUnaryRequest(
        path,
        requestSerialize,
        responseDeserialize,
        request,
        metadata,
        options,
        (error, reply) => (reply === undefined ? reject(errorOf(error, what)) : resolve(reply)),
      );
    });
  return {
    canSubscribe: async (session, topicName) =>
      (await call(CALLS.GetTopic, session, { topicName }, `the topic ${topicName}`)).canSubscribe,
    decoderOf: (session, schemaId) => {
      let decoder = decoders.get(schemaId);
      if (!decoder) {
        decoder = call(CALLS.GetSchema, session, { schemaId }, 'the schema of an event').then(({ schemaJson }) =>
          createDecoder(schemaJson),
        );
        decoders.set(schemaId, decoder);
        decoder.catch(() => decoders.delete(schemaId));
      }
      return decoder;
    },
    subscribe: async function* (session, { topic, replayId }, signal) {
      const { path, requestSerialize, responseDeserialize } = CALLS.Subscribe;
      const stream = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize, metadataOf(session));
      const silence = endSilent(stream);
      silence.wait();
      const cancel = () => stream.cancel();
      // Ending a stream is an error of the stream, which nobody may be listening to any more.
      stream.on('error', () => undefined);
      signal.addEventListener('abort', cancel, { once: true });
      try {
        const start =
          replayId === null ? { replayPreset: 'LATEST' as const } : { replayPreset: 'CUSTOM' as const, replayId };
        stream.write({ topicName: topic, numRequested: MOST_REQUESTED, ...start });
        for await (const response of stream as AsyncIterable<FetchResponse>) {
          silence.pause();
          yield response;
          silence.wait();
          // Only now: whoever takes the events has put them away.
          const wanted = MOST_REQUESTED - response.pendingNumRequested;
          if (wanted >= MOST_REQUESTED / 2) stream.write({ topicName: topic, numRequested: wanted });
        }
        if (!signal.aborted)
          throw new VendorError(`Salesforce ended the subscription to ${topic}. It is taken up again.`, {
            retry: 'later',
            status: 0,
          });
      } catch (error) {
        if (!signal.aborted) throw errorOf(error, `the subscription to ${topic}`);
      } finally {
        signal.removeEventListener('abort', cancel);
        silence.pause();
        cancel();
      }
    },
    close: () => client.close(),
  };
}

/** Cancels a stream that nothing is heard of; the time in which nobody listens does not count. */
function endSilent(stream: ClientDuplexStream<FetchRequest, FetchResponse>): { wait(): void; pause(): void } {
  let timer: NodeJS.Timeout | null = null;
  const pause = () => {
    if (timer) clearTimeout(timer);
    timer = null;
  };
  return {
    wait: () => {
      pause();
      timer = setTimeout(() => stream.cancel(), SILENCE_MS);
    },
    pause,
  };
}

/** https://developer.salesforce.com/docs/platform/pub-sub-api/guide/supported-auth.html */
function metadataOf({ accessToken, instanceUrl, organizationId }: Session): Metadata {
  const metadata = new Metadata();
  metadata.set('accesstoken', accessToken);
  metadata.set('instanceurl', instanceUrl);
  metadata.set('tenantid', organizationId);
  return metadata;
}
