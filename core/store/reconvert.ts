import type { CalendarDay } from '../domain/calendar-day.ts';
import type { ExchangeRates } from '../domain/exchange-rates.ts';
import type { Database, Sql } from '../ports/database.ts';
import { keepSetting, readSetting } from './settings.ts';
import { inTurn } from './turn.ts';

/** Version of the table that the store was last converted by. */
const CONVERTED_BY = 'converted-by';
/** Days of a currency that are marked by one statement. */
const DAYS_PER_STATEMENT = 500;

/** Sales of one currency on one day, and the rate they were converted at. */
interface Converted {
  currency: string;
  day: CalendarDay;
  /** At the scale it was given with. */
  rate: string;
}

/**
 * Marks sales as pending whose conversion is another by the present table: another rate for their day, another reporting currency, or a
 * rate where there was none. `attribute` then converts them again. A table that is the same as before costs one look at its version.
 *
 * @returns how many sales were marked
 */
export async function reconvert(database: Database, rates: ExchangeRates): Promise<number> {
  if ((await readSetting<string>(database, CONVERTED_BY)) === rates.version) return 0;
  return inTurn(database, async (sql) => {
    const converted = await sql.query<Converted>(
      `select distinct original_currency as currency, day, rate::text as rate from transactions
       where original_currency is not null and currency = $1`,
      [rates.reporting],
    );
    const changed = converted.filter(({ currency, day, rate }) => rates.find(currency, day)?.rate !== rate);
    let marked = await markOtherCurrency(sql, rates.reporting);
    for (let at = 0; at < changed.length; at += DAYS_PER_STATEMENT) {
      marked += await markDays(sql, changed.slice(at, at + DAYS_PER_STATEMENT));
    }
    marked += await markWaiting(sql);
    await keepSetting(sql, CONVERTED_BY, rates.version);
    return marked;
  });
}

interface Key {
  connection_id: string;
  external_id: string;
}

/** Sales that were converted into what is not the reporting currency any more. */
async function markOtherCurrency(sql: Sql, reporting: string): Promise<number> {
  return mark(
    sql,
    await sql.query<Key>('select connection_id, external_id from transactions where currency <> $1', [reporting]),
  );
}

async function markDays(sql: Sql, days: readonly Converted[]): Promise<number> {
  return mark(
    sql,
    await sql.query<Key>(
      `select t.connection_id, t.external_id from transactions t join unnest($1::text[], $2::date[]) as d(currency, day)
       on t.original_currency = d.currency and t.day = d.day`,
      [days.map((each) => each.currency), days.map((each) => each.day)],
    ),
  );
}

/** Sales in quarantine: a rate may be what they waited for; those that waited for something else come back to it. */
async function markWaiting(sql: Sql): Promise<number> {
  return mark(
    sql,
    await sql.query<Key>(
      "select connection_id, external_id from quarantine where stage = 'identify' and kind = 'transaction'",
    ),
  );
}

async function mark(sql: Sql, keys: readonly Key[]): Promise<number> {
  if (keys.length === 0) return 0;
  await sql.query(
    `update source_records s set pending = true from unnest($1::text[], $2::text[]) as k(connection_id, external_id)
     where s.kind = 'transaction' and s.connection_id = k.connection_id and s.external_id = k.external_id`,
    [keys.map((key) => key.connection_id), keys.map((key) => key.external_id)],
  );
  return keys.length;
}
