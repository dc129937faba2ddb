import { DataError } from '../../core/domain/errors.ts';
import type { Json } from '../../core/domain/json.ts';
import { storableJson } from '../../core/domain/storable.ts';

/** Reads a verified JSON body, in a form that the store can keep. Throws DataError when it is not JSON. */
export function readJsonBody(rawBody: Buffer): Json {
  try {
    return storableJson(JSON.parse(rawBody.toString('utf8')) as Json);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    // The parser's own message quotes the body.
    throw new DataError({ field: 'body', expected: 'JSON', remedy: 'mend the sender' });
  }
}

/** Whether a value is an object with keys, neither null nor an array. */
export function isObject(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
