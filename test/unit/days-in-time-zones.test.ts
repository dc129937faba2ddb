import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addDays, calendarDay, dayNumber, dayOf, daysBetween, fromDayNumber } from '../../core/domain/calendar-day.ts';

const MODULE = join(import.meta.dirname, '../../core/domain/calendar-day.ts');

/** What calendar days come to in a process that runs in a time zone. */
const SCRIPT = `
import { addDays, calendarDay, dayNumber, dayOf, daysBetween } from ${JSON.stringify(MODULE)};
const instants = ['2026-03-29T00:30:00Z', '2026-03-08T10:00:00.000Z', '2026-04-05T13:59:59+02:00', '2026-10-25T23:59:59.999-07:00'];
const zones = ['UTC', 'Pacific/Auckland', 'America/Los_Angeles'];
let refused = '';
try { dayOf('2026-03-29T00:30:00', 'UTC'); } catch (error) { refused = error.name; }
console.log(JSON.stringify({
  days: zones.map((zone) => instants.map((at) => dayOf(at, zone))),
  alone: zones.map((zone) => dayOf('2026-03-29', zone)),
  number: dayNumber(calendarDay('2026-03-29')),
  across: daysBetween(calendarDay('2026-03-01'), calendarDay('2026-11-30')),
  summer: addDays(calendarDay('2026-03-28'), 1),
  refused,
}));
`;

describe('calendar days', () => {
  it.each(['UTC', 'Pacific/Auckland', 'America/Los_Angeles'])('are the same on a machine in %s', async (zone) => {
    const run = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', SCRIPT], {
      env: { ...process.env, TZ: zone },
    });
    expect(JSON.parse(run.stdout)).toEqual({
      days: [
        ['2026-03-29', '2026-03-08', '2026-04-05', '2026-10-26'],
        ['2026-03-29', '2026-03-08', '2026-04-05', '2026-10-26'],
        ['2026-03-28', '2026-03-08', '2026-04-05', '2026-10-25'],
      ],
      alone: ['2026-03-29', '2026-03-29', '2026-03-29'],
      number: 20541,
      across: 274,
      summer: '2026-03-29',
      refused: 'DataError',
    });
  });

  it.each(['UTC', 'Pacific/Auckland', 'America/Los_Angeles'])(
    'of %s hold 23 to 25 hours and follow one another',
    (zone) => {
      for (
        let hour = Date.parse('2026-01-01T00:00:00Z'), before = '';
        hour < Date.parse('2027-01-01T00:00:00Z');
        hour += 3_600_000
      ) {
        const day = dayOf(new Date(hour).toISOString(), zone);
        if (before !== '' && day !== before) expect(day).toBe(addDays(calendarDay(before), 1));
        before = day;
      }
    },
  );

  it('count and step back to where they were', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -20_000, max: 40_000 }),
        fc.integer({ min: -5_000, max: 5_000 }),
        (number, step) => {
          const day = fromDayNumber(number);
          expect(dayNumber(day)).toBe(number);
          expect(calendarDay(day)).toBe(day);
          expect(daysBetween(day, addDays(day, step))).toBe(step);
        },
      ),
    );
  });
});
