import { type ExecFileSyncOptionsWithStringEncoding, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { cleanEnvironment } from '../support/command.ts';

const root = resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'staypower-package-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('the packed tarball runs from node_modules of an empty folder: Node refuses TypeScript there', () => {
  const options: ExecFileSyncOptionsWithStringEncoding = {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: cleanEnvironment({}),
  };
  const packed = execFileSync('npm', ['pack', '--json', '--pack-destination', folder], { ...options, cwd: root });
  const [tarball] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
  expect(packed).toContain(tarball);
  const installed = join(folder, 'node_modules/staypower');
  mkdirSync(installed, { recursive: true });
  execFileSync('tar', ['-xzf', join(folder, tarball ?? ''), '-C', installed, '--strip-components=1'], options);
  // What an install would fetch is here already.
  const { dependencies } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  for (const name of Object.keys(dependencies)) {
    mkdirSync(join(folder, 'node_modules', name, '..'), { recursive: true });
    symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name));
  }
  const files = execFileSync('find', [installed, '-name', '*.ts'], options);
  expect(files).toBe('');
  const help = execFileSync(process.execPath, [join(installed, 'dist/cli/main.js'), '--help'], options);
  expect(help).toContain('write-back');
  const report = execFileSync(
    process.execPath,
    [join(installed, 'dist/cli/main.js'), 'demo', '--once', '--json', '--customers', '30', '--as-of', '2026-10-31'],
    { ...options, cwd: folder, env: cleanEnvironment({ STAYPOWER_HOME: join(folder, 'home') }) },
  );
  expect(JSON.parse(report)).toMatchObject({ customers: 30, rejected: 0 });
}, 120_000);
