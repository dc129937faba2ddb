import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readHandbook } from '../../cli/handbook/markdown.ts';
import { cleanEnvironment } from '../support/command.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const home = mkdtempSync(join(tmpdir(), 'staypower-tour-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** Shell blocks with the lines that the page says they print. */
const tour = readHandbook().find(({ name }) => name === 'tour')?.markdown ?? '';
const steps = [...tour.matchAll(/```sh\n([\s\S]*?)```(?:(?:(?!```)[\s\S])*?```text\n([\s\S]*?)```)?/g)].map(
  ([, commands = '', printed = '']) => ({
    commands: commands.trim().split('\n'),
    printed: printed.split('\n').filter((line) => line !== ''),
  }),
);

/** Runs a line in a shell from the sources, with a store of its own. */
function run(line: string): Promise<{ code: number | null; output: string }> {
  const child = spawn('bash', ['-c', line], { cwd: ROOT, env: cleanEnvironment({ STAYPOWER_HOME: home }) });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  return new Promise((done) => child.once('close', (code) => done({ code, output })));
}

test('the tour works line by line, and prints what the page says', async () => {
  expect(steps.map(({ commands, printed }) => [commands.length, printed.length])).toEqual([
    [1, 4],
    [1, 6],
    [2, 2],
    [2, 2],
  ]);
  for (const { commands, printed } of steps) {
    let all = '';
    for (const line of commands) {
      const { code, output } = await run(line);
      expect(code, `${line}\n${output}`).toBe(0);
      all += output;
    }
    for (const line of printed) expect(all).toContain(line);
  }
}, 300_000);
