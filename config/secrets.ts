import { ConfigError, type ConfigProblem } from '../core/domain/errors.ts';
import { type Environment, environmentPrefix } from './load.ts';
import type { ConnectionConfig } from './schema.ts';

/** Reads secrets from the environment and reports everything that is wrong with them together. */
export interface SecretReader {
  /** A secret that must be there. */
  required(connectionId: string, name: string, what: string): string;
  /** A secret that may be absent, but not empty: an empty one is a mistake, never "no secret". */
  optional(connectionId: string, name: string): string | null;
  /** Throws ConfigError when anything asked for was missing or empty. */
  assertComplete(): void;
}

/** A reader over some environment. */
export function secretReader(env: Environment): SecretReader {
  const problems: ConfigProblem[] = [];
  const read = (connectionId: string, name: string, what: string, must: boolean): string | null => {
    const variable = `${environmentPrefix(connectionId)}_${name}`;
    const value = env[variable];
    if (value === undefined && !must) return null;
    if (value === undefined || value.trim() === '') {
      problems.push({
        path: variable,
        expected: what,
        found: value === undefined ? 'nothing' : 'an empty value',
        remedy: must
          ? 'Set it in the environment (see .env.example).'
          : 'Give it a value, or remove it from the environment altogether.',
      });
      return null;
    }
    return value.trim();
  };
  return {
    required: (connectionId, name, what) => read(connectionId, name, what, true) ?? '',
    optional: (connectionId, name) => read(connectionId, name, 'a secret that is not empty', false),
    assertComplete: () => {
      if (problems.length > 0) throw new ConfigError(problems);
    },
  };
}

/** Several live secrets in one variable, separated by commas: the new one and the one that is being rotated out. */
export function secretList(text: string | null): readonly string[] {
  return text === null
    ? []
    : text
        .split(',')
        .map((secret) => secret.trim())
        .filter((secret) => secret !== '');
}

/** The environment variables a connection may use, for `init`, `check` and the documentation. */
export const SECRET_VARIABLES: Readonly<
  Record<ConnectionConfig['vendor'], readonly { name: string; needed: boolean; what: string }[]>
> = {
  salesforce: [
    { name: 'CLIENT_ID', needed: true, what: 'consumer key of your External Client App' },
    { name: 'CLIENT_SECRET', needed: false, what: 'its consumer secret ("staypower connect", or client credentials)' },
    { name: 'USERNAME', needed: false, what: 'user to act as (JWT flow, instead of the secret)' },
    { name: 'PRIVATE_KEY', needed: false, what: 'PEM key whose certificate the app has (JWT flow)' },
    { name: 'WEBHOOK_TOKEN', needed: false, what: 'secret part of the Outbound Message address' },
    { name: 'ORGANIZATION_ID', needed: false, what: '18-character id that Outbound Messages must carry' },
  ],
  hubspot: [
    {
      name: 'ACCESS_TOKEN',
      needed: true,
      what: 'service key or token of a static-auth app; not for "staypower connect"',
    },
    { name: 'CLIENT_ID', needed: false, what: 'client id of your app, for "staypower connect"' },
    {
      name: 'CLIENT_SECRET',
      needed: false,
      what: 'client secret of the app: "staypower connect" and webhook signatures',
    },
  ],
  segment: [
    { name: 'WRITE_KEY', needed: true, what: 'write key of the HTTP source that scores are written to' },
    { name: 'WEBHOOK_SECRET', needed: false, what: 'shared secret of the webhook destination' },
    { name: 'WEBHOOK_HEADER_SECRET', needed: false, what: 'value of the header x-staypower-secret; batches need it' },
    { name: 'PROFILE_TOKEN', needed: false, what: 'Profile API access token' },
    { name: 'PUBLIC_API_TOKEN', needed: false, what: 'Public API token: erased people are deleted and suppressed' },
  ],
  csv: [],
};
