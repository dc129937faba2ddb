import type { AlarmCondition, AlarmKind } from '../domain/alarm.ts';
import type { MonitoringAlarm } from '../ports/monitoring.ts';

/** The kinds of alarms that a look at past scores decides on: what it does not name has cleared. */
export const REPORT_ALARMS: readonly AlarmKind[] = ['drift', 'performance', 'calibration', 'coverage'];

const OF: Readonly<Record<MonitoringAlarm['kind'], { kind: AlarmKind; remedy: string }>> = {
  concept: {
    kind: 'performance',
    remedy:
      'look at the model’s card and what changed; a challenger is tried by itself, or run "staypower train --promote-if-better"',
  },
  input: {
    kind: 'drift',
    remedy:
      'look whether a source is missing or was mapped otherwise ("staypower check", "staypower map"); if customers changed, the next challenger learns it',
  },
  calibration: {
    kind: 'calibration',
    remedy: 'read risks as ranks until a correction or a challenger takes over; "staypower monitor" shows each month',
  },
  coverage: {
    kind: 'coverage',
    remedy: 'take the intervals of value with care until the model is trained anew ("staypower train")',
  },
};

/** What a look at past scores found, as conditions that somebody should know of: one for each detector, input or figure. */
export function alarmsOfReport(alarms: readonly MonitoringAlarm[]): readonly AlarmCondition[] {
  const conditions = alarms.map(({ kind, what, message }) => ({ ...OF[kind], subject: what, message }));
  return [...new Map(conditions.map((each) => [`${each.kind} ${each.subject}`, each])).values()];
}
