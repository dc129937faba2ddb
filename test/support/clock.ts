import type { Clock } from '../../core/ports/clock.ts';

/** A clock that stands still until it is told otherwise. */
export interface FakeClock extends Clock {
  set(at: string): void;
  advance(ms: number): void;
}

/** A clock that stands at an ISO 8601 instant. */
export function fakeClock(at: string): FakeClock {
  let now = Date.parse(at);
  return {
    now: () => new Date(now),
    set: (instant) => {
      now = Date.parse(instant);
    },
    advance: (ms) => {
      now += ms;
    },
  };
}
