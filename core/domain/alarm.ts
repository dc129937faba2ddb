import { z } from 'zod';

/** What an alarm can be about. */
export const ALARM_KINDS = [
  /** An input is not distributed as when the champion was trained. */
  'drift',
  /** Churn risks fare worse than before, beyond chance. */
  'performance',
  /** Risks do not come true as often as they say. */
  'calibration',
  /** Intervals hold what came too rarely or too often. */
  'coverage',
  /** A champion was taken back. */
  'rollback',
  'data-quality',
  /** A connection has not been read for a day. */
  'stale-sync',
] as const;
export type AlarmKind = (typeof ALARM_KINDS)[number];

/** A condition that somebody should know of. */
export interface AlarmCondition {
  kind: AlarmKind;
  /** What of: an input, a detector, a connection, a rule. With the kind it says which condition this is. No personal data. */
  subject: string;
  message: string;
  /** What to do. */
  remedy: string;
}

/** An alarm as the API and webhooks tell it. */
export const alarmSchema = z.object({
  alarmKey: z.string().describe('The same for as long as the condition lasts; another when it comes again.'),
  kind: z.enum(ALARM_KINDS),
  subject: z.string(),
  message: z.string(),
  remedy: z.string(),
  raisedAt: z.iso.datetime(),
});
export type Alarm = z.output<typeof alarmSchema>;
