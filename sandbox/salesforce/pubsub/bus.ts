import type { Table } from '../../kernel/types.ts';
import type { Org } from '../org/org.ts';
import { type EventSchema, platformSchema, schemaFrom } from './schema.ts';

/** An event on the bus. */
export interface StoredEvent {
  position: number;
  id: string;
  /** The channel of its own: "/data/ContactChangeEvent", "/event/Order_Paid__e". */
  topic: string;
  schemaId: string;
  /** Avro in base64. */
  payload: string;
  /** Milliseconds since 1970, by the sandbox's clock. */
  at: number;
}

/** Every change event of the objects that are selected. */
export const ALL_CHANGES = '/data/ChangeEvents';
/** Events are kept for so long. https://developer.salesforce.com/docs/platform/pub-sub-api/guide/event-message-durability.html */
const RETENTION_MS = 72 * 3_600_000;
const REPLAY_ID_BYTES = 10;

/** The organisation's event bus: events of three days in the order they were committed. */
export class Bus {
  readonly #org: Org;
  readonly #events: Table<StoredEvent>;
  readonly #schemas: Table<{ json: string }>;
  readonly #platform: Table<{ fields: readonly string[] }>;
  readonly #parsed = new Map<string, EventSchema>();
  /** Told after each event. */
  readonly listeners = new Set<() => void>();
  /** End a subscription each, as when the vendor's host is replaced. */
  readonly cuts = new Set<() => void>();

  constructor(org: Org) {
    this.#org = org;
    this.#events = org.kernel.table<StoredEvent>('salesforce.events');
    this.#schemas = org.kernel.table<{ json: string }>('salesforce.eventSchemas');
    this.#platform = org.kernel.table<{ fields: readonly string[] }>('salesforce.platformEvents');
  }

  /** Puts an event on the bus. */
  add(topic: string, schema: EventSchema, values: Readonly<Record<string, unknown>>): void {
    const now = this.#org.kernel.now().getTime();
    if (this.#schemas.get(schema.id) === undefined) this.#schemas.set(schema.id, { json: schema.json });
    const position = this.#org.kernel.nextNumber('salesforce.events');
    this.#events.set(String(position), {
      position,
      id: this.newKey(),
      topic,
      schemaId: schema.id,
      payload: schema.type.toBuffer(values).toString('base64'),
      at: now,
    });
    for (const event of this.#events.values()) {
      if (now - event.at <= RETENTION_MS) break;
      this.#events.delete(String(event.position));
    }
    for (const listener of this.listeners) listener();
  }

  /** Makes a platform event known, or gives it other text fields. */
  define(name: string, fields: readonly string[]): void {
    this.#platform.set(name, { fields });
  }

  /** Publishes a platform event. Throws a plain Error for one that is not known. */
  publish(name: string, values: Readonly<Record<string, unknown>>, userId: string): void {
    const known = this.#platform.get(name);
    if (known === undefined) throw new Error(`${name} is no platform event of the org`);
    const fields = Object.fromEntries(known.fields.map((field) => [field, values[field] ?? null]));
    const CreatedDate = this.#org.kernel.now().getTime();
    this.add(`/event/${name}`, platformSchema(name, known.fields), { ...fields, CreatedDate, CreatedById: userId });
  }

  /** The next events of a topic behind a position. */
  after(topic: string, position: number, limit: number): readonly StoredEvent[] {
    const found: StoredEvent[] = [];
    for (const event of this.#events.values()) {
      if (found.length === limit) break;
      if (event.position > position && belongs(event, topic)) found.push(event);
    }
    return found;
  }

  /** Where the newest event is. */
  get tip(): number {
    let tip = 0;
    for (const event of this.#events.values()) tip = event.position;
    return tip;
  }

  schema(id: string): EventSchema | null {
    const kept = this.#schemas.get(id);
    if (kept === undefined) return null;
    const schema = this.#parsed.get(id) ?? schemaFrom(kept.json);
    this.#parsed.set(id, schema);
    return schema;
  }

  /** Whether there is such a channel. */
  hasTopic(topic: string): boolean {
    if (topic === ALL_CHANGES) return true;
    const [, kind = '', name = ''] = /^\/(data|event)\/(\w+)$/.exec(topic) ?? [];
    if (kind === 'event') return this.#platform.get(name) !== undefined;
    return (
      name.endsWith('ChangeEvent') && this.#org.model.object(name.slice(0, -'ChangeEvent'.length))?.setup === false
    );
  }

  /** A key like a GUID, never twice. */
  newKey(): string {
    const digits = this.#org.kernel.nextNumber('salesforce.eventKeys').toString(16).padStart(12, '0');
    return `5a9d0b0e-0000-4000-8000-${digits}`;
  }

  /** The replay id of a position, good for as long as its event is kept. */
  replayIdOf(position: number, at: number): Buffer {
    const bytes = Buffer.alloc(REPLAY_ID_BYTES);
    bytes.writeUIntBE(position, 0, 6);
    bytes.writeUInt32BE(Math.floor(at / 1000), 6);
    return bytes;
  }

  /** The position of a replay id; null when it is none of ours or too old. */
  positionOf(replayId: Buffer): number | null {
    if (replayId.length !== REPLAY_ID_BYTES) return null;
    const age = this.#org.kernel.now().getTime() - replayId.readUInt32BE(6) * 1000;
    return age > RETENTION_MS ? null : replayId.readUIntBE(0, 6);
  }
}

function belongs(event: StoredEvent, topic: string): boolean {
  return event.topic === topic || (topic === ALL_CHANGES && event.topic.startsWith('/data/'));
}
