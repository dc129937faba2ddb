import { spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startSandbox } from '../../sandbox/index.ts';
import type { Sandbox } from '../../sandbox/kernel/types.ts';
import { generateWorld } from '../../sandbox/seed/generate.ts';
import { cleanEnvironment } from '../support/command.ts';
import { sandboxEnvironment } from '../support/sandbox-environment.ts';

const root = resolve(import.meta.dirname, '../..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');

/** The commands of the README's shell blocks, without comments, in order. */
const commands = [...readme.matchAll(/```sh\n([\s\S]*?)```/g)]
  .flatMap((block) => (block[1] ?? '').split('\n'))
  .map((line) => line.replace(/\s+#.*$/, '').trim())
  .filter((line) => line !== '');

/** Run elsewhere: the install (by CI), the tests (these). */
const NOT_HERE = new Set(['npm ci && npm test']);

let checkout: string;
let sandbox: Sandbox;

beforeAll(async () => {
  // A folder that looks like the repository, so that what commands write here does not end in it.
  checkout = mkdtempSync(join(tmpdir(), 'staypower-readme-'));
  for (const name of readdirSync(root).filter(
    (each) => !/^(\.git|\.staypower|package\.json|staypower\.yaml)$/.test(each),
  )) {
    symlinkSync(join(root, name), join(checkout, name));
  }
  copyFileSync(join(root, 'package.json'), join(checkout, 'package.json'));
  writeFileSync(
    join(checkout, 'orders.csv'),
    'customer_id,date,amount\na,2026-01-02,10\na,2026-02-03,12\nb,2026-01-09,30\n',
  );
  sandbox = await startSandbox(
    { stateDir: null, seed: 3 },
    generateWorld({ seed: 3, customers: 60, asOf: '2026-10-31' }),
  );
});
afterAll(async () => {
  await sandbox.close();
  rmSync(checkout, { recursive: true, force: true });
});

/** Runs a line of the README in a shell; a server is stopped once it listens. */
function run(line: string): Promise<{ code: number | null; output: string }> {
  const child = spawn('bash', ['-c', line], {
    cwd: checkout,
    env: cleanEnvironment(sandboxEnvironment(sandbox)),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let output = '';
  const take = (chunk: Buffer) => {
    output += chunk.toString();
    if (output.includes('Listening on') && child.pid) process.kill(-child.pid, 'SIGTERM');
  };
  child.stdout.on('data', take);
  child.stderr.on('data', take);
  return new Promise((done) => child.once('close', (code) => done({ code, output })));
}

describe('README', () => {
  test('has the two commands that a newcomer needs', () => {
    expect(commands[0]).toBe('npm ci --omit=dev && npm run demo -- --once');
    expect(commands).toContain('npm ci && npm test');
  });

  test('each command does what it says', async () => {
    for (const line of commands.filter((each) => !NOT_HERE.has(each))) {
      // What is linked here is installed already; serve would take a port that may be in use.
      const here = line.replace('npm ci --omit=dev && ', '').replace(/ -- serve$/, ' -- serve --port 0');
      const { code, output } = await run(here);
      if (here.includes('serve')) expect(output, here).toContain('Listening on');
      else expect(code, `${here}\n${output}`).toBe(0);
    }
  }, 240_000);

  test('names every command of the program', async () => {
    const { output } = await run('npm run --silent staypower -- --help');
    for (const [, name] of output.matchAll(/^ {2}([a-z][a-z-]+)/gm)) {
      if (name !== 'help') expect(readme).toContain(`\`${name}`);
    }
  });
});
