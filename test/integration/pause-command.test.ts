import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { staypower } from '../support/command.ts';

const home = mkdtempSync(join(tmpdir(), 'staypower-pause-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

async function said(...args: readonly string[]): Promise<{ code: number | null; json: Record<string, unknown> }> {
  const { code, stdout } = await staypower([...args, '--json'], { home });
  return { code, json: JSON.parse(stdout) as Record<string, unknown> };
}

it('a pause says who and why in every command that looks, and ends with resume', async () => {
  const paused = { reason: 'migration', by: userInfo().username, since: expect.stringMatching(/^20\d\d-/) };
  expect(await said('pause', '--reason', 'migration')).toEqual({ code: 0, json: { paused } });
  expect(await said('check')).toMatchObject({ code: 0, json: { connections: [], paused } });
  expect(await said('write-back', '--dry-run')).toEqual({ code: 0, json: { connections: [], paused } });
  expect(await said('resume')).toEqual({ code: 0, json: { ended: paused } });
  const nothing = await staypower(['undo'], { home });
  expect(nothing).toMatchObject({ code: 1, stdout: '' });
  expect(nothing.stderr).toContain('staypower undo --list');
}, 120_000);
