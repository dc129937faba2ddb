import type { DeliveryVerdict, DueDelivery, Receiver, ReceiverVerdict } from '../../core/ports/outbound.ts';
import type { PostOutcome } from './post.ts';

/** A delivery is tried for so long after it was put on its way. */
export const KEEP_TRYING_MS = 3 * 24 * 3_600_000;

const FIRST_PAUSE_MS = 5_000;
const PAUSE_GROWTH = 3;
const LONGEST_PAUSE_MS = 6 * 3_600_000;

/** After so many failures in a row the endpoint rests, so that a queue of thousands is not thrown at what is down. */
const FAILURES_BEFORE_REST = 5;
const FIRST_REST_MS = 5_000;
const LONGEST_REST_MS = 600_000;
/** No Retry-After holds us off for longer. */
const LONGEST_RETRY_AFTER_MS = 24 * 3_600_000;

const GONE = 410;
const TOO_MANY_REQUESTS = 429;

/**
 * What an outcome means for the delivery and its endpoint. Any 2xx is delivered, 410 is the end of the endpoint, all else is tried again
 * with growing pauses until three days have passed; the last try is at their end.
 *
 * @param chance 0 <= chance < 1, for the jitter: a pause is between half of its length and the whole
 */
export function judge(
  outcome: PostOutcome,
  delivery: DueDelivery,
  receiver: Receiver,
  now: Date,
  chance: number,
): { verdict: DeliveryVerdict; receiver: ReceiverVerdict } {
  const { status } = outcome;
  if (status !== null && status >= 200 && status < 300) {
    return {
      verdict: { state: 'delivered', status },
      receiver: receiver.failures === 0 ? null : { failures: 0, notBefore: now.toISOString() },
    };
  }
  const error = status === null ? outcome.error : wordsOf(status);
  if (status === GONE) {
    const disabled = 'it answered 410 Gone';
    return { verdict: { state: 'failed', status, error, notBefore: now.toISOString() }, receiver: { disabled } };
  }
  const asked = status === null ? 0 : retryAfterMs(outcome.retryAfter, now);
  const pause = Math.min(FIRST_PAUSE_MS * PAUSE_GROWTH ** delivery.attempts, LONGEST_PAUSE_MS) * (0.5 + chance / 2);
  const deadline = Date.parse(delivery.enqueuedAt) + KEEP_TRYING_MS;
  const next = Math.min(now.getTime() + Math.max(pause, asked), Math.max(deadline, now.getTime() + asked));
  return {
    verdict: {
      state: now.getTime() >= deadline ? 'failed' : 'waiting',
      status,
      error,
      notBefore: new Date(next).toISOString(),
    },
    // A refusal of one message (4xx) says nothing of the others.
    receiver:
      status === null || status >= 500 || status === TOO_MANY_REQUESTS ? rest(receiver.failures + 1, asked, now) : null,
  };
}

function rest(failures: number, askedMs: number, now: Date): ReceiverVerdict {
  const beyond = failures - FAILURES_BEFORE_REST;
  const restMs = beyond < 0 ? 0 : Math.min(FIRST_REST_MS * 2 ** beyond, LONGEST_REST_MS);
  return { failures, notBefore: new Date(now.getTime() + Math.max(restMs, askedMs)).toISOString() };
}

/** Seconds or an HTTP date (RFC 9110, 10.2.3) as milliseconds from now; 0 when there is none that can be read. */
function retryAfterMs(header: string | null, now: Date): number {
  if (header === null) return 0;
  const ms = /^\d{1,9}$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now.getTime();
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), LONGEST_RETRY_AFTER_MS) : 0;
}

function wordsOf(status: number): string {
  return status >= 300 && status < 400
    ? `it answered ${status}: redirects are not followed, give the address itself`
    : `it answered ${status}`;
}
