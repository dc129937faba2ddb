import { hash, timingSafeEqual } from 'node:crypto';

/** Whether two texts are equal, in a time that tells nothing of where they differ, nor of the expected one's length. */
export function equalInConstantTime(given: string, expected: string): boolean {
  return timingSafeEqual(digest(given), digest(expected));
}

/** Whether a text equals one of several; all are compared, so that the time does not tell which. */
export function isOneOf(given: string, expected: readonly string[]): boolean {
  let found = false;
  for (const each of expected) found = equalInConstantTime(given, each) || found;
  return found;
}

function digest(text: string): Buffer {
  return hash('sha256', text, 'buffer');
}
