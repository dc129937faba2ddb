import pino from 'pino';
import type { Logger } from '../core/ports/logger.ts';

/** Fields that must never reach a log, whatever an error object carries along. */
const REDACTED = [
  'authorization',
  'token',
  'accessToken',
  'refreshToken',
  'secret',
  'password',
  'email',
  'name',
  'phone',
];

/** JSON lines on stderr; LOG_LEVEL sets the level (default: warn for commands). */
export function createLogger(level: string = process.env['LOG_LEVEL'] || 'warn'): Logger {
  return pino(
    { level, base: null, redact: { paths: REDACTED.flatMap((field) => [field, `*.${field}`]), censor: '[redacted]' } },
    pino.destination({ dest: 2, sync: true }),
  );
}
