import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** What a command left behind. */
export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

const MAIN = join(import.meta.dirname, '../../cli/main.ts');

/** Variables of the caller that would reach a real account or another store. */
const FOREIGN = /^(SALESFORCE|HUBSPOT|SEGMENT|STAYPOWER|DATABASE_URL|LOG_LEVEL)/;

/** The caller's environment without what belongs to somebody else's workspace, plus `own`. */
export function cleanEnvironment(own: Readonly<Record<string, string | undefined>>): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !FOREIGN.test(name));
  return { ...Object.fromEntries(inherited), ...own };
}

/** Runs `staypower` with these arguments, in a folder, to its end. */
export function staypower(
  args: readonly string[],
  options: { home: string; cwd?: string; env?: Readonly<Record<string, string | undefined>> },
): Promise<Ended> {
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd: options.cwd ?? options.home,
    env: cleanEnvironment({ STAYPOWER_HOME: options.home, ...options.env }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
}
