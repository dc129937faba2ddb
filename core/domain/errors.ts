/** What the caller may do about a failure: nothing, try again later, or try again once access is renewed. */
export type Retry = 'never' | 'later' | 'after-auth';

/** Root of the family. `code` is stable and machine-readable; the message says what was expected, what came, and what to do. */
export abstract class StaypowerError extends Error {
  abstract readonly code: string;
  abstract readonly retry: Retry;
  override get name(): string {
    return this.constructor.name;
  }
}

/** One thing wrong with the configuration. */
export interface ConfigProblem {
  /** Where, e.g. "connections.hubspot.token" or "HUBSPOT_ACCESS_TOKEN". */
  path: string;
  expected: string;
  found?: string;
  remedy: string;
}

/** The configuration cannot be used. All problems are reported together. */
export class ConfigError extends StaypowerError {
  readonly code = 'config';
  readonly retry = 'never';
  readonly problems: readonly ConfigProblem[];
  constructor(problems: readonly ConfigProblem[]) {
    super(
      problems
        .map(
          (p) => `${p.path}: expected ${p.expected}${p.found === undefined ? '' : `, found ${p.found}`}. ${p.remedy}`,
        )
        .join('\n'),
    );
    this.problems = problems;
  }
}

/** The vendor refused our credentials. `revoked` tells a dead connection from a passing fault. */
export class AuthError extends StaypowerError {
  readonly code = 'auth';
  readonly retry = 'after-auth';
  readonly revoked: boolean;
  /** What the admin does, where that is known here; null where it depends on how the connection was set up. */
  readonly remedy: string | null;
  constructor(message: string, options: { revoked: boolean; remedy?: string; cause?: unknown }) {
    super(message, { cause: options.cause });
    this.revoked = options.revoked;
    this.remedy = options.remedy ?? null;
  }
}

/** The vendor's limit is reached. `scope` tells a burst (wait milliseconds) from the daily allocation (wait for its reset). */
export class RateLimitError extends StaypowerError {
  readonly code = 'rate-limit';
  readonly retry = 'later';
  readonly retryAfterMs: number;
  readonly scope: 'burst' | 'daily';
  constructor(message: string, options: { retryAfterMs: number; scope: 'burst' | 'daily'; cause?: unknown }) {
    super(message, { cause: options.cause });
    this.retryAfterMs = options.retryAfterMs;
    this.scope = options.scope;
  }
}

/** The vendor answered with a failure that concerns the whole request. */
export class VendorError extends StaypowerError {
  readonly code = 'vendor';
  readonly retry: Retry;
  /** HTTP status; 0 when there was no answer. */
  readonly status: number;
  /** The vendor's own code, e.g. "INVALID_FIELD" or "VALIDATION_ERROR"; "" when it gave none. */
  readonly vendorCode: string;
  /** The vendor's id of the request (correlationId and its like), for its support; "" when it gave none. */
  readonly requestId: string;
  constructor(
    message: string,
    options: { retry: Retry; status: number; vendorCode?: string; requestId?: string; cause?: unknown },
  ) {
    super(message, { cause: options.cause });
    this.retry = options.retry;
    this.status = options.status;
    this.vendorCode = options.vendorCode ?? '';
    this.requestId = options.requestId ?? '';
  }
}

/** A request that is not safe to repeat went out and no answer came back: read back before trying again. */
export class UnknownOutcomeError extends StaypowerError {
  readonly code = 'unknown-outcome';
  readonly retry = 'later';
}

/** What is known about a fault in one value of one record. */
export interface DataFault {
  /** 1-based line of a file, or the external id of a record. */
  row?: number | string;
  /** Path of a file that is at fault as a whole. */
  file?: string;
  field: string;
  expected: string;
  found?: string;
  remedy: string;
}

/** One value of one record cannot be used. */
export class DataError extends StaypowerError {
  readonly code = 'data';
  readonly retry = 'never';
  readonly fault: DataFault;
  constructor(fault: DataFault) {
    const where = fault.row === undefined ? (fault.file ?? fault.field) : `row ${fault.row}, field ${fault.field}`;
    const found = fault.found === undefined ? '' : `, found ${JSON.stringify(fault.found)}`;
    super(`${where}: expected ${fault.expected}${found}. To mend it: ${fault.remedy}.`);
    this.fault = fault;
  }
}

/** A model was asked to predict before it was fitted, or there is nothing it could be fitted to. */
export class NotFittedError extends StaypowerError {
  readonly code = 'not-fitted';
  readonly retry = 'never';
}

/** An optimiser did not reach its tolerance; `advice` says what to try. */
export class ConvergenceError extends StaypowerError {
  readonly code = 'convergence';
  readonly retry = 'never';
  readonly iterations: number;
  readonly advice: string;
  constructor(message: string, options: { iterations: number; advice: string }) {
    super(`${message} ${options.advice}`);
    this.iterations = options.iterations;
    this.advice = options.advice;
  }
}

/** An inbound message is not from whom it claims to be, is too old, or cannot be checked. Answered with 401, never with details. */
export class WebhookVerificationError extends StaypowerError {
  readonly code = 'webhook-verification';
  readonly retry = 'never';
}

/** The store is held by another process, or has a schema newer than this program. */
export class StoreError extends StaypowerError {
  readonly code = 'store';
  readonly retry: Retry;
  constructor(message: string, options: { retry: Retry; cause?: unknown }) {
    super(message, { cause: options.cause });
    this.retry = options.retry;
  }
}

/** More messages wait than the workers will soon have read: the sender keeps its own and comes back. */
export class InboxFullError extends StaypowerError {
  readonly code = 'inbox-full';
  readonly retry = 'later';
  /** Both amounts in words, e.g. "200000 messages". */
  constructor(waiting: string, most: string) {
    super(`At most ${most} may wait; there are ${waiting}. Start more workers, or see in /readyz what holds them up.`);
  }
}

/** The vendor's user lacks the seat, licence or scope that an action needs; the caller opens a task instead and says so. */
export class SeatMissingError extends StaypowerError {
  readonly code = 'seat-missing';
  readonly retry = 'never';
}

/** True for a failure of ours that concerns a whole connection and passes by waiting or by renewed access. */
export function isUnavailable(error: unknown): error is StaypowerError {
  return error instanceof StaypowerError && error.retry !== 'never';
}
