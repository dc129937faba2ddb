import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** How much faster than real time both processes go: HubSpot's 190 calls in ten seconds become 190 in one. */
const SPEED = 10;
const MEGABYTE = 1_048_576;

/** A HubSpot account to load from, in a process of its own, and its time. */
export interface VastSandbox {
  hubspot: string;
  env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** What a loading process did before it ended or was killed. */
export interface Loaded {
  /** Pages of which it said that they are committed. */
  pages: number;
  /** Resident memory after each page, in MB. */
  megabytes: readonly number[];
  /** Null when it was killed. */
  end: { pulled: number; rejected: number; peakMegabytes: number; seconds: number } | null;
}

/** Starts an account of so many contacts and three times as many won deals. */
export async function vastSandbox(contacts: number): Promise<VastSandbox> {
  const time = { FAST_CLOCK_SINCE: String(Date.now()), FAST_CLOCK_SPEED: String(SPEED) };
  const child = start('load-sandbox.ts', { ...time, VAST_CONTACTS: String(contacts) }, ['--max-old-space-size=8000']);
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const first = await new Promise<string>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`The sandbox ended with exit code ${code} before it was up.`)));
    if (child.stdout) createInterface({ input: child.stdout }).once('line', resolve);
  });
  const { hubspot } = JSON.parse(first) as { hubspot: string };
  return {
    hubspot,
    env: { ...time, HUBSPOT_BASE_URL: hubspot, HUBSPOT_ACCESS_TOKEN: 'pat-sandbox-load' },
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/**
 * Loads everything that a workspace does not have yet.
 *
 * @param killAfterPages kill -9 once so many pages are committed; absent lets it end
 */
export async function load(
  sandbox: VastSandbox,
  store: { databaseUrl: string; workspace: string },
  killAfterPages = Number.POSITIVE_INFINITY,
): Promise<Loaded> {
  const child = start('load-child.ts', {
    ...sandbox.env,
    DATABASE_URL: store.databaseUrl,
    WORKSPACE: store.workspace,
  });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const megabytes: number[] = [];
  let end: Loaded['end'] = null;
  if (child.stdout) {
    for await (const line of createInterface({ input: child.stdout })) {
      const said = JSON.parse(line) as
        | { rss: number }
        | ({ peakRss: number } & Omit<NonNullable<Loaded['end']>, 'peakMegabytes'>);
      if ('peakRss' in said) {
        const { peakRss, ...rest } = said;
        end = { ...rest, peakMegabytes: Math.round(peakRss / MEGABYTE) };
      } else megabytes.push(Math.round(said.rss / MEGABYTE));
      if (megabytes.length === killAfterPages) child.kill('SIGKILL');
    }
  }
  const code = await ended;
  if (code !== null && code !== 0) throw new Error(`The loading process ended with exit code ${code}.`);
  return { pages: megabytes.length, megabytes, end };
}

function start(file: string, env: Readonly<Record<string, string>>, flags: readonly string[] = []): ChildProcess {
  const clock = join(import.meta.dirname, 'fast-clock.ts');
  return spawn(process.execPath, [...flags, '--import', clock, join(import.meta.dirname, file)], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}
