import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resolveConfig } from '../../config/load.ts';
import type { Config } from '../../config/schema.ts';
import { type OpenWorkspace, openWorkspace } from '../../config/wiring.ts';
import { calendarDay } from '../../core/domain/calendar-day.ts';
import { type CycleReport, cycle, type Step } from '../../core/pipeline/cycle.ts';
import { PROVISIONED_FIELDS, SCORE_FIELDS } from '../../core/scores/fields.ts';
import { CREDENTIALS, startSandbox } from '../../sandbox/index.ts';
import type { Fault, LoggedRequest, Sandbox, SandboxOptions, VendorName } from '../../sandbox/kernel/types.ts';
import type { Bill } from '../../sandbox/minimum-calls.ts';
import type { World } from '../../sandbox/seed/world.ts';
import { sandboxEnvironment } from '../support/sandbox-environment.ts';

/** The day up to which the drills' worlds have a history. */
export const AS_OF = '2026-10-31';

/** Our fields on each record of a CRM, by record id; what was never written is absent. */
export type Shown = ReadonlyMap<string, Readonly<Record<string, unknown>>>;

/** The sandbox, an embedded store in a temporary folder, and the product between them with its real connectors. */
export interface Arena {
  sandbox: Sandbox;
  open: OpenWorkspace;
  cycle(options?: { asOf?: string; steps?: readonly Step[] }): Promise<CycleReport>;
  count(sql: string, parameters?: readonly unknown[]): Promise<number>;
  plant(vendor: VendorName, ...faults: readonly (Partial<Fault> & Pick<Fault, 'kind'>)[]): Promise<void>;
  clearFaults(): Promise<void>;
  /** Requests that planted faults have still to hit. */
  faultsLeft(): Promise<number>;
  /** Posts to the control surface: `salesforce/settings`, `clock`, `hubspot/change` and their like. */
  control(vendor: VendorName, path: string, body: unknown): Promise<Record<string, unknown>>;
  requests(vendor?: VendorName): Promise<readonly LoggedRequest[]>;
  forget(): Promise<void>;
  bill(): Promise<Bill>;
  /** Calls a vendor's API as an admin of theirs would. */
  hubspot(method: string, path: string, body?: unknown): Promise<Record<string, unknown>>;
  salesforce(method: string, path: string, body?: unknown): Promise<unknown>;
  shownInHubSpot(): Promise<Shown>;
  shownInSalesforce(): Promise<Shown>;
  /** Contacts on whom a task was opened, once for each task. */
  tasks(): Promise<readonly string[]>;
  close(): Promise<void>;
}

const silent = () => undefined;

/** Starts everything, with our fields provisioned and an empty log. */
export async function startArena(options: {
  world: World | null;
  connections: NonNullable<Config['connections']>;
  playbooks?: Config['playbooks'];
  sandbox?: Partial<SandboxOptions>;
  env?: Readonly<Record<string, string>>;
}): Promise<Arena> {
  const home = mkdtempSync(join(tmpdir(), 'staypower-drill-'));
  const sandbox = await startSandbox({ stateDir: null, seed: 5, ...options.sandbox }, options.world);
  const env = { ...sandboxEnvironment(sandbox), ...options.env };
  const config = resolveConfig(
    {
      workspace: 'drill',
      connections: options.connections,
      ...(options.playbooks !== undefined && { playbooks: options.playbooks }),
    },
    env,
  );
  const context = {
    env,
    home,
    clock: { now: () => new Date() },
    logger: { debug: silent, info: silent, warn: silent, error: console.error },
  };
  const open = await openWorkspace(config, context, { withConnectors: true });
  for (const { fields } of open.workspace.connectors) await fields?.provision(PROVISIONED_FIELDS, { dryRun: false });
  const arena = arenaOn(sandbox, open, home);
  await arena.forget();
  return arena;
}

function arenaOn(sandbox: Sandbox, open: OpenWorkspace, home: string): Arena {
  const { urls } = sandbox;
  const admin = adminsOf(sandbox);
  const requests = async (vendor?: VendorName) =>
    (await json(`${urls.hubspot}/_sandbox/requests${vendor ? `?vendor=${vendor}` : ''}`)) as readonly LoggedRequest[];
  const control = async (vendor: VendorName, path: string, body: unknown) =>
    (await json(`${urls[vendor]}/_sandbox/${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
    })) as Record<string, unknown>;
  return {
    sandbox,
    open,
    control,
    requests,
    ...admin,
    cycle: ({ asOf = AS_OF, steps } = {}) =>
      cycle(open.workspace, { asOf: calendarDay(asOf), ...(steps !== undefined && { steps }) }),
    count: async (sql, parameters = []) => {
      const [row] = await open.workspace.database.query<{ count: number }>(sql, parameters);
      return Number(row?.count);
    },
    plant: async (vendor, ...faults) => {
      for (const fault of faults) await control(vendor, 'faults', { vendor, ...fault });
    },
    clearFaults: async () => {
      await fetch(`${urls.hubspot}/_sandbox/faults`, { method: 'DELETE' });
    },
    faultsLeft: async () =>
      ((await json(`${urls.hubspot}/_sandbox/faults`)) as readonly Fault[]).reduce((sum, { times }) => sum + times, 0),
    forget: async () => {
      await fetch(`${urls.hubspot}/_sandbox/requests`, { method: 'DELETE' });
    },
    bill: async () => (await json(`${urls.hubspot}/_sandbox/minimum-calls`)) as Bill,
    tasks: async () =>
      (await requests())
        .filter(({ method, note, status, fault }) => {
          const carriedOut = status < 300 || fault === 'lost-reply';
          return method === 'POST' && note.operation === 'action' && carriedOut;
        })
        .map(({ requestBody }) => {
          const body = JSON.parse(requestBody) as { WhoId?: string; associations?: { to: { id: string } }[] };
          return String(body.WhoId ?? body.associations?.[0]?.to.id);
        }),
    close: async () => {
      await open.close();
      await sandbox.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

const SALESFORCE_COLUMNS = SCORE_FIELDS.map(
  ({ name }) => `Staypower_${name.charAt(0).toUpperCase()}${name.slice(1)}__c`,
);

function adminsOf({ urls }: Sandbox): Pick<Arena, 'hubspot' | 'salesforce' | 'shownInHubSpot' | 'shownInSalesforce'> {
  let session = '';
  const hubspot: Arena['hubspot'] = async (method, path, body) =>
    (await json(urls.hubspot + path, {
      method,
      headers: { authorization: 'Bearer pat-sandbox-admin', 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })) as Record<string, unknown>;
  const salesforce: Arena['salesforce'] = async (method, path, body) => {
    if (session === '') {
      const { clientId, clientSecret } = CREDENTIALS.salesforce;
      const grant = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret };
      const reply = await json(`${urls.salesforce}/services/oauth2/token`, {
        method: 'POST',
        body: new URLSearchParams(grant),
      });
      session = (reply as { access_token: string }).access_token;
    }
    return json(urls.salesforce + path, {
      method,
      headers: { authorization: `Bearer ${session}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  };
  return {
    hubspot,
    salesforce,
    shownInHubSpot: async () => {
      const shown = new Map<string, Readonly<Record<string, unknown>>>();
      const names = SCORE_FIELDS.map(({ name }) => `staypower_${name}`);
      for (let after: string | undefined = '0'; after !== undefined; ) {
        const path = `/crm/v3/objects/contacts?limit=100&after=${after}&properties=${names.join(',')}`;
        const page = (await hubspot('GET', path)) as {
          results: { id: string; properties: Record<string, string | null> }[];
          paging?: { next: { after: string } };
        };
        for (const { id, properties } of page.results) shown.set(id, ours(properties, 'staypower_'));
        after = page.paging?.next.after;
      }
      return shown;
    },
    shownInSalesforce: async () => {
      const shown = new Map<string, Readonly<Record<string, unknown>>>();
      const soql = `SELECT Id, ${SALESFORCE_COLUMNS.join(', ')} FROM Contact ORDER BY Id`;
      for (
        let path: string | undefined = `/services/data/v62.0/query?q=${encodeURIComponent(soql)}`;
        path !== undefined;
      ) {
        const page = (await salesforce('GET', path)) as {
          records: Record<string, unknown>[];
          nextRecordsUrl?: string;
        };
        for (const record of page.records) shown.set(String(record['Id']), ours(record, 'Staypower_'));
        path = page.nextRecordsUrl;
      }
      return shown;
    },
  };
}

function ours(record: Readonly<Record<string, unknown>>, prefix: string): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(record)
      .filter(([name, value]) => name.startsWith(prefix) && value !== null)
      .map(([name, value]) => [name.slice(prefix.length).replace('__c', '').toLowerCase(), value]),
  );
}

async function json(url: string, init: RequestInit = {}): Promise<unknown> {
  const response = await fetch(url, init);
  const text = await response.text();
  if (!response.ok) throw new Error(`${url}: ${response.status} ${text.slice(0, 300)}`);
  return text === '' ? {} : JSON.parse(text);
}

/** One line with what a drill measured. */
export function measured(drill: string, figures: Readonly<Record<string, number | string>>): void {
  const text = Object.entries(figures).map(([name, value]) => `${name} ${value}`);
  console.info(`drill ${drill}: ${text.join(', ')}`);
}
