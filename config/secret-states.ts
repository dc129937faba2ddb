import type { Clock } from '../core/ports/clock.ts';
import type { Database } from '../core/ports/database.ts';
import type { Secrets } from '../core/ports/secrets.ts';
import { sealEverythingAnew, sealedCounts } from '../core/store/seal-anew.ts';
import { type Environment, environmentPrefix } from './load.ts';
import type { ResolvedConfig } from './schema.ts';
import { SECRET_VARIABLES, secretList } from './secrets.ts';
import { keyringOf, requiredKeyring } from './sign-in.ts';

/** Secrets that webhooks are checked by: several may count at a time. */
const ROTATING: ReadonlySet<string> = new Set([
  'CLIENT_SECRET',
  'WEBHOOK_SECRET',
  'WEBHOOK_HEADER_SECRET',
  'WEBHOOK_TOKEN',
]);

/** The secrets of a workspace: which are set, never what they are. */
export function createSecrets(
  config: ResolvedConfig,
  { env, clock }: { env: Environment; clock: Clock },
  database: Database,
): Secrets {
  return {
    states: async () => {
      const keyring = keyringOf(env);
      return {
        connections: config.connections.map(({ id, vendor }) => ({
          connectionId: id,
          vendor,
          secrets: SECRET_VARIABLES[vendor].map(({ name, needed, what }) => {
            const variable = `${environmentPrefix(id)}_${name}`;
            const rotates = ROTATING.has(name) && !(vendor === 'salesforce' && name === 'CLIENT_SECRET');
            const values = secretList(env[variable] ?? null);
            return { variable, what, needed, live: rotates ? values.length : Math.min(values.length, 1), rotates };
          }),
        })),
        encryption: {
          keyId: keyring?.keyId ?? null,
          keys: secretList(env['STAYPOWER_KEY'] ?? null).length,
          ...(await sealedCounts(database, keyring?.keyId ?? null)),
        },
      };
    },
    sealAnew: ({ by }) => sealEverythingAnew(database, requiredKeyring(env), { clock, by }),
  };
}
