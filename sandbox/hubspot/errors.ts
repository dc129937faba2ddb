import { randomUUID } from 'node:crypto';

/** A refusal in HubSpot's form; every field but the message may be absent at the real one. */
export class HubSpotError extends Error {
  readonly status: number;
  readonly category: string;
  readonly details: Record<string, unknown>;
  constructor(status: number, category: string, message: string, details: Record<string, unknown> = {}) {
    super(message);
    this.status = status;
    this.category = category;
    this.details = details;
  }
}

/** The body of a refusal. */
export function errorBody(error: HubSpotError): Record<string, unknown> {
  return {
    status: 'error',
    message: error.message,
    correlationId: randomUUID(),
    category: error.category,
    ...error.details,
  };
}

/** One fault of one property, as HubSpot puts them (as JSON) into the message. */
export interface PropertyFault {
  name: string;
  error: string;
  message: string;
}

/** 400 for property values that are not valid. */
export function invalidProperties(faults: readonly PropertyFault[]): HubSpotError {
  const list = faults.map((fault) => ({
    isValid: false,
    message: fault.message,
    error: fault.error,
    name: fault.name,
    portalId: 1234567,
  }));
  return new HubSpotError(400, 'VALIDATION_ERROR', `Property values were not valid: ${JSON.stringify(list)}`, {
    errors: faults.map((fault) => ({
      message: fault.message,
      code: fault.error,
      context: { propertyName: [fault.name] },
    })),
  });
}
