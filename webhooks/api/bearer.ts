import { createHash, timingSafeEqual } from 'node:crypto';

/** The hash under which a token is kept: the token itself is shown once and stored nowhere. */
export function tokenHash(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}

/** Whether a token is the one that was hashed. */
export function isBearer(token: string, expectedHash: string): boolean {
  const expected = Buffer.from(expectedHash);
  const given = Buffer.from(tokenHash(token));
  return given.length === expected.length && timingSafeEqual(given, expected);
}
