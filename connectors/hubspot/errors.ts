import { z } from 'zod';
import {
  AuthError,
  RateLimitError,
  type StaypowerError,
  UnknownOutcomeError,
  VendorError,
} from '../../core/domain/errors.ts';

const text = z.string().nullish().catch(undefined);

/** HubSpot's account of a failure. Every field may be absent, whatever its documentation says. */
export const faultSchema = z.object({
  message: text,
  category: text,
  subCategory: text,
  correlationId: text,
  requestId: text,
  policyName: text,
  errors: z
    .array(z.object({ message: text, code: text }))
    .nullish()
    .catch(undefined),
});
export type Fault = z.output<typeof faultSchema>;

/** A request, as errors name it. */
export interface FailedCall {
  method: string;
  path: string;
  /** It makes something new, so that it must not be sent again before it was read back. */
  creates: boolean;
}

const AN_HOUR_MS = 3_600_000;
const TEN_SECONDS_MS = 10_000;
const MOST_MESSAGE = 300;
/** "Pause and retry" in HubSpot's page on errors; 423 is a lock, 477 a move between data centres. */
const REFUSED_FOR_NOW = new Set([423, 477]);
const PASSING = new Set([408, 500, 502, 503, 504, 521, 523, 524]);

/**
 * The error for an answer that is not 2xx. Only here is it decided what may be repeated: refusals (429, 423, 477) were not
 * executed; after a fault of the server nobody knows, which matters for what creates.
 *
 * https://developers.hubspot.com/docs/api-reference/error-handling
 */
export function errorOfAnswer(status: number, headers: Headers, body: unknown, call: FailedCall): StaypowerError {
  const parsed = faultSchema.safeParse(body);
  const fault: Fault = parsed.success ? parsed.data : {};
  const said = messageOf(fault);
  const where = `HubSpot answered ${status} to ${call.method} ${call.path}`;
  const about = { status, vendorCode: vendorCodeOf(fault), requestId: fault.correlationId ?? fault.requestId ?? '' };
  if (status === 401) {
    return new AuthError(
      `${where}: the access token was refused. Make a new one in HubSpot and set it. ${said}`.trim(),
      {
        revoked: fault.category !== 'EXPIRED_AUTHENTICATION',
      },
    );
  }
  if (status === 403) {
    return new VendorError(`${where}: the app may not do this. Give it the scope that is missing. ${said}`.trim(), {
      ...about,
      retry: 'after-auth',
    });
  }
  if (status === 429) return rateLimit(where, fault, headers);
  if (REFUSED_FOR_NOW.has(status))
    return new VendorError(`${where}. Try again later. ${said}`.trim(), { ...about, retry: 'later' });
  if (call.creates && (status >= 500 || status === 408)) {
    return new UnknownOutcomeError(`${where}: it may have been done or not. Read back before it is sent again.`);
  }
  const retry = PASSING.has(status) ? 'later' : 'never';
  return new VendorError(`${where}. ${said}`.trim(), { ...about, retry });
}

/** The error for a request that got no answer: a timeout, a cut line, an answer that could not be read. */
export function errorOfSilence(cause: unknown, call: FailedCall): StaypowerError {
  const where = `HubSpot gave no answer to ${call.method} ${call.path}`;
  if (call.creates && !neverSent(cause)) {
    return new UnknownOutcomeError(`${where}: it may have been done or not. Read back before it is sent again.`, {
      cause,
    });
  }
  return new VendorError(`${where}. Check the network and HubSpot's status page; it is tried again.`, {
    retry: 'later',
    status: 0,
    cause,
  });
}

/** What HubSpot itself says, short and without e-mail addresses. */
export function messageOf(fault: Fault): string {
  return (fault.message ?? fault.errors?.[0]?.message ?? '')
    .replace(/[^\s"'<>]+@[^\s"'<>]+/g, '(address)')
    .slice(0, MOST_MESSAGE);
}

/** The most telling code of a fault: that of its first detail, one inside the message, or its category. */
export function vendorCodeOf(fault: Fault): string {
  return fault.errors?.[0]?.code ?? codeInMessage(fault.message ?? '') ?? fault.subCategory ?? fault.category ?? '';
}

/** Validation details come as JSON inside the message. */
function codeInMessage(message: string): string | null {
  return /"error"\s*:\s*"([A-Z_]+)"/.exec(message)?.[1] ?? null;
}

function rateLimit(where: string, fault: Fault, headers: Headers): RateLimitError {
  if (fault.policyName === 'DAILY') {
    return new RateLimitError(
      `${where}: the account's calls of today are used up. They come back at midnight of its time zone.`,
      { scope: 'daily', retryAfterMs: AN_HOUR_MS },
    );
  }
  const usual = fault.policyName === 'SECONDLY' ? 1_000 : TEN_SECONDS_MS;
  const asked = Number(headers.get('retry-after') ?? Number.NaN) * 1_000;
  return new RateLimitError(`${where}: too many calls at once. It waits and is sent again.`, {
    scope: 'burst',
    retryAfterMs: Number.isFinite(asked) ? asked : usual,
  });
}

/** The line could not be opened at all: nothing was sent. */
function neverSent(cause: unknown): boolean {
  const inner = cause instanceof Error ? (cause.cause as { code?: unknown } | undefined) : undefined;
  return inner?.code === 'ECONNREFUSED' || inner?.code === 'ENOTFOUND';
}
