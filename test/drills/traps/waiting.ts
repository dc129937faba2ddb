import { describe, expect, test } from 'vitest';
import { createLimiter } from '../../../connectors/http/limiter.ts';
import { retrying } from '../../../connectors/http/retry.ts';
import { RateLimitError, UnknownOutcomeError, VendorError } from '../../../core/domain/errors.ts';
import { seededRandom } from '../../../core/math/random.ts';
import { clockAt, openPortal, pullAll } from '../../integration/hubspot-portal.ts';
import { measured } from '../arena.ts';

/** Traps 12 and 13: Bottleneck 2.19 and p-retry 9, which all three connectors wait by. */
export function waitingTraps(): void {
  describe('waiting', () => {
    test('trap 12: no rolling window ever holds more than its limit, at its edge neither, and a call that hangs holds up nobody', async () => {
      const limiter = createLimiter({ calls: 10, windowMs: 1_000 }, 4);
      const random = seededRandom(12);
      const starts: number[] = [];
      const calls: Promise<void>[] = [];
      // Bursts at any moment, so that many fall across the edge of a fixed window.
      while (calls.length < 60) {
        const burst = 1 + Math.floor(random.next() * 12);
        for (let call = 0; call < burst; call += 1) {
          calls.push(
            limiter.run(async () => {
              starts.push(performance.now());
            }),
          );
        }
        await new Promise((resolve) => setTimeout(resolve, random.next() * 700));
      }
      await Promise.all(calls);
      const busiest = Math.max(...starts.map((at) => starts.filter((each) => each > at - 1_000 && each <= at).length));
      expect(busiest).toBeLessThanOrEqual(10);

      const account = await openPortal();
      for (let index = 0; index < 500; index += 1) account.portal.create('contacts', {});
      account.kernel.faults.add({ vendor: 'hubspot', kind: 'timeout', path: '/companies', times: 7, after: 0 });
      const connector = account.connect(clockAt(new Date().toISOString()));
      const hanging = Array.from({ length: 7 }, () => pullAll(connector, 'accounts').catch(() => null));
      const started = performance.now();
      const { records } = await pullAll(connector, 'contacts');
      const seconds = (performance.now() - started) / 1_000;
      expect(records.length).toBe(500);
      expect(seconds).toBeLessThan(5);
      expect(account.kernel.faults.list().map(({ times }) => times)).toEqual([0]);
      measured('trap 12', {
        'most in any second of 10': busiest,
        'seconds beside seven calls that hang': seconds.toFixed(1),
      });
      await account.close();
      await Promise.all(hanging);
    });

    test('trap 13: a fault of ours is not repeated, one of the network is, with jitter, and the vendor’s wait is kept', async () => {
      const attempts = async (error: () => Error) => {
        const at: number[] = [];
        await retrying(
          async () => {
            at.push(performance.now());
            throw error();
          },
          { firstDelayMs: 20 },
        ).catch(() => undefined);
        return at;
      };
      const gaps = (at: readonly number[]) => at.slice(1).map((each, index) => each - (at[index] ?? 0));
      const passing = () => new VendorError('no answer', { retry: 'later', status: 0 });
      const limit = (retryAfterMs: number, scope: 'burst' | 'daily') => () =>
        new RateLimitError('limit', { retryAfterMs, scope });
      const undefinedCall = () => new TypeError("Cannot read properties of undefined (reading 'id')");
      expect((await attempts(undefinedCall)).length).toBe(1);
      // p-retry takes a TypeError with these words for a network error, whoever threw it.
      expect((await attempts(() => new TypeError('fetch failed'))).length).toBe(1);
      expect((await attempts(() => new UnknownOutcomeError('it may have been done'))).length).toBe(1);
      expect((await attempts(limit(1, 'daily'))).length).toBe(1);
      expect((await attempts(limit(3_600_000, 'burst'))).length).toBe(1);
      const [first, second] = [gaps(await attempts(passing)), gaps(await attempts(passing))];
      expect([first.length, second.length]).toEqual([4, 4]);
      expect(first.map(Math.round)).not.toEqual(second.map(Math.round));
      for (const [index, gap] of first.entries()) expect(gap).toBeGreaterThanOrEqual(20 * 2 ** index - 1);
      const owed = gaps(await attempts(limit(300, 'burst')));
      for (const gap of owed) expect(gap).toBeGreaterThanOrEqual(299);
      measured('trap 13', {
        'attempts on a fault of ours': 1,
        'of the network': 5,
        'shortest wait of 300 ms': Math.min(...owed).toFixed(0),
      });
    });
  });
}
