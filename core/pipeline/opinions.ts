import { dayOf } from '../domain/calendar-day.ts';
import { isUnavailable } from '../domain/errors.ts';
import type { Connector } from '../ports/connector.ts';
import type { Database } from '../ports/database.ts';
import { keepCursor, readCursor } from '../store/landing.ts';
import { keepVendorOpinions } from '../store/vendor-opinions.ts';

/** How far each connection was read, beside its streams. */
const STREAM = 'opinions';

/** Takes in what people said of scores on records of the vendors, page by page, each with its cursor in one commit. */
export async function takeOpinions(
  database: Database,
  connectors: readonly Connector[],
  { timeZone, onUnavailable }: { timeZone: string; onUnavailable: (connectionId: string, error: Error) => void },
): Promise<void> {
  for (const { connectionId, opinions: source } of connectors) {
    if (source === null) continue;
    try {
      for await (const page of source.read(await readCursor(database, connectionId, STREAM))) {
        const opinions = page.opinions.map((each) => ({ ...each, givenOn: dayOf(each.givenAt, timeZone) }));
        await database.transaction(async (sql) => {
          await keepVendorOpinions(sql, connectionId, opinions);
          await keepCursor(sql, connectionId, { stream: STREAM, value: page.cursor });
        });
      }
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      onUnavailable(connectionId, error);
    }
  }
}
