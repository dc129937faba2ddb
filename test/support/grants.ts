import { randomBytes } from 'node:crypto';
import { resolveConfig } from '../../config/load.ts';
import type { Config } from '../../config/schema.ts';
import { signInsOf } from '../../config/sign-in.ts';
import { createHubSpot, hubspotSettingsSchema } from '../../connectors/hubspot/index.ts';
import { createSalesforce, salesforceSettingsSchema } from '../../connectors/salesforce/index.ts';
import type { Clock } from '../../core/ports/clock.ts';
import type { Connector } from '../../core/ports/connector.ts';
import type { Database } from '../../core/ports/database.ts';
import type { Connected, SignIns } from '../../core/ports/grants.ts';
import { createGrants } from '../../core/store/grants.ts';
import { createKeyring } from '../../core/store/keyring.ts';
import { CREDENTIALS, startSandbox } from '../../sandbox/index.ts';
import type { Sandbox } from '../../sandbox/kernel/types.ts';
import { decide } from './consent.ts';

/** The two vendors that are connected by OAuth. */
export type OAuthVendor = 'hubspot' | 'salesforce';

/** A request as the sandbox's log has it. */
export interface Logged {
  method: string;
  path: string;
  status: number;
  requestBody: string;
}

/** The sandbox, a store, and connections between them that were or can be made in a browser. */
export interface GrantHouse {
  sandbox: Sandbox;
  database: Database;
  /** Environment of a process that uses the same store and sandbox, but for where the store is. */
  env: Record<string, string>;
  signIns: SignIns;
  /** Lines of the log so far, as text. */
  logged(): string;
  /** Approves at the vendor as an admin does. */
  connect(vendor: OAuthVendor): Promise<Connected>;
  /** A connector as a process of its own has it: it remembers nothing of the others. */
  connector(vendor: OAuthVendor): Connector;
  control(vendor: OAuthVendor, path: string, body?: unknown): Promise<void>;
  requests(vendor: OAuthVendor): Promise<readonly Logged[]>;
  /** Refreshes that the vendor was asked for. */
  refreshes(vendor: OAuthVendor): Promise<readonly Logged[]>;
}

/** A key for tests; another in each run. */
export const TEST_KEY = randomBytes(32).toString('base64');
const BEGUN_BY = 'the browser of the test';
export const REDIRECT_URI = 'http://localhost:8080/oauth/callback';

/** Starts a sandbox without data. */
export async function startVendors(): Promise<Sandbox> {
  return startSandbox({ stateDir: null, seed: 6 }, null);
}

/** Puts a house on a store and a sandbox. */
export function grantHouse(
  sandbox: Sandbox,
  database: Database,
  options: { clock?: Clock; env?: Readonly<Record<string, string>> } = {},
): GrantHouse {
  const clock = options.clock ?? { now: () => new Date() };
  const env: Record<string, string> = {
    STAYPOWER_KEY: TEST_KEY,
    HUBSPOT_BASE_URL: sandbox.urls.hubspot,
    HUBSPOT_CLIENT_ID: CREDENTIALS.hubspot.clientId,
    HUBSPOT_CLIENT_SECRET: CREDENTIALS.hubspot.clientSecret,
    SALESFORCE_LOGIN_URL: sandbox.urls.salesforce,
    SALESFORCE_CLIENT_ID: CREDENTIALS.salesforce.clientId,
    SALESFORCE_CLIENT_SECRET: CREDENTIALS.salesforce.clientSecret,
    ...options.env,
  };
  const connections: Config['connections'] = [{ vendor: 'hubspot' }, { vendor: 'salesforce' }];
  const signIns = signInsOf(resolveConfig({ connections }, env), { env, clock }, database);
  if (signIns === null) throw new Error('the house has a key');
  const lines: string[] = [];
  const log = (fields: Record<string, unknown>, message: string) => {
    lines.push(JSON.stringify({ ...fields, message }));
  };
  const logger = { debug: log, info: log, warn: log, error: log };
  const keyring = createKeyring([env['STAYPOWER_KEY'] ?? '']);
  const context = (connectionId: string) => ({ connectionId, clock, logger, timeZone: 'UTC', currency: 'USD' });
  const appOf = (vendor: OAuthVendor) => ({
    clientId: env[`${vendor.toUpperCase()}_CLIENT_ID`] ?? '',
    clientSecret: env[`${vendor.toUpperCase()}_CLIENT_SECRET`] ?? '',
    grants: createGrants(database, { keyring, clock, logger }),
  });
  const requests = async (vendor: OAuthVendor): Promise<readonly Logged[]> =>
    (await (await fetch(`${sandbox.urls[vendor]}/_sandbox/requests?vendor=${vendor}`)).json()) as Logged[];
  return {
    sandbox,
    database,
    env,
    signIns,
    logged: () => lines.join('\n'),
    connect: async (vendor) => {
      const { authorizationUrl } = await signIns.begin(vendor, { redirectUri: REDIRECT_URI, begunBy: BEGUN_BY });
      const { searchParams } = await decide(authorizationUrl);
      const callback = { state: searchParams.get('state') ?? '', code: searchParams.get('code') ?? '' };
      return signIns.end(vendor, callback, BEGUN_BY);
    },
    connector: (vendor) =>
      vendor === 'hubspot'
        ? createHubSpot(context(vendor), hubspotSettingsSchema.parse({ baseUrl: sandbox.urls.hubspot }), appOf(vendor))
        : createSalesforce(
            context(vendor),
            salesforceSettingsSchema.parse({ loginUrl: sandbox.urls.salesforce }),
            appOf(vendor),
          ),
    control: async (vendor, path, body = {}) => {
      const response = await fetch(`${sandbox.urls[vendor]}/_sandbox/${path}`, {
        method: 'POST',
        body: JSON.stringify(body),
      });
      if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    },
    requests,
    refreshes: async (vendor) =>
      (await requests(vendor)).filter(
        ({ path, requestBody }) => path.endsWith('/token') && requestBody.includes('grant_type=refresh_token'),
      ),
  };
}

/** One small read of an account, as a call of the product makes it. */
export async function readOnce(connector: Connector): Promise<void> {
  for await (const _page of connector.source?.pull('accounts', null) ?? []) return;
}
