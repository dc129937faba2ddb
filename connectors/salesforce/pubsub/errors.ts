import { type ServiceError, status } from '@grpc/grpc-js';
import { AuthError, RateLimitError, StaypowerError, VendorError } from '../../../core/domain/errors.ts';

const LIMIT_WAIT_MS = 60_000;

/** What Salesforce calls an error, in the trailer "error-code"; empty where it gives none. */
function codeOf(error: ServiceError): string {
  return String(error.metadata?.get('error-code')[0] ?? '');
}

/**
 * A failed call in the terms of the domain. Its text may quote what we sent: it is left out.
 * https://developer.salesforce.com/docs/platform/pub-sub-api/guide/handling-errors.html
 */
export function errorOf(cause: unknown, what: string): StaypowerError {
  if (cause instanceof StaypowerError) return cause;
  if (!isServiceError(cause)) {
    return new VendorError(`Salesforce: ${what} failed. It is tried again.`, { retry: 'later', status: 0, cause });
  }
  const vendorCode = codeOf(cause);
  const requestId = String(cause.metadata?.get('rpc-id')[0] ?? '');
  const told = `Salesforce refused ${what}: ${status[cause.code] ?? cause.code}${vendorCode && ` (${vendorCode})`}`;
  switch (cause.code) {
    case status.UNAUTHENTICATED:
      return new AuthError(`${told}. The session ended or is not of this organisation.`, { revoked: false });
    case status.PERMISSION_DENIED:
    case status.NOT_FOUND:
      return new VendorError(
        `${told}. Check the topic's name, that its objects are selected (Setup, Change Data Capture), and that the integration user may read them.`,
        { retry: 'never', status: 0, vendorCode, requestId },
      );
    case status.INVALID_ARGUMENT:
      return new VendorError(`${told}. Check the name of the topic.`, {
        retry: 'never',
        status: 0,
        vendorCode,
        requestId,
      });
    case status.RESOURCE_EXHAUSTED:
      return new RateLimitError(`${told}. The organisation's allocation of events or subscribers is used up.`, {
        retryAfterMs: LIMIT_WAIT_MS,
        scope: 'burst',
      });
    default:
      return new VendorError(`${told}. It is tried again.`, { retry: 'later', status: 0, vendorCode, requestId });
  }
}

function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && 'code' in error && typeof error.code === 'number';
}
