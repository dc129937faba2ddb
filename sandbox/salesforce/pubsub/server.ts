import {
  type handleUnaryCall,
  Metadata,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServiceError,
  status,
} from '@grpc/grpc-js';
import { sessionOf } from '../oauth/tokens.ts';
import { ORG_ID } from '../org/bootstrap.ts';
import type { Org } from '../org/org.ts';
import type { Bus } from './bus.ts';
import { type FetchRequest, type FetchResponse, SERVICE } from './protocol.ts';

/** The Pub/Sub API on a loopback port. */
export interface PubSubServer {
  /** Plain http: on this machine there is no certificate that anybody would trust. */
  url: string;
  close(): Promise<void>;
}

/** At most so many events are handed out for one request, and so many in one response. */
const MOST_REQUESTED = 100;
const EVENTS_PER_RESPONSE = 20;
/** The vendor says where the stream is within 270 seconds when there is nothing to deliver. */
const KEEPALIVE_MS = 10_000;

const CODES = {
  auth: 'sfdc.platform.eventbus.grpc.service.auth.error',
  topic: 'sfdc.platform.eventbus.grpc.topic.notfound',
  schema: 'sfdc.platform.eventbus.grpc.schema.notfound',
  corrupted: 'sfdc.platform.eventbus.grpc.subscription.fetch.replayid.corrupted',
  missing: 'sfdc.platform.eventbus.grpc.subscription.fetch.replayid.validation.failed',
} as const;

type Stream = ServerDuplexStream<FetchRequest, FetchResponse>;

/** Serves the bus of an organisation: GetTopic, GetSchema and Subscribe with its flow control. */
export async function servePubSub(org: Org, bus: Bus, port: number): Promise<PubSubServer> {
  const server = new Server();
  server.addService(SERVICE, {
    GetTopic: guarded(org, ({ topic_name }: { topic_name: string }) => {
      if (!bus.hasTopic(topic_name)) throw refusal(status.NOT_FOUND, CODES.topic, `no topic ${topic_name}`);
      return {
        topic_name,
        tenant_guid: `core/sandbox/${ORG_ID}`,
        can_publish: false,
        can_subscribe: true,
        rpc_id: bus.newKey(),
      };
    }),
    GetSchema: guarded(org, ({ schema_id }: { schema_id: string }) => {
      const schema = bus.schema(schema_id);
      if (schema === null) throw refusal(status.NOT_FOUND, CODES.schema, `no schema ${schema_id}`);
      return { schema_json: schema.json, schema_id, rpc_id: bus.newKey() };
    }),
    Subscribe: (stream: Stream) => deliver(org, bus, stream),
  });
  const bound = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error, found) =>
      error ? reject(error) : resolve(found),
    );
  });
  return {
    url: `http://127.0.0.1:${bound}`,
    close: async () => server.forceShutdown(),
  };
}

/** Delivers to one subscriber what it has asked for, from where its first request says. */
function deliver(org: Org, bus: Bus, stream: Stream): void {
  let topic: string | null = null;
  let position = 0;
  let pending = 0;
  let ended = false;
  const respond = (events: FetchResponse['events'], latest: Buffer) =>
    stream.write({ events, latest_replay_id: latest, rpc_id: bus.newKey(), pending_num_requested: pending });
  const pump = () => {
    if (ended || topic === null) return;
    if (!isLetIn(org, stream.metadata)) return fail(unauthenticated());
    while (pending > 0) {
      const events = bus.after(topic, position, Math.min(pending, EVENTS_PER_RESPONSE));
      const last = events.at(-1);
      if (last === undefined) return;
      position = last.position;
      pending -= events.length;
      respond(
        events.map(({ id, schemaId, payload, position: at, at: time }) => ({
          event: { id, schema_id: schemaId, payload: Buffer.from(payload, 'base64') },
          replay_id: bus.replayIdOf(at, time),
        })),
        bus.replayIdOf(position, last.at),
      );
    }
  };
  const keepAlive = setInterval(() => {
    if (topic !== null && bus.after(topic, position, 1).length === 0) {
      respond([], bus.replayIdOf(Math.max(position, bus.tip), org.kernel.now().getTime()));
    }
  }, KEEPALIVE_MS);
  keepAlive.unref();
  const end = () => {
    if (ended) return;
    ended = true;
    clearInterval(keepAlive);
    bus.listeners.delete(pump);
    bus.cuts.delete(cut);
  };
  const fail = (error: Partial<ServiceError>) => {
    end();
    stream.emit('error', error);
  };
  const cut = () => fail(refusal(status.UNAVAILABLE, '', 'the host is going away'));
  bus.listeners.add(pump);
  bus.cuts.add(cut);
  stream.on('data', (request: FetchRequest) => {
    if (ended) return;
    if (topic === null) {
      const start = startOf(org, bus, stream.metadata, request);
      if (typeof start !== 'number') return fail(start);
      topic = request.topic_name;
      position = start;
    } else if (request.topic_name !== '' && request.topic_name !== topic) {
      return fail(refusal(status.INVALID_ARGUMENT, CODES.topic, 'the topic of a subscription cannot change'));
    }
    pending = Math.min(MOST_REQUESTED, pending + request.num_requested);
    pump();
  });
  stream.on('cancelled', end);
  stream.on('error', end);
  stream.on('end', () => {
    end();
    stream.end();
  });
}

/** The position behind which a subscription begins, or why there is none. */
function startOf(org: Org, bus: Bus, metadata: Metadata, request: FetchRequest): number | Partial<ServiceError> {
  if (!isLetIn(org, metadata)) return unauthenticated();
  if (!bus.hasTopic(request.topic_name)) {
    return refusal(status.NOT_FOUND, CODES.topic, `no topic ${request.topic_name}`);
  }
  switch (request.replay_preset) {
    case 'LATEST':
      return bus.tip;
    case 'EARLIEST':
      return 0;
    case 'CUSTOM':
      if (request.replay_id.length === 0) {
        return refusal(status.INVALID_ARGUMENT, CODES.missing, 'CUSTOM needs a replay id');
      }
      return (
        bus.positionOf(request.replay_id) ??
        refusal(status.INVALID_ARGUMENT, CODES.corrupted, 'the replay id is corrupted or too old')
      );
  }
}

function guarded<Request, Reply>(org: Org, answer: (request: Request) => Reply): handleUnaryCall<Request, Reply> {
  return (call, done) => {
    try {
      if (!isLetIn(org, call.metadata)) throw unauthenticated();
      done(null, answer(call.request));
    } catch (error) {
      done(error as Partial<ServiceError>);
    }
  };
}

/** https://developer.salesforce.com/docs/platform/pub-sub-api/guide/supported-auth.html */
function isLetIn(org: Org, metadata: Metadata): boolean {
  const [token, tenant, instance] = ['accesstoken', 'tenantid', 'instanceurl'].map((name) =>
    String(metadata.get(name)[0] ?? ''),
  );
  return token !== undefined && sessionOf(org, token) !== null && tenant === ORG_ID && instance !== '';
}

function unauthenticated(): Partial<ServiceError> {
  return refusal(status.UNAUTHENTICATED, CODES.auth, 'an authentication exception occurred');
}

/** An error the vendor's way: its own code is in a trailer. */
function refusal(code: status, errorCode: string, details: string): Partial<ServiceError> {
  const metadata = new Metadata();
  if (errorCode !== '') metadata.set('error-code', errorCode);
  return { code, details, metadata };
}
