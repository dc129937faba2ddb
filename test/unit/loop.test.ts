import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createLoop } from '../../core/pipeline/loop.ts';

const EVERY_MS = 100;
/** Timers and the clock of the test may differ by as much. */
const ROUNDING_MS = 1;

function timedLoop(everyMs: number) {
  const beganMs: number[] = [];
  const loop = createLoop(
    async () => {
      beganMs.push(performance.now());
      return false;
    },
    {
      retryMs: 10_000,
      everyMs,
      onError: (error) => {
        throw error;
      },
    },
  );
  return { beganMs, loop };
}

describe('a loop whose passes begin some time apart', () => {
  it('begins the first at once and the next after the rest, one for all that is told meanwhile', async () => {
    const { beganMs, loop } = timedLoop(EVERY_MS);
    const toldMs = performance.now();
    loop.wake();
    await wait(1);
    for (let told = 0; told < 50; told += 1) loop.wake();
    await loop.idle();
    expect(beganMs).toHaveLength(2);
    const [first, second] = beganMs as [number, number];
    expect(first - toldMs).toBeLessThan(EVERY_MS);
    expect(second - first).toBeGreaterThanOrEqual(EVERY_MS - ROUNDING_MS);
    await loop.stop();
  });

  it('begins none after it is stopped, and does not rest for that', async () => {
    const { beganMs, loop } = timedLoop(60_000);
    loop.wake();
    await loop.idle();
    loop.wake();
    await loop.stop();
    expect(beganMs).toHaveLength(1);
  });
});
