import { hubspotOAuth } from '../connectors/hubspot/index.ts';
import { salesforceOAuth } from '../connectors/salesforce/index.ts';
import { ConfigError, type ConfigProblem } from '../core/domain/errors.ts';
import type { Clock } from '../core/ports/clock.ts';
import type { Database } from '../core/ports/database.ts';
import type { SignIns } from '../core/ports/grants.ts';
import { createKeyring, type Keyring } from '../core/store/keyring.ts';
import { type Connectable, createSignIns } from '../core/store/sign-ins.ts';
import { type Environment, environmentPrefix } from './load.ts';
import type { ResolvedConfig } from './schema.ts';
import { type SecretReader, secretList, secretReader } from './secrets.ts';

/**
 * The keys of STAYPOWER_KEY, the new one first; null where it is not set and nothing can be connected in the browser.
 *
 * @throws ConfigError for a key that is none, and for a variable that is set but empty
 */
export function keyringOf(env: Environment): Keyring | null {
  const text = env['STAYPOWER_KEY'];
  return text === undefined ? null : createKeyring(secretList(text));
}

/**
 * The keys of STAYPOWER_KEY.
 *
 * @throws ConfigError when it is not set
 */
export function requiredKeyring(env: Environment): Keyring {
  const keyring = keyringOf(env);
  if (keyring === null) throw new ConfigError([missingKey()]);
  return keyring;
}

/** The connections that can be made in the browser: those with the id and secret of an app, and no credentials that go before. */
function connectablesOf(
  config: ResolvedConfig,
  { env, clock }: { env: Environment; clock: Clock },
): readonly Connectable[] {
  const secrets = secretReader(env);
  const connectables = config.connections.flatMap((connection): Connectable[] => {
    const { id: connectionId, vendor } = connection;
    if (vendor !== 'hubspot' && vendor !== 'salesforce') return [];
    if (secrets.optional(connectionId, vendor === 'hubspot' ? 'ACCESS_TOKEN' : 'USERNAME') !== null) return [];
    const app = appOf(connectionId, secrets);
    if (app === null) return [];
    return [
      vendor === 'hubspot'
        ? { connectionId, vendor, app: hubspotOAuth(connection.settings, app, clock) }
        : { connectionId, vendor, app: salesforceOAuth(connection.settings, app) },
    ];
  });
  secrets.assertComplete();
  return connectables;
}

/** The app of a connection; null when its id or its secret is not set. */
export function appOf(connectionId: string, secrets: SecretReader): { clientId: string; clientSecret: string } | null {
  const clientId = secrets.optional(connectionId, 'CLIENT_ID');
  // Several secrets are there to check webhooks through a rotation; calls use the new one.
  const [clientSecret] = secretList(secrets.optional(connectionId, 'CLIENT_SECRET'));
  return clientId === null || clientSecret === undefined ? null : { clientId, clientSecret };
}

/** Sign-ins of a configuration; null where there is no key to keep tokens under. */
export function signInsOf(
  config: ResolvedConfig,
  context: { env: Environment; clock: Clock },
  database: Database,
): SignIns | null {
  const keyring = keyringOf(context.env);
  if (keyring === null) return null;
  return createSignIns(database, connectablesOf(config, context), { keyring, clock: context.clock });
}

/**
 * Refuses a connection that cannot be made in the browser.
 *
 * @throws ConfigError that says what is missing
 */
export function assertConnectable(
  name: string,
  config: ResolvedConfig,
  context: { env: Environment; clock: Clock },
): void {
  const problems: ConfigProblem[] = [];
  const configured = config.connections.find(({ id }) => id === name);
  const prefix = environmentPrefix(name);
  if (configured === undefined) {
    problems.push({
      path: 'connections',
      expected: `a connection with the id "${name}"`,
      found: config.connections.map(({ id }) => id).join(', ') || 'none',
      remedy: 'Write it into staypower.yaml; "staypower init" makes a first one.',
    });
  } else if (configured.vendor !== 'hubspot' && configured.vendor !== 'salesforce') {
    problems.push({
      path: 'connections',
      expected: 'a Salesforce or HubSpot connection',
      found: configured.vendor,
      remedy: `${configured.vendor} is connected by keys in the environment or by files; nothing is approved in a browser.`,
    });
  } else if (!connectablesOf(config, context).some(({ connectionId }) => connectionId === name)) {
    const before = configured.vendor === 'hubspot' ? 'ACCESS_TOKEN' : 'USERNAME';
    problems.push({
      path: `${prefix}_CLIENT_ID`,
      expected: `the client id of your app, ${prefix}_CLIENT_SECRET beside it, and no ${prefix}_${before}, which would go before`,
      remedy: 'README.md, "Connect", says where to make the app and what to copy.',
    });
  }
  if (context.env['STAYPOWER_KEY'] === undefined) problems.push(missingKey());
  if (problems.length > 0) throw new ConfigError(problems);
  // One that is there may still be none.
  keyringOf(context.env);
}

function missingKey(): ConfigProblem {
  return {
    path: 'STAYPOWER_KEY',
    expected: 'the key that encrypts tokens in the store',
    found: 'nothing',
    remedy: 'Make one with "openssl rand -base64 32" and set it; keep a copy elsewhere than the store.',
  };
}
