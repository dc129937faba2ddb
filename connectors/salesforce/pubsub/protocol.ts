import type { MethodDefinition } from '@grpc/grpc-js';
import { fromJSON } from '@grpc/proto-loader';

/**
 * The part of the Pub/Sub API that is used, as protobuf's own JSON form: names and numbers as the vendor publishes them.
 * https://github.com/forcedotcom/pub-sub-api/blob/main/pubsub_api.proto
 */
const INTERFACE: Parameters<typeof fromJSON>[0] = {
  nested: {
    eventbus: {
      nested: {
        v1: {
          nested: {
            TopicRequest: { fields: { topicName: { type: 'string', id: 1 } } },
            TopicInfo: {
              fields: {
                topicName: { type: 'string', id: 1 },
                tenantGuid: { type: 'string', id: 2 },
                canPublish: { type: 'bool', id: 3 },
                canSubscribe: { type: 'bool', id: 4 },
                schemaId: { type: 'string', id: 5 },
                rpcId: { type: 'string', id: 6 },
              },
            },
            SchemaRequest: { fields: { schemaId: { type: 'string', id: 1 } } },
            SchemaInfo: {
              fields: {
                schemaJson: { type: 'string', id: 1 },
                schemaId: { type: 'string', id: 2 },
                rpcId: { type: 'string', id: 3 },
              },
            },
            ReplayPreset: { values: { LATEST: 0, EARLIEST: 1, CUSTOM: 2 } },
            FetchRequest: {
              fields: {
                topicName: { type: 'string', id: 1 },
                replayPreset: { type: 'ReplayPreset', id: 2 },
                replayId: { type: 'bytes', id: 3 },
                numRequested: { type: 'int32', id: 4 },
              },
            },
            ProducerEvent: {
              fields: {
                id: { type: 'string', id: 1 },
                schemaId: { type: 'string', id: 2 },
                payload: { type: 'bytes', id: 3 },
              },
            },
            ConsumerEvent: {
              fields: { event: { type: 'ProducerEvent', id: 1 }, replayId: { type: 'bytes', id: 2 } },
            },
            FetchResponse: {
              fields: {
                events: { rule: 'repeated', type: 'ConsumerEvent', id: 1 },
                latestReplayId: { type: 'bytes', id: 2 },
                rpcId: { type: 'string', id: 3 },
                pendingNumRequested: { type: 'int32', id: 4 },
              },
            },
            PubSub: {
              methods: {
                Subscribe: {
                  requestType: 'FetchRequest',
                  requestStream: true,
                  responseType: 'FetchResponse',
                  responseStream: true,
                  comment: 'The events of a topic, as many as are asked for.',
                },
                GetSchema: {
                  requestType: 'SchemaRequest',
                  responseType: 'SchemaInfo',
                  comment: 'The schema of an event.',
                },
                GetTopic: {
                  requestType: 'TopicRequest',
                  responseType: 'TopicInfo',
                  comment: 'What may be done there.',
                },
              },
            },
          },
        },
      },
    },
  },
};

/** Asks for events: the first of a stream says of which topic and from where on, each one how many more are taken (at most 100). */
export interface FetchRequest {
  topicName: string;
  replayPreset?: 'LATEST' | 'CUSTOM';
  replayId?: Buffer;
  numRequested: number;
}

/** One event. Its payload is Avro without a header, by the schema that it names. */
export interface ConsumerEvent {
  event: { id: string; schemaId: string; payload: Buffer };
  replayId: Buffer;
}

/** Some events, or none: within 270 seconds the vendor says at least how far it is. */
export interface FetchResponse {
  events: readonly ConsumerEvent[];
  latestReplayId: Buffer;
  /** How many of those asked for are still to come. */
  pendingNumRequested: number;
}

/** The calls, each with its address and how its messages are written and read. */
export interface Calls {
  Subscribe: MethodDefinition<FetchRequest, FetchResponse>;
  GetSchema: MethodDefinition<{ schemaId: string }, { schemaJson: string }>;
  GetTopic: MethodDefinition<{ topicName: string }, { canSubscribe: boolean }>;
}

/** The calls of eventbus.v1.PubSub. */
export const CALLS = fromJSON(INTERFACE, { defaults: true, enums: String })['eventbus.v1.PubSub'] as unknown as Calls;
