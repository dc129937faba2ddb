import type { Fault } from '../../kernel/types.ts';
import { SalesforceError } from '../errors.ts';
import type { Call } from './call.ts';

/** The row fault planted for this request, as a question to ask of each row. */
export interface RowFaults {
  /** Throws the error planted for a row; `index` counts the rows of the request from 0. */
  check(id: string | null, index: number): void;
  /** The planted kind; null without a fault. */
  kind: Fault['kind'] | null;
  hits(id: string | null, index: number): boolean;
}

/** Takes the fault planted for this request, if any. A fault without ids hits the first row. */
export function rowFaults(call: Call): RowFaults {
  const fault = call.org.kernel.rowFault('salesforce', call.req.method, call.req.originalUrl);
  // Read by the request log: such requests are outside the bill of calls.
  if (fault !== null) call.res.locals.sandboxFault = fault.kind;
  const hits = (id: string | null, index: number): boolean => {
    if (fault === null) return false;
    return fault.ids === undefined ? index === 0 : id !== null && fault.ids.includes(id);
  };
  const check = (id: string | null, index: number): void => {
    if (fault !== null && hits(id, index)) throw faultError(fault.kind, id);
  };
  return { check, hits, kind: fault?.kind ?? null };
}

function faultError(kind: Fault['kind'], id: string | null): SalesforceError {
  if (kind === 'row-lock') {
    const which = id === null ? 'this record' : `this record or 1 records: ${id}`;
    return new SalesforceError(400, 'UNABLE_TO_LOCK_ROW', `unable to obtain exclusive access to ${which}`);
  }
  if (kind === 'bad-row') {
    return new SalesforceError(
      400,
      'FIELD_CUSTOM_VALIDATION_EXCEPTION',
      'The record was refused by a validation rule of the org',
    );
  }
  return new SalesforceError(
    400,
    'REQUEST_RUNNING_TOO_LONG',
    'Your request was running for too long, and has been stopped.',
  );
}
