import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CREDENTIALS, startSandbox } from '../../sandbox/index.ts';
import type { Sandbox } from '../../sandbox/kernel/types.ts';
import { cleanEnvironment, type Ended, staypower } from '../support/command.ts';
import { decide } from '../support/consent.ts';
import { TEST_KEY } from '../support/grants.ts';

const root = mkdtempSync(join(tmpdir(), 'staypower-connect-'));
let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ stateDir: null, seed: 4 }, null);
});
afterAll(async () => {
  await sandbox.close();
  rmSync(root, { recursive: true, force: true });
});

function folderWith(vendor: string): string {
  const folder = mkdtempSync(join(root, `${vendor}-`));
  writeFileSync(join(folder, 'staypower.yaml'), `connections:\n  - vendor: ${vendor}\n`);
  return folder;
}

const environment = (): Record<string, string> => ({
  STAYPOWER_KEY: TEST_KEY,
  HUBSPOT_BASE_URL: sandbox.urls.hubspot,
  HUBSPOT_CLIENT_ID: CREDENTIALS.hubspot.clientId,
  HUBSPOT_CLIENT_SECRET: CREDENTIALS.hubspot.clientSecret,
});

/** Starts `staypower connect` and reads from it where the browser would go. */
async function connecting(folder: string): Promise<{ authorizationUrl: string; ended: Promise<Ended> }> {
  const main = join(import.meta.dirname, '../../cli/main.ts');
  const args = [main, 'connect', 'hubspot', '--no-browser', '--port', '0', '--json'];
  const child = spawn(process.execPath, args, {
    cwd: folder,
    env: cleanEnvironment({ STAYPOWER_HOME: folder, ...environment() }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  const ended = new Promise<Ended>((resolve) => child.once('close', (code) => resolve({ code, stdout, stderr })));
  const authorizationUrl = await new Promise<string>((resolve, reject) => {
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
      const [url] = /http\S+\/authorize\?\S+(?=\n)/.exec(stderr) ?? [];
      if (url !== undefined) resolve(url);
    });
    child.once('close', () => reject(new Error(stderr)));
  });
  return { authorizationUrl, ended };
}

/** Every secret that went over the line when tokens were asked for. */
async function secretsOnTheLine(): Promise<readonly string[]> {
  const log = (await (await fetch(`${sandbox.urls.hubspot}/_sandbox/requests`)).json()) as {
    path: string;
    requestBody: string;
  }[];
  return log.flatMap(({ path, requestBody }) => {
    const form = new URLSearchParams(path.endsWith('/token') ? requestBody : '');
    return ['code', 'code_verifier', 'refresh_token', 'client_secret'].flatMap((name) => form.get(name) ?? []);
  });
}

function filesIn(folder: string): readonly Buffer[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) =>
    entry.isFile() ? [readFileSync(join(entry.parentPath, entry.name))] : [],
  );
}

describe('staypower connect', () => {
  test('without what it needs says so and leaves nothing behind', async () => {
    const folder = folderWith('hubspot');
    const { code, stderr } = await staypower(['connect', 'hubspot', '--no-browser'], {
      home: folder,
      env: { ...environment(), STAYPOWER_KEY: 'secret', LOG_LEVEL: 'debug' },
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(/STAYPOWER_KEY: expected a key of 32 bytes/);
    expect(readdirSync(folder)).toEqual(['staypower.yaml']);
  });

  test('explains each scope, waits for the browser, and the connection works from then on; no secret is shown or stored', async () => {
    const folder = folderWith('hubspot');
    const { authorizationUrl, ended } = await connecting(folder);
    const asked = new URL(authorizationUrl).searchParams;
    expect(asked.get('code_challenge_method')).toBe('S256');
    // Something else knocks at the port, with a state of its own: it is turned away and spoils nothing.
    expect((await fetch(`${asked.get('redirect_uri')}?state=guessed&code=x`)).status).toBe(404);
    expect((await fetch(await decide(authorizationUrl))).status).toBe(200);
    const { code, stdout, stderr } = await ended;
    expect(code).toBe(0);
    expect(stderr).toContain('crm.objects.deals.read: reads deals');
    expect(JSON.parse(stdout)).toMatchObject({ connectionId: 'hubspot', account: '1234567', notGranted: [] });

    const check = await staypower(['check', '--json'], { home: folder, env: environment() });
    expect(JSON.parse(check.stdout).connections).toMatchObject([{ report: { account: '1234567', problems: [] } }]);

    const secrets = await secretsOnTheLine();
    expect(secrets).toHaveLength(3);
    const said = stderr + stdout + check.stdout + check.stderr;
    const files = filesIn(join(folder, 'store'));
    for (const secret of secrets) {
      expect(said).not.toContain(secret);
      expect(files.some((file) => file.includes(secret))).toBe(false);
    }
  }, 60_000);
});
