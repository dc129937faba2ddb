import pRetry from 'p-retry';
import { RateLimitError, StaypowerError } from '../../core/domain/errors.ts';

/** How a call is repeated. */
export interface RetryOptions {
  /** Repeats after the first attempt; 4 by default. */
  retries?: number;
  /** Shortest wait before the first repeat; doubled each time, with jitter. */
  firstDelayMs?: number;
  /** Told before each wait. */
  onRetry?: (error: StaypowerError, attempt: number) => void;
}

/** A wait longer than this is left to the next run. */
const LONGEST_WAIT_MS = 60_000;

/**
 * Runs a call and repeats it while its error says `retry: 'later'`, with exponential backoff and jitter, never sooner than the
 * vendor asked for. What must not be repeated blindly throws an error that is not 'later' here: the caller decides by what it
 * throws. A daily limit is not waited for.
 */
export function retrying<T>(call: () => Promise<T>, options: RetryOptions = {}): Promise<T> {
  return pRetry(call, {
    retries: options.retries ?? 4,
    minTimeout: options.firstDelayMs ?? 500,
    maxTimeout: LONGEST_WAIT_MS,
    factor: 2,
    randomize: true,
    shouldRetry: ({ error }) => isWorthWaiting(error),
    onFailedAttempt: async ({ error, attemptNumber, retryDelay, retriesLeft }) => {
      if (!isWorthWaiting(error) || retriesLeft === 0) return;
      options.onRetry?.(error, attemptNumber);
      const owed = error instanceof RateLimitError ? error.retryAfterMs - retryDelay : 0;
      if (owed > 0) await new Promise((resolve) => setTimeout(resolve, owed));
    },
  });
}

function isWorthWaiting(error: unknown): error is StaypowerError {
  if (!(error instanceof StaypowerError) || error.retry !== 'later' || error.code === 'unknown-outcome') return false;
  return !(error instanceof RateLimitError && (error.scope === 'daily' || error.retryAfterMs > LONGEST_WAIT_MS));
}
