import type { ServiceDefinition } from '@grpc/grpc-js';
import { fromJSON } from '@grpc/proto-loader';

const text = (id: number) => ({ type: 'string', id });
const bytes = (id: number) => ({ type: 'bytes', id });

/**
 * The service as the vendor publishes it, without publishing and managed subscriptions, which the sandbox does not offer.
 * https://github.com/forcedotcom/pub-sub-api/blob/main/pubsub_api.proto
 */
const PUB_SUB: Parameters<typeof fromJSON>[0] = {
  nested: {
    eventbus: {
      nested: {
        v1: {
          nested: {
            ReplayPreset: { values: { LATEST: 0, EARLIEST: 1, CUSTOM: 2 } },
            TopicRequest: { fields: { topic_name: text(1) } },
            TopicInfo: {
              fields: {
                topic_name: text(1),
                tenant_guid: text(2),
                can_publish: { type: 'bool', id: 3 },
                can_subscribe: { type: 'bool', id: 4 },
                schema_id: text(5),
                rpc_id: text(6),
              },
            },
            SchemaRequest: { fields: { schema_id: text(1) } },
            SchemaInfo: { fields: { schema_json: text(1), schema_id: text(2), rpc_id: text(3) } },
            EventHeader: { fields: { key: text(1), value: bytes(2) } },
            ProducerEvent: {
              fields: {
                id: text(1),
                schema_id: text(2),
                payload: bytes(3),
                headers: { rule: 'repeated', type: 'EventHeader', id: 4 },
              },
            },
            ConsumerEvent: { fields: { event: { type: 'ProducerEvent', id: 1 }, replay_id: bytes(2) } },
            FetchRequest: {
              fields: {
                topic_name: text(1),
                replay_preset: { type: 'ReplayPreset', id: 2 },
                replay_id: bytes(3),
                num_requested: { type: 'int32', id: 4 },
                auth_refresh: text(5),
              },
            },
            FetchResponse: {
              fields: {
                events: { rule: 'repeated', type: 'ConsumerEvent', id: 1 },
                latest_replay_id: bytes(2),
                rpc_id: text(3),
                pending_num_requested: { type: 'int32', id: 4 },
              },
            },
            PubSub: {
              methods: {
                Subscribe: {
                  requestType: 'FetchRequest',
                  requestStream: true,
                  responseType: 'FetchResponse',
                  responseStream: true,
                  comment: '',
                },
                GetSchema: { requestType: 'SchemaRequest', responseType: 'SchemaInfo', comment: '' },
                GetTopic: { requestType: 'TopicRequest', responseType: 'TopicInfo', comment: '' },
              },
            },
          },
        },
      },
    },
  },
};

/** A FetchRequest as it comes in. */
export interface FetchRequest {
  topic_name: string;
  replay_preset: 'LATEST' | 'EARLIEST' | 'CUSTOM';
  replay_id: Buffer;
  num_requested: number;
}

/** A FetchResponse as it goes out. */
export interface FetchResponse {
  events: readonly { event: { id: string; schema_id: string; payload: Buffer }; replay_id: Buffer }[];
  latest_replay_id: Buffer;
  rpc_id: string;
  pending_num_requested: number;
}

/** The service's calls. */
export const SERVICE = fromJSON(PUB_SUB, { defaults: true, enums: String })[
  'eventbus.v1.PubSub'
] as unknown as ServiceDefinition;
