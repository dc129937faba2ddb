import { Analytics } from '@segment/analytics-node';
import { AuthError, RateLimitError, type StaypowerError, VendorError } from '../../core/domain/errors.ts';
import { INTEGRATION_NAME } from './echo.ts';
import { MOST_EVENTS } from './limits.ts';

/** Where and as whom to send. */
export interface TrackingEndpoint {
  host: string;
  writeKey: string;
  /** How long to wait for the answer to one batch. */
  timeoutMs: number;
}

type Traits = Readonly<Record<string, string | number | boolean | null>>;

/** What is said of one user. */
interface OfUser {
  userId: string;
  /** Below 100 characters: Segment drops longer ones. */
  messageId: string;
}

/** Traits of one user. */
export interface Identify extends OfUser {
  traits: Traits;
}

/** An event of one user, or traits of the company that one belongs to. */
export type UserMessage =
  | (OfUser & { event: string; properties: Traits })
  | (OfUser & { groupId: string; traits: Traits });

/** Marks what we send, so that it is known when it comes back; `active: false` says that the person did nothing. */
const CONTEXT = { active: false, integration: { name: INTEGRATION_NAME } };
/** Where the vendor does not say how long to wait. */
const RETRY_AFTER_MS = 10_000;
/** The SDK sends when it is told to; its timer only must not come first. */
const NEVER_MS = 3_600_000;
/** How much longer the SDK may take to close than the request itself. */
const CLOSING_MS = 5_000;

/**
 * Sends one batch through the vendor's SDK, once: the SDK's own retries are off, ours are in connectors/http. A client of the SDK
 * lives for one batch, because its calls never reject: only what it tells of this one batch shows how the batch fared.
 *
 * @throws AuthError, RateLimitError, VendorError; when it returns, Segment has taken the batch
 */
export async function sendBatch(
  endpoint: TrackingEndpoint,
  batch: readonly (Identify | UserMessage)[],
  at: Date,
): Promise<void> {
  const analytics = new Analytics({
    writeKey: endpoint.writeKey,
    host: endpoint.host,
    flushAt: MOST_EVENTS,
    flushInterval: NEVER_MS,
    maxRetries: 0,
    // Else a 429 with Retry-After would be waited for inside the SDK, up to twenty times.
    maxRateLimitDuration: 0,
    httpRequestTimeout: endpoint.timeoutMs,
  });
  let answer: { status: number; retryAfterMs: number } | null = null;
  let failure: unknown = null;
  let delivered = 0;
  analytics.on('http_response', ({ status, headers }) => {
    answer = { status, retryAfterMs: retryAfter(headers) };
  });
  analytics.on('error', ({ reason }) => {
    failure ??= reason ?? 'no reason';
  });
  for (const kind of ['identify', 'track', 'group'] as const) {
    analytics.on(kind, () => {
      delivered += 1;
    });
  }
  for (const message of batch) {
    const common = { userId: message.userId, messageId: message.messageId, timestamp: at, context: CONTEXT };
    if ('event' in message) {
      analytics.track({ ...common, event: message.event, properties: { ...message.properties } });
    } else if ('groupId' in message) {
      analytics.group({ ...common, groupId: message.groupId, traits: { ...message.traits } });
    } else analytics.identify({ ...common, traits: { ...message.traits } });
  }
  await analytics.closeAndFlush({ timeout: endpoint.timeoutMs + CLOSING_MS });
  if (failure === null && delivered === batch.length) return;
  throw toError(answer, failure);
}

function toError(answer: { status: number; retryAfterMs: number } | null, cause: unknown): StaypowerError {
  if (answer === null) {
    return new VendorError('Segment gave no answer to a batch. It is sent again later.', {
      retry: 'later',
      status: 0,
      cause,
    });
  }
  const { status, retryAfterMs } = answer;
  if (status === 401 || status === 403) {
    return new AuthError(
      `Segment refused the write key (${status}). Copy it from the HTTP source that scores are written to, and check the region of "host".`,
      { revoked: true, cause },
    );
  }
  if (status === 429) {
    return new RateLimitError('Segment’s limit of requests is reached.', { retryAfterMs, scope: 'burst', cause });
  }
  // 408, 410 and 460 are the SDK's own list of passing faults beside 5xx.
  const passing = status >= 500 || status < 400 || [408, 410, 460].includes(status);
  return new VendorError(`Segment answered a batch with ${status}.`, {
    retry: passing ? 'later' : 'never',
    status,
    cause,
  });
}

function retryAfter(headers: Readonly<Record<string, string>>): number {
  const seconds = Number.parseInt(headers['retry-after'] ?? headers['x-ratelimit-reset'] ?? '', 10);
  return seconds >= 0 ? seconds * 1_000 : RETRY_AFTER_MS;
}
