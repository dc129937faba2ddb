import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Command } from 'commander';
import type { Environment } from '../config/load.ts';
import { DataError } from '../core/domain/errors.ts';
import { CREDENTIALS, startSandbox } from '../sandbox/index.ts';
import type { Sandbox } from '../sandbox/kernel/types.ts';
import { readTransactionLines, worldFromCsv } from '../sandbox/seed/from-csv.ts';
import { generateWorld } from '../sandbox/seed/generate.ts';
import type { World } from '../sandbox/seed/world.ts';
import { integer } from './options.ts';

/** Which world the sandbox holds. */
export interface WorldOptions {
  customers?: number;
  seed?: number;
  transactions?: string;
}

/** A running sandbox on its own state. */
export interface OpenSandbox {
  sandbox: Sandbox;
  /** Names the world: the same options give the same name, state and workspace. */
  worldName: string;
  /** Endpoints and credentials as the environment of a process that talks to it. */
  env: Environment;
}

const CUSTOMERS = 800;
const SEED = 42;
/** The file that names the world last used, in the sandbox's folder. */
const CURRENT = 'current';

/** Adds the options that say which world. */
export function worldOptions(command: Command): Command {
  return command
    .option('--customers <n>', `customers of the generated world (default: ${CUSTOMERS})`, integer)
    .option('--seed <n>', `seed of the generated world (default: ${SEED})`, integer)
    .option('--transactions <file>', 'put real transactions into the CRMs instead: CSV with customer_id,date,amount');
}

/**
 * Starts the sandbox on its state in `home`/sandbox. A world is made the first time its options are used; without options it is the
 * one last used.
 *
 * @param asOf day up to which a generated world has a history
 */
export async function openSandbox(
  home: string,
  options: WorldOptions,
  context: { asOf: string; firstPort?: number },
): Promise<OpenSandbox> {
  const folder = join(home, 'sandbox');
  await mkdir(folder, { recursive: true });
  const seed = options.seed ?? SEED;
  const text = options.transactions === undefined ? null : await readTransactions(resolve(options.transactions));
  const asked = text !== null || options.customers !== undefined || options.seed !== undefined;
  const current = asked ? null : await readFile(join(folder, CURRENT), 'utf8').catch(() => null);
  const worldName = current ?? nameOf({ seed, customers: options.customers ?? CUSTOMERS, text });
  const stateDir = join(folder, worldName);
  const world = existsSync(join(stateDir, 'journal.jsonl'))
    ? null
    : makeWorld({ seed, customers: options.customers ?? CUSTOMERS, text, asOf: context.asOf });
  const port = context.firstPort;
  const sandbox = await startSandbox(
    {
      stateDir,
      seed,
      ...(port !== undefined &&
        port > 0 && { ports: { salesforce: port, hubspot: port + 1, segment: port + 2, pubSub: port + 3 } }),
    },
    world,
  );
  await writeFile(join(folder, CURRENT), worldName);
  return {
    sandbox,
    worldName,
    env: {
      SALESFORCE_LOGIN_URL: sandbox.urls.salesforce,
      SALESFORCE_PUBSUB_URL: sandbox.pubSubUrl,
      SALESFORCE_CLIENT_ID: CREDENTIALS.salesforce.clientId,
      SALESFORCE_CLIENT_SECRET: CREDENTIALS.salesforce.clientSecret,
      HUBSPOT_BASE_URL: sandbox.urls.hubspot,
      HUBSPOT_ACCESS_TOKEN: CREDENTIALS.hubspot.accessToken,
      SEGMENT_HOST: sandbox.urls.segment,
      SEGMENT_PROFILES_URL: sandbox.urls.segment,
      SEGMENT_WRITE_KEY: CREDENTIALS.segment.writeKey,
    },
  };
}

function nameOf({ seed, customers, text }: { seed: number; customers: number; text: string | null }): string {
  if (text === null && seed === SEED && customers === CUSTOMERS) return 'default';
  const what = text === null ? `generated ${seed} ${customers}` : `transactions ${seed} ${text}`;
  return createHash('sha256').update(what).digest('hex').slice(0, 8);
}

function makeWorld(options: { seed: number; customers: number; text: string | null; asOf: string }): World {
  const { seed, customers, text, asOf } = options;
  return text === null ? generateWorld({ seed, customers, asOf }) : worldFromCsv(readTransactionLines(text), { seed });
}

async function readTransactions(path: string): Promise<string> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw new DataError({
      field: '--transactions',
      expected: 'a file that can be read',
      found: `${path} (${error.code})`,
      remedy: 'check the path',
    });
  });
  const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  // Checked here too: a broken file must not leave half a world behind.
  try {
    readTransactionLines(text);
  } catch (error) {
    throw new DataError({
      field: path,
      expected: 'transactions with the columns customer_id, date and amount',
      found: error instanceof Error ? error.message : String(error),
      remedy: 'correct the file and run again; nothing was written',
    });
  }
  return text;
}
