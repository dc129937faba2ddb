import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Analytics } from '@segment/analytics-node';
import { describe, expect, test } from 'vitest';
import { startSandbox } from '../../../sandbox/index.ts';
import type { Sandbox } from '../../../sandbox/kernel/types.ts';
import { generateWorld } from '../../../sandbox/seed/generate.ts';
import { SEGMENT_SECRET_HEADER, segmentVerifier } from '../../../webhooks/verify/segment.ts';
import { serveWebhooks } from '../../integration/webhook-server.ts';
import { cleanEnvironment, staypower } from '../../support/command.ts';
import { sandboxEnvironment } from '../../support/sandbox-environment.ts';
import { AS_OF, measured } from '../arena.ts';

const MAIN = resolve(import.meta.dirname, '../../../cli/main.ts');

/** Traps 14 and 15: Segment's SDK, and what its webhooks sign. */
export function segmentTraps(): void {
  describe('Segment', () => {
    test('trap 14: a refusal is never silent, and scores that a SIGTERM caught on their way are written by the next run', async () => {
      const home = mkdtempSync(join(tmpdir(), 'staypower-drill-'));
      const sandbox = await startSandbox({ stateDir: null, seed: 14 }, null);
      const env = sandboxEnvironment(sandbox);
      await expect(silentTrack(sandbox.urls.segment)).resolves.toBe('no error');

      const users = archiveOf(join(home, 'archive.jsonl'));
      writeFileSync(join(home, 'staypower.yaml'), 'workspace: drill\nconnections:\n  - vendor: segment\n');
      const run = (...args: string[]) => staypower([...args, '--as-of', AS_OF, '--json'], { home, env });
      expect(await staypower(['import', 'archive.jsonl', '--kind', 'segment', '--json'], { home, env })).toMatchObject({
        code: 0,
      });
      await plant(sandbox, { kind: 'status', status: 401, times: 100 });
      const refused = await run('run');
      expect(JSON.parse(refused.stdout)).toMatchObject({ recordsWritten: 0 });
      expect(refused.stderr).toMatch(/write key/);

      await plant(sandbox, { kind: 'timeout', times: 1 });
      const ended = await terminatedOnSending(sandbox, home, env);
      expect(ended).toBe('SIGTERM');
      const again = await run('run');
      expect(JSON.parse(again.stdout)).toMatchObject({ recordsWritten: users.length });
      const traits = await Promise.all(users.map((user) => traitsOf(sandbox, user)));
      expect(traits.filter((each) => 'staypower_engagement' in each).length).toBe(users.length);
      measured('trap 14', { users: users.length, 'written after SIGTERM': users.length, lost: 0 });
      await sandbox.close();
      rmSync(home, { recursive: true, force: true });
    });

    test('trap 15: messages behind the one that an array signs are refused, unless a second secret vouches for the request', async () => {
      const secret = 'a-shared-secret';
      const header = 'a-header-secret';
      const server = await serveWebhooks([
        { vendor: 'segment', connectionId: 'single', verifier: segmentVerifier([secret]) },
        { vendor: 'segment', connectionId: 'batching', verifier: segmentVerifier([secret], [header]) },
      ]);
      const genuine = { type: 'track', messageId: 'm-1', event: 'Order Completed', properties: { order_id: 'o-1' } };
      const forged = { ...genuine, messageId: 'm-2', properties: { order_id: 'o-2', subtotal: 1_000_000 } };
      const sign = (text: string) => createHmac('sha1', secret).update(text).digest('hex');
      const deliver = async (connection: string, body: string, signed: string, extra: Record<string, string> = {}) => {
        const headers = { 'content-type': 'application/json', 'x-signature': sign(signed), ...extra };
        return (await fetch(`${server.url}/webhooks/segment/${connection}`, { method: 'POST', headers, body })).status;
      };
      const single = JSON.stringify(genuine);
      const both = JSON.stringify([genuine, forged]);
      const vouched = { [SEGMENT_SECRET_HEADER]: header };
      // As Segment signs an array: whoever has seen m-1 once can put anything behind it.
      expect(await deliver('single', both, single)).toBe(401);
      expect(await deliver('single', ` \n${both}`, single)).toBe(401);
      expect(await deliver('single', JSON.stringify([genuine]), single)).toBe(401);
      expect(await deliver('batching', both, single)).toBe(401);
      expect(await deliver('batching', both, single, { [SEGMENT_SECRET_HEADER]: 'guess' })).toBe(401);
      expect(await deliver('batching', single, single)).toBe(401);
      expect(server.stored.size).toBe(0);
      expect(await deliver('single', single, single)).toBe(200);
      // It has no time: what comes again is known by its messageId.
      expect(await deliver('single', single, single)).toBe(200);
      expect(await deliver('batching', both, single, vouched)).toBe(200);
      expect([...server.stored.keys()]).toEqual(['single m-1', 'batching m-1', 'batching m-2']);
      measured('trap 15', { refused: 6, taken: 3, doubled: 0 });
      await server.close();
    });
  });
}

/** What a caller of the SDK sees of a write key that is refused, who does not listen to its events. */
async function silentTrack(host: string): Promise<string> {
  const analytics = new Analytics({ host, writeKey: 'refused', maxRetries: 0 });
  analytics.track({ userId: 'u', event: 'e' });
  return analytics.closeAndFlush().then(
    () => 'no error',
    () => 'an error',
  );
}

/** An archive of orders as Segment logs them. Returns whose they are. */
function archiveOf(path: string): readonly string[] {
  const { orders } = generateWorld({ seed: 14, customers: 150, asOf: AS_OF });
  const lines = orders
    .filter(({ kind }) => kind === 'order')
    .map(({ id, personId, at, amount, currency }) => ({
      type: 'track',
      event: 'Order Completed',
      messageId: id,
      userId: personId,
      timestamp: at,
      properties: { order_id: id, subtotal: Number(amount), currency },
    }));
  writeFileSync(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  return [...new Set(lines.map(({ userId }) => userId))];
}

async function plant({ urls }: Sandbox, fault: Record<string, unknown>): Promise<void> {
  await fetch(`${urls.segment}/_sandbox/faults`, { method: 'DELETE' });
  const body = JSON.stringify({ vendor: 'segment', path: '/v1/batch', ...fault });
  await fetch(`${urls.segment}/_sandbox/faults`, { method: 'POST', body });
}

/** A run that is told to end while its first batch is on its way. Resolves to the signal that it ended by, or its exit code. */
async function terminatedOnSending({ urls }: Sandbox, home: string, env: Record<string, string>): Promise<unknown> {
  const child = spawn(process.execPath, [MAIN, 'run', '--as-of', AS_OF, '--json'], {
    cwd: home,
    env: cleanEnvironment({ STAYPOWER_HOME: home, ...env }),
    stdio: 'ignore',
  });
  const ended = new Promise((done) => child.once('exit', (code, signal) => done(signal ?? code)));
  for (let sent = false; !sent; ) {
    const faults = (await (await fetch(`${urls.segment}/_sandbox/faults`)).json()) as { times: number }[];
    sent = faults.every(({ times }) => times === 0);
    await new Promise((done) => setTimeout(done, 50));
  }
  child.kill('SIGTERM');
  return ended;
}

async function traitsOf({ urls }: Sandbox, userId: string): Promise<Record<string, unknown>> {
  const reply = await fetch(`${urls.segment}/_sandbox/segment/profiles/${userId}`);
  return ((await reply.json()) as { traits: Record<string, unknown> }).traits;
}
