import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseDocument } from 'yaml';
import type { z } from 'zod';
import { ConfigError, type ConfigProblem } from '../core/domain/errors.ts';
import { configSchema, type ResolvedConfig } from './schema.ts';

/** Environment variables, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Where local things live: STAYPOWER_HOME, or `.staypower` in the working folder. */
export function homeFolder(env: Environment): string {
  return resolve(env['STAYPOWER_HOME'] || '.staypower');
}

/**
 * The configuration file to read: the one named, else staypower.yaml in the working folder, else in the home folder; null when
 * there is none and defaults apply.
 */
export function configFile(named: string | undefined, env: Environment): string | null {
  if (named !== undefined) return resolve(named);
  const candidates = [resolve('staypower.yaml'), join(homeFolder(env), 'staypower.yaml')];
  return candidates.find((path) => existsSync(path)) ?? null;
}

/**
 * Reads and checks a configuration. All problems are reported together, each with its path and a remedy.
 *
 * @throws ConfigError
 */
export async function loadConfig(path: string | null, env: Environment): Promise<ResolvedConfig> {
  return resolveConfig(path === null ? {} : await readYaml(path), env);
}

/** Checks a configuration that is already in memory and applies the endpoints set in the environment. */
export function resolveConfig(config: unknown, env: Environment): ResolvedConfig {
  const parsed = configSchema.safeParse(config ?? {});
  if (!parsed.success) throw new ConfigError(parsed.error.issues.flatMap((issue) => problemsOf(issue, config)));
  const resolved = parsed.data;
  const ids = resolved.connections.map((connection) => connection.id);
  const twice = ids.filter((id, index) => ids.indexOf(id) !== index);
  if (twice.length > 0) {
    throw new ConfigError(
      twice.map((id) => ({
        path: 'connections',
        expected: 'each id once',
        found: `"${id}" twice`,
        remedy: 'Give the second connection of a vendor an id of its own.',
      })),
    );
  }
  return { ...resolved, connections: resolved.connections.map((connection) => withEndpoints(connection, env)) };
}

type Connection = ResolvedConfig['connections'][number];

/** Endpoints may come from the environment, so that a recorder or the sandbox can stand in front of the unmodified SDKs. */
function withEndpoints(connection: Connection, env: Environment): Connection {
  const given = (name: string) => env[`${environmentPrefix(connection.id)}_${name}`] || undefined;
  switch (connection.vendor) {
    case 'salesforce': {
      const loginUrl = given('LOGIN_URL');
      const url = given('PUBSUB_URL');
      const { pubSub } = connection.settings;
      return {
        ...connection,
        settings: {
          ...connection.settings,
          ...(loginUrl && { loginUrl }),
          ...(url && pubSub && { pubSub: { ...pubSub, url } }),
        },
      };
    }
    case 'hubspot': {
      const baseUrl = given('BASE_URL');
      return baseUrl ? { ...connection, settings: { ...connection.settings, baseUrl } } : connection;
    }
    case 'segment': {
      const host = given('HOST');
      const profilesUrl = given('PROFILES_URL');
      const publicApiUrl = given('PUBLIC_API_URL');
      return {
        ...connection,
        settings: {
          ...connection.settings,
          ...(host && { host }),
          ...(profilesUrl && { profilesUrl }),
          ...(publicApiUrl && { publicApiUrl }),
        },
      };
    }
    default:
      return connection;
  }
}

/** Environment variables of a connection begin with its id: "hubspot" reads HUBSPOT_ACCESS_TOKEN, "hubspot-eu" HUBSPOT_EU_ACCESS_TOKEN. */
export function environmentPrefix(connectionId: string): string {
  return connectionId.toUpperCase().replaceAll('-', '_');
}

/** Reads a YAML file. Throws ConfigError when it cannot be read, or is none, with the line. */
export async function readYaml(path: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new ConfigError([
      {
        path,
        expected: 'a configuration file that can be read',
        found: (error as NodeJS.ErrnoException).code ?? 'an error',
        remedy: 'Check the path, or make a file with "staypower init".',
      },
    ]);
  }
  const document = parseDocument(text, { prettyErrors: true });
  if (document.errors.length > 0) {
    throw new ConfigError(
      document.errors.map((error) => ({
        path: `${path}${error.linePos ? ` line ${error.linePos[0].line}` : ''}`,
        expected: 'valid YAML',
        found: error.message.split('\n')[0] ?? 'an error',
        remedy: 'Correct the line.',
      })),
    );
  }
  return document.toJS() as unknown;
}

/** What is wrong with a configuration by one issue of its schema. */
export function problemsOf(issue: z.core.$ZodIssue, config: unknown): ConfigProblem[] {
  const path = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: path ? `${path}.${key}` : key,
      expected: 'a key that is known',
      found: `"${key}"`,
      remedy: 'Correct its spelling or remove it; README.md lists the keys.',
    }));
  }
  const value = issue.path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null ? (inner as Record<PropertyKey, unknown>)[key] : undefined,
    config,
  );
  return [
    {
      path: path || 'staypower.yaml',
      expected: issue.message,
      ...(value !== undefined && { found: JSON.stringify(value) }),
      remedy: 'Correct the value.',
    },
  ];
}
