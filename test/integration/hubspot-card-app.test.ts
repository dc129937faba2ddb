import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const folder = resolve(import.meta.dirname, '../../connectors/hubspot/app');
const modules = resolve(folder, 'node_modules');
const run = async (script: string, ...parameters: string[]) => {
  const { NODE_OPTIONS: _, VITEST: __, ...env } = process.env;
  return (
    await promisify(execFile)(process.execPath, [resolve(modules, script), ...parameters], {
      cwd: folder,
      env: { ...env, NO_COLOR: '1' },
    })
  ).stdout;
};

it('the HubSpot card passes its own tests in the vendor’s renderer, and has the types of its SDK', async ({ skip }) => {
  if (!existsSync(modules)) skip('no HubSpot SDK for cards: npm ci --prefix connectors/hubspot/app');
  await run('typescript/bin/tsc', '-p', '.');
  expect(await run('vitest/vitest.mjs', 'run')).toMatch(/Tests +1[3-9] passed \(1[3-9]\)/);
});
