import type { PlaybookHours } from './schema.ts';

const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** Whether a playbook may act at an instant; always without hours. */
export function mayActAt(hours: PlaybookHours | null, now: Date, workspaceTimeZone: string): boolean {
  if (hours === null) return true;
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: hours.timeZone ?? workspaceTimeZone,
    weekday: 'short',
    hour: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(now);
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.find((each) => each.type === type)?.value ?? '';
  const hour = Number(part('hour'));
  return hours.weekdays.includes(WEEKDAYS.indexOf(part('weekday')) + 1) && hour >= hours.from && hour < hours.to;
}
