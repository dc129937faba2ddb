import { type CalendarDay, calendarDay } from '../core/domain/calendar-day.ts';
import { DataError } from '../core/domain/errors.ts';
import { CHANNELS } from '../core/domain/records.ts';
import type { EventRow } from '../core/evaluation/engagement-book.ts';
import { columnIndex, type TextTable } from './read-table.ts';

const KNOWN = [...CHANNELS, 'purchase'] as const;
const DAY_AND_TIME = /^(\d{4}-\d{2}-\d{2})(?:[T ].*)?$/;

/**
 * Reads rows of customer_id, date, and if there are such columns channel and name. Without a channel every row is a purchase.
 *
 * @throws DataError naming line and column of what cannot be read
 */
export function engagementEvents(table: TextTable): readonly EventRow[] {
  const customerAt = columnIndex(table, 'customer_id');
  const dateAt = columnIndex(table, 'date');
  const channelAt = table.header.indexOf('channel');
  const nameAt = table.header.indexOf('name');
  return table.rows.map(({ line, cells }): EventRow => {
    const customerId = cells[customerAt] ?? '';
    if (customerId === '') {
      throw new DataError({
        row: line,
        field: 'customer_id',
        expected: 'whose event it is',
        found: '',
        remedy: 'fill it in or leave the row out',
      });
    }
    return {
      customerId,
      day: dayOfCell(line, cells[dateAt] ?? ''),
      channel: channelAt < 0 ? 'purchase' : channelOfCell(line, cells[channelAt] ?? ''),
      name: (nameAt < 0 ? '' : (cells[nameAt] ?? '')) || null,
    };
  });
}

/** The day of a date or of a time as it stands there, whatever its zone. */
function dayOfCell(line: number, text: string): CalendarDay {
  try {
    return calendarDay(DAY_AND_TIME.exec(text)?.[1] ?? text);
  } catch (error) {
    throw error instanceof DataError ? new DataError({ ...error.fault, row: line }) : error;
  }
}

function channelOfCell(line: number, text: string): EventRow['channel'] {
  const channel = KNOWN.find((known) => known === text.toLowerCase());
  if (channel !== undefined) return channel;
  throw new DataError({
    row: line,
    field: 'channel',
    expected: `one of ${KNOWN.join(', ')}`,
    found: text,
    remedy: 'write the channel the event belongs to; its own word goes into a column "name"',
  });
}
