import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A sandbox in a process of its own. */
export interface SandboxProcess {
  urls: Readonly<Record<'salesforce' | 'hubspot' | 'segment', string>>;
  /** Endpoints and credentials for whoever talks to it. */
  env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** Starts `staypower sandbox` with its state in `home` and waits until it is up. */
export async function sandboxProcess(home: string, args: readonly string[]): Promise<SandboxProcess> {
  const main = join(import.meta.dirname, '../cli/main.ts');
  const child = spawn(process.execPath, ['--max-old-space-size=12000', main, 'sandbox', '--json', ...args], {
    env: { ...process.env, STAYPOWER_HOME: home },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const first = await new Promise<string>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`The sandbox ended with exit code ${code} before it was up.`)));
    createInterface({ input: child.stdout }).once('line', resolve);
  });
  const { urls, env } = JSON.parse(first) as Pick<SandboxProcess, 'urls' | 'env'>;
  return {
    urls,
    env,
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
