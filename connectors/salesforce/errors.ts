import {
  AuthError,
  RateLimitError,
  type StaypowerError,
  UnknownOutcomeError,
  VendorError,
} from '../../core/domain/errors.ts';
import type { WriteResult } from '../../core/domain/fields.ts';

/** A reply with a status of 400 or more. */
export interface FailedReply {
  /** Method and path without query, for messages. */
  request: string;
  status: number;
  body: string;
  /** True when the request creates something and must not be repeated before it was looked for. */
  creates: boolean;
}

const CONCURRENT_WAIT_MS = 2_000;
const DAILY_WAIT_MS = 60 * 60_000;

/** Codes that pass by waiting, for a request as well as for a row. The list is our choice: Salesforce publishes none. */
const PASSING = new Set([
  'UNABLE_TO_LOCK_ROW',
  'ALL_OR_NONE_OPERATION_ROLLED_BACK',
  'QUERY_TIMEOUT',
  'SERVER_UNAVAILABLE',
  'REQUEST_RUNNING_TOO_LONG',
  'REQUEST_LIMIT_EXCEEDED',
  'UNKNOWN_EXCEPTION',
]);
/** Codes that say that this user or organisation may not use the API at all. */
const LOCKED_OUT = new Set(['API_DISABLED_FOR_ORG', 'API_CURRENTLY_DISABLED', 'INVALID_AUTH_HEADER']);

/** What an organisation without the API can do; docs/editions.md has the editions. */
const NO_API =
  'This organisation has no API: it comes with Enterprise, Unlimited, Performance and Developer Edition, and as an add-on with Professional. Buy it, or bring contacts and sales in by "staypower import".';

/** What to do about a row that Salesforce refuses, by its code. */
const REMEDIES: Readonly<Record<string, string>> = {
  INVALID_FIELD:
    'Run "staypower provision": the field is missing, or the integration user does not see it. Then replay.',
  INVALID_FIELD_FOR_INSERT_UPDATE:
    'Run "staypower provision": the integration user may not edit the field. Then replay.',
  FIELD_CUSTOM_VALIDATION_EXCEPTION:
    'A validation rule of the organisation refuses the record: correct the record, or exempt the integration user from the rule, then replay.',
  REQUIRED_FIELD_MISSING: 'Fill the required field on the record in Salesforce, then replay.',
  ENTITY_IS_DELETED: 'The record is in the recycle bin; the next sync takes note of it.',
  INVALID_CROSS_REFERENCE_KEY: 'The record does not exist; the next sync takes note of it.',
  MALFORMED_ID: 'The id is not one of Salesforce; check from which connection the record came.',
  DUPLICATES_DETECTED:
    'A duplicate rule blocks the update: merge the duplicates, or let the rule warn only, then replay.',
  INSUFFICIENT_ACCESS_OR_READONLY: 'Give the integration user edit access to the record, then replay.',
  INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY: 'Give the integration user access to the record, then replay.',
  INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST:
    'The picklist lacks the value: add it to the field in Salesforce, then replay.',
  STRING_TOO_LONG: 'The field is shorter than provisioned: lengthen it in Salesforce, then replay.',
  NUMBER_OUTSIDE_VALID_RANGE: 'The field holds fewer digits than provisioned: widen it in Salesforce, then replay.',
};

/**
 * Our error for a failed reply. REQUEST_LIMIT_EXCEEDED has two meanings, which only the message tells apart: too many long calls at
 * once, or no calls left for the day.
 * https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/errorcodes.htm
 */
export function errorOf(reply: FailedReply): StaypowerError {
  const { request, status, creates } = reply;
  const { code, message } = firstError(reply.body);
  const told = `Salesforce answered ${status} ${code || 'without a code'} to ${request}${message === '' ? '' : `: ${message}`}`;
  if (code === 'REQUEST_LIMIT_EXCEEDED') {
    return /concurrent/i.test(message)
      ? new RateLimitError(`${told}. Too many long calls at once; it is tried again.`, {
          scope: 'burst',
          retryAfterMs: CONCURRENT_WAIT_MS,
        })
      : new RateLimitError(`${told}. The calls of these 24 hours are used up; they come back by and by.`, {
          scope: 'daily',
          retryAfterMs: DAILY_WAIT_MS,
        });
  }
  if (status === 401 || LOCKED_OUT.has(code)) {
    return new AuthError(`${told}. Check that the integration user is active and may use the API.`, {
      revoked: LOCKED_OUT.has(code),
      ...(code === 'API_DISABLED_FOR_ORG' && { remedy: NO_API }),
    });
  }
  if (status >= 500 && creates) {
    return new UnknownOutcomeError(`${told}. It may have been done all the same: look for it before trying again.`);
  }
  if (status === 429) return new RateLimitError(told, { scope: 'burst', retryAfterMs: CONCURRENT_WAIT_MS });
  const passes = status >= 500 || status === 420 || PASSING.has(code);
  return new VendorError(told, { retry: passes ? 'later' : 'never', status, vendorCode: code });
}

/** Failures of a connection that was never made: the request did not go out. */
const NEVER_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** Our error for a request that got no answer. */
export function noAnswer(request: string, creates: boolean, cause: unknown): StaypowerError {
  const code = causeCode(cause);
  if (creates && !NEVER_SENT.has(code)) {
    return new UnknownOutcomeError(
      `No answer from Salesforce to ${request} (${code}). It may have been done: look for it before trying again.`,
      { cause },
    );
  }
  return new VendorError(
    `No answer from Salesforce to ${request} (${code}). Check the network and https://status.salesforce.com; it is tried again.`,
    { retry: 'later', status: 0, cause },
  );
}

/** The result of a row that Salesforce did not write. */
export function rowFailure(code: string, message: string): WriteResult {
  // A trigger that meets a lock reports it inside an error of its own.
  if (PASSING.has(code) || message.includes('UNABLE_TO_LOCK_ROW'))
    return { status: 'retry', vendorCode: code, message };
  return {
    status: 'rejected',
    vendorCode: code || 'UNKNOWN',
    message: message || 'Salesforce gave no reason.',
    remedy: REMEDIES[code] ?? 'Look at the record in Salesforce, correct what the message says, then replay the row.',
  };
}

/** Errors come as `[{message, errorCode, fields?}]`; a proxy in between may answer anything. */
function firstError(body: string): { code: string; message: string } {
  try {
    const parsed: unknown = JSON.parse(body);
    const first: unknown = Array.isArray(parsed) ? parsed[0] : parsed;
    if (typeof first === 'object' && first !== null) {
      const { errorCode, message } = first as { errorCode?: unknown; message?: unknown };
      return {
        code: typeof errorCode === 'string' ? errorCode : '',
        message: typeof message === 'string' ? message.replace(/\s+/g, ' ').trim().slice(0, 300) : '',
      };
    }
  } catch {
    // Not JSON: a page of HTML tells nothing that the status does not.
  }
  return { code: '', message: '' };
}

function causeCode(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const { cause } = error;
  if (cause instanceof Error && 'code' in cause && typeof cause.code === 'string') return cause.code;
  return error.name === 'TimeoutError' ? 'time-out' : error.name;
}
