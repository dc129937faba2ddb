/** An error as Salesforce answers it: `[{message, errorCode, fields?}]` for a request, `{statusCode, message, fields}` for a row. */
export class SalesforceError extends Error {
  readonly status: number;
  readonly errorCode: string;
  readonly fields: readonly string[];

  /** `status` is the HTTP status; `fields` are the API names of the fields at fault. */
  constructor(status: number, errorCode: string, message: string, fields: readonly string[] = []) {
    super(message);
    this.status = status;
    this.errorCode = errorCode;
    this.fields = fields;
  }
}

/** Body of a failed request. `fields` is left out where none is at fault, as the vendor does. */
export function errorBody(error: SalesforceError): unknown[] {
  const { message, errorCode, fields } = error;
  return [fields.length > 0 ? { message, errorCode, fields } : { message, errorCode }];
}

/** One row of a collections reply that failed; it has no id. */
export interface RowError {
  statusCode: string;
  message: string;
  fields: readonly string[];
}

/** The row form of an error. */
export function rowError(error: SalesforceError): RowError {
  return { statusCode: error.errorCode, message: error.message, fields: error.fields };
}

/** What the sandbox does not know it says so, with 501, instead of guessing an answer. */
export function notImplemented(what: string): SalesforceError {
  return new SalesforceError(
    501,
    'SANDBOX_NOT_IMPLEMENTED',
    `The Salesforce sandbox does not know ${what}. Real Salesforce may; add it to sandbox/salesforce or call something it knows.`,
  );
}

/** 401 for a missing, expired or revoked access token. */
export function invalidSession(): SalesforceError {
  return new SalesforceError(401, 'INVALID_SESSION_ID', 'Session expired or invalid');
}

/** 400 for a body that is not the JSON that was expected. */
export function jsonParserError(message: string): SalesforceError {
  return new SalesforceError(400, 'JSON_PARSER_ERROR', message);
}

/** 404 for a path or a record that is not there. */
export function notFound(message = 'The requested resource does not exist'): SalesforceError {
  return new SalesforceError(404, 'NOT_FOUND', message);
}
