import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const folder = resolve(import.meta.dirname, '../../connectors/salesforce/package');
const runner = resolve(folder, 'node_modules/@salesforce/sfdx-lwc-jest/bin/sfdx-lwc-jest');

it('the Lightning component passes its own tests, with the vendor’s compiler', async ({ skip }) => {
  if (!existsSync(runner)) skip('no Lightning compiler: npm ci --prefix connectors/salesforce/package');
  const { stderr } = await promisify(execFile)(process.execPath, [runner, '--', '--ci'], { cwd: folder });
  expect(stderr).toMatch(/Tests: +(1[5-9]|2\d) passed, \1 total/);
});
