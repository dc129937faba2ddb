import { describe, expect, it } from 'vitest';
import { createDailyBudget } from '../../connectors/http/daily-budget.ts';
import { createLimiter, PRIORITY } from '../../connectors/http/limiter.ts';
import { type CallUsage, callsRunOutAt } from '../../core/domain/call-usage.ts';
import { RateLimitError } from '../../core/domain/errors.ts';
import { fakeClock } from '../support/clock.ts';

const usage = (at: string, used: number, resetsAt: string | null = null): CallUsage => ({
  used,
  limit: 1_000,
  at: `2026-06-01T${at}:00.000Z`,
  resetsAt,
});
const MIDNIGHT = '2026-06-02T00:00:00.000Z';

describe('the hour at which the calls of a day run out', () => {
  it('is not told from nothing, from one look at a rolling day, or while nothing is used', () => {
    expect(callsRunOutAt([])).toBeNull();
    expect(callsRunOutAt([usage('10:00', 900)])).toBeNull();
    expect(callsRunOutAt([usage('10:00', 900), usage('10:30', 900)])).toBeNull();
  });

  it('follows from the rate since midnight where the day begins with none, and only if it is before the next', () => {
    // 600 by noon are 50 an hour: 400 more take eight.
    expect(callsRunOutAt([usage('12:00', 600, MIDNIGHT)])).toBe('2026-06-01T20:00:00.000Z');
    expect(callsRunOutAt([usage('12:00', 500, MIDNIGHT)])).toBeNull();
    expect(callsRunOutAt([usage('12:00', 1_000, MIDNIGHT)])).toBe('2026-06-01T12:00:00.000Z');
  });

  it('follows from the last hour where the day is rolling', () => {
    expect(callsRunOutAt([usage('08:00', 0), usage('10:00', 600), usage('10:30', 700)])).toBe(
      '2026-06-01T12:00:00.000Z',
    );
    expect(callsRunOutAt([usage('10:00', 600), usage('10:30', 601)])).toBeNull();
  });
});

describe('the budget of a day', () => {
  const budgetAt = (clock: ReturnType<typeof fakeClock>, resetsAt: string | null = null) =>
    createDailyBudget({
      vendor: 'Vendor',
      reserve: 0.1,
      clock,
      resetsAt: () => (resetsAt === null ? null : new Date(resetsAt)),
      dailyWaitMs: 3_600_000,
    });

  it('stops batches at the reserve and lets live calls into half of it', () => {
    const budget = budgetAt(fakeClock('2026-06-01T10:00:00.000Z'));
    budget.note(899, 1_000);
    budget.take(PRIORITY.batch);
    budget.note(900, 1_000);
    expect(() => budget.take(PRIORITY.batch)).toThrow(RateLimitError);
    expect(() => budget.take(PRIORITY.batch)).toThrow('100 of 1000 API calls');
    budget.note(949, 1_000);
    budget.take(PRIORITY.live);
    budget.note(950, 1_000);
    expect(() => budget.take(PRIORITY.live)).toThrow(RateLimitError);
  });

  it('leaves other apps what they are on the way to use until the reset, and counts our own calls out of it', () => {
    const clock = fakeClock('2026-06-01T18:00:00.000Z');
    const budget = budgetAt(clock, MIDNIGHT);
    budget.note(400, 1_000);
    for (let call = 0; call < 100; call += 1) budget.take(PRIORITY.batch);
    clock.set('2026-06-01T19:00:00.000Z');
    // 150 more, 100 of them ours: the others use 50 an hour, which makes 250 until midnight.
    budget.note(550, 1_000);
    budget.take(PRIORITY.batch);
    budget.note(751, 1_000);
    expect(() => budget.take(PRIORITY.batch)).toThrow(/249 of 1000 API calls .* 250 are kept/);
    budget.take(PRIORITY.live);
  });

  it('is not believed for ever: after a quarter of an hour a call goes out to see', () => {
    const clock = fakeClock('2026-06-01T10:00:00.000Z');
    const budget = budgetAt(clock);
    budget.note(1_000, 1_000);
    expect(() => budget.take(PRIORITY.live)).toThrow(RateLimitError);
    clock.advance(16 * 60_000);
    budget.take(PRIORITY.batch);
  });
});

describe('the limiter', () => {
  it('keeps a part of the window for live calls: they do not wait for what a batch has filled', async () => {
    const limiter = createLimiter({ calls: 12, windowMs: 600, liveCalls: 2 }, 4);
    const started: { lane: string; at: number }[] = [];
    const from = performance.now();
    const run = (lane: 'live' | 'batch') =>
      limiter.run(
        async () => {
          started.push({ lane, at: performance.now() - from });
        },
        { priority: PRIORITY[lane] },
      );
    const batch = Array.from({ length: 25 }, () => run('batch'));
    await Promise.all(batch.slice(0, 10));
    await Promise.all([run('live'), run('live')]);
    const live = started.filter(({ lane }) => lane === 'live');
    expect(live.every(({ at }) => at < 300)).toBe(true);
    await Promise.all(batch);
    const times = started.map(({ at }) => at).sort((a, b) => a - b);
    // No window of 600 ms holds more than twelve starts.
    for (const [index, at] of times.entries()) {
      const thirteenth = times[index + 12];
      if (thirteenth !== undefined) expect(thirteenth - at).toBeGreaterThan(600);
    }
  });
});
