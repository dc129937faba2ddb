import {
  createSalesforce,
  type SalesforceSecrets,
  salesforceSettingsSchema,
} from '../../connectors/salesforce/index.ts';
import type { FieldDefinition } from '../../core/domain/fields.ts';
import type { SourceRecord, Stream } from '../../core/domain/records.ts';
import { toJson } from '../../core/domain/stable-json.ts';
import type { Clock } from '../../core/ports/clock.ts';
import type { Connector, Cursor, Page } from '../../core/ports/connector.ts';
import type { Logger } from '../../core/ports/logger.ts';
import { startSandbox } from '../../sandbox/index.ts';
import type { SandboxOptions } from '../../sandbox/kernel/types.ts';
import type { Bill } from '../../sandbox/minimum-calls.ts';
import type { World, WorldPerson } from '../../sandbox/seed/world.ts';

/** A record as the organisation answers it. */
export type OrgRecord = Readonly<Record<string, unknown>>;

/** A Salesforce look-alike on a loopback port and what tests do to it as its users, its admin and its network. */
export interface Org {
  url: string;
  /** Of the Pub/Sub API. */
  pubSubUrl: string;
  /** Anything else that an admin does: a path behind /_sandbox/salesforce/. */
  control(path: string, body: OrgRecord): Promise<OrgRecord>;
  connect(options?: {
    settings?: Parameters<typeof salesforceSettingsSchema.parse>[0];
    secrets?: SalesforceSecrets;
    clock?: Clock;
    logger?: Logger;
  }): Connector;
  /** A query with the integration user's eyes; every page. */
  soql(query: string): Promise<readonly OrgRecord[]>;
  /** Somebody changes a record, or creates one when there is no id. Returns the id. */
  change(object: string, id: string | null, fields: OrgRecord): Promise<string>;
  remove(object: string, id: string): Promise<void>;
  /** Somebody takes a record out of the recycle bin. */
  undelete(object: string, id: string): Promise<void>;
  /** A formula field comes to another value, by something else that changed. */
  recalculate(object: string, id: string, field: string, value: unknown): Promise<void>;
  /** The admin makes a custom field by hand; nobody sees it yet. */
  tooling(fullName: string, metadata: OrgRecord): Promise<void>;
  /** The admin ends a Bulk query. */
  abort(jobId: string): Promise<void>;
  merge(object: string, masterId: string, ids: readonly string[]): Promise<void>;
  settings(settings: OrgRecord): Promise<void>;
  plant(fault: OrgRecord): Promise<void>;
  /** Sets the organisation's time; null = real time. */
  setClock(at: Date | null): Promise<void>;
  /** Calls so far, as numbers to start counting from. */
  forget(): Promise<void>;
  bill(): Promise<Bill>;
  requests(): Promise<readonly { method: string; path: string; query: string; status: number; requestBody: string }[]>;
  close(): Promise<void>;
}

/** Field of the seeded organisation that holds the shop's order number, and those of what was paid back. */
export const SEEDED = {
  orderReferenceField: 'Order_Reference__c',
  refund: { amountField: 'Refunded_Amount__c', dateField: 'Refunded_On__c' },
};

export const SECRETS = { clientId: 'sandbox-client', clientSecret: 'sandbox-secret' };

const V = '/services/data/v66.0';

/** Starts a look-alike with a world in it. */
export async function startOrg(world: World | null, options: Partial<SandboxOptions> = {}): Promise<Org> {
  const sandbox = await startSandbox({ stateDir: null, seed: 7, ...options }, world);
  const url = sandbox.urls.salesforce;
  const control = async (path: string, body: unknown) => {
    const response = await fetch(`${url}/_sandbox/${path}`, { method: 'POST', body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as OrgRecord;
  };
  let token = '';
  const rest = async (method: string, path: string, body?: OrgRecord): Promise<Response> => {
    if (token === '') {
      const reply = await fetch(`${url}/services/oauth2/token`, {
        method: 'POST',
        body: new URLSearchParams({
          grant_type: 'client_credentials',
          client_id: SECRETS.clientId,
          client_secret: SECRETS.clientSecret,
        }),
      });
      token = ((await reply.json()) as { access_token: string }).access_token;
    }
    const response = await fetch(url + path, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response;
  };
  return {
    url,
    pubSubUrl: sandbox.pubSubUrl,
    control: (path, body) => control(`salesforce/${path}`, body),
    connect: ({ settings = {}, secrets = SECRETS, clock = { now: () => new Date() }, logger = SILENT } = {}) =>
      createSalesforce(
        { connectionId: 'salesforce', clock, logger, timeZone: 'UTC', currency: 'USD' },
        salesforceSettingsSchema.parse({ loginUrl: url, ...(settings as OrgRecord) }),
        secrets,
      ),
    soql: async (query) => {
      const records: OrgRecord[] = [];
      for (let path: string | undefined = `${V}/query?q=${encodeURIComponent(query)}`; path; ) {
        const page = (await (await rest('GET', path)).json()) as { records: OrgRecord[]; nextRecordsUrl?: string };
        records.push(...page.records);
        path = page.nextRecordsUrl;
      }
      return records;
    },
    change: async (object, id, fields) =>
      String((await control('salesforce/change', { object, fields, ...(id === null ? {} : { id }) }))['id']),
    remove: async (object, id) => {
      await rest('DELETE', `${V}/sobjects/${object}/${id}`);
    },
    undelete: async (object, id) => {
      await control('salesforce/undelete', { object, id });
    },
    recalculate: async (object, id, field, value) => {
      await control('salesforce/recalculate', { object, id, field, value });
    },
    tooling: async (fullName, metadata) => {
      await rest('POST', `${V}/tooling/sobjects/CustomField`, { FullName: fullName, Metadata: metadata });
    },
    abort: async (jobId) => {
      await rest('PATCH', `${V}/jobs/query/${jobId}`, { state: 'Aborted' });
    },
    merge: async (objectType, masterId, ids) => {
      await control('salesforce/merge', { objectType, masterId, ids });
    },
    settings: async (settings) => {
      await control('salesforce/settings', settings);
    },
    plant: async (fault) => {
      await control('faults', { vendor: 'salesforce', ...fault });
    },
    setClock: async (at) => {
      await control('clock', { now: at?.toISOString() ?? null });
    },
    forget: async () => {
      await fetch(`${url}/_sandbox/requests`, { method: 'DELETE' });
    },
    bill: async () => (await (await fetch(`${url}/_sandbox/minimum-calls`)).json()) as Bill,
    requests: async () =>
      (await (await fetch(`${url}/_sandbox/requests?vendor=salesforce`)).json()) as Awaited<
        ReturnType<Org['requests']>
      >,
    close: () => sandbox.close(),
  };
}

const SILENT: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** A stream read to its end, and the cursor to go on from as a store gives it back. */
export interface Pulled {
  pages: readonly Page[];
  records: readonly SourceRecord[];
  cursor: Cursor;
}

/** Reads a stream to its end. */
export async function pull(connector: Connector, stream: Stream, cursor: Cursor | null = null): Promise<Pulled> {
  const pages: Page[] = [];
  for await (const page of connector.source?.pull(stream, cursor) ?? []) pages.push(page);
  return { pages, records: pages.flatMap((page) => page.records), cursor: toJson(pages.at(-1)?.cursor ?? null) };
}

/** People and nothing else, each made at its own second, or all at once. */
export function crowd(count: number, together = false): World {
  const people = Array.from(
    { length: count },
    (_, i): WorldPerson => ({
      id: `p${i}`,
      firstName: 'First',
      lastName: `Last${i}`,
      email: `p${i}@mail.example`,
      phone: null,
      companyId: null,
      owner: 0,
      createdAt: new Date(Date.UTC(2024, 0, 1) + (together ? 0 : i * 1000)).toISOString(),
      systems: ['salesforce'],
      doNotContact: false,
    }),
  );
  return {
    seed: 1,
    owners: [{ id: 'o', firstName: 'Ada', lastName: 'Stone', email: 'ada@sales.example' }],
    companies: [],
    people,
    orders: [],
    events: [],
  };
}

/** One field of each type. */
export const ALL_KINDS: readonly FieldDefinition[] = [
  { name: 'clv_12m', label: 'Value', description: 'Value.', type: { type: 'number', scale: 2 } },
  { name: 'currency', label: 'Currency', description: 'Code.', type: { type: 'text', maxLength: 3 } },
  { name: 'reasons', label: 'Why', description: 'Reasons.', type: { type: 'longText', maxLength: 2000 } },
  { name: 'next_action_at', label: 'Due', description: 'Day.', type: { type: 'day' } },
  { name: 'pulled_at', label: 'Pulled', description: 'Instant.', type: { type: 'instant' } },
];

/** The writing sides of a connector. */
export function facets(connector: Connector) {
  const { scores, fields, actions } = connector;
  if (!scores || !fields || !actions) throw new Error('Salesforce has scores, fields and actions');
  return { scores, fields, actions };
}
