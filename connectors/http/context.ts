import type { Clock } from '../../core/ports/clock.ts';
import type { Logger } from '../../core/ports/logger.ts';

/** What every connector is built with beside its own settings. */
export interface ConnectorContext {
  connectionId: string;
  clock: Clock;
  logger: Logger;
  /** IANA zone of the workspace: the day of a due date. */
  timeZone: string;
  /** ISO 4217 code assumed where a vendor's record carries none. */
  currency: string;
}
