import type { CalendarDay } from '../domain/calendar-day.ts';
import { type SourceRank, settle } from '../features/settle.ts';
import type { CustomerStats } from '../features/stats.ts';
import type { SegmentWorth } from '../planning/campaigns.ts';
import type { AdviceCustomer } from '../planning/next-best-action.ts';
import type { Episode } from '../planning/review.ts';
import type { ScenarioCustomer } from '../planning/scenario.ts';
import type { Sql } from '../ports/database.ts';
import { followUpDays, type LeavingRule, leftOn } from '../scores/leaving.ts';
import { type BookMargin, type MarginSums, marginFor } from '../scores/margin.ts';
import { readHistories } from './history.ts';
import { customerMargins } from './margins.ts';

/** An active customer whom one may contact, as advice and allocation need it. */
export interface BookCustomer extends AdviceCustomer {
  name: string | null;
  /** Whose working time a contact takes; null without an owner. */
  ownerId: string | null;
}

/** Customers read at a time. */
const CUSTOMERS_PER_READ = 20_000;
const HISTORIES_PER_READ = 2_000;
const NOTHING_TOLD: MarginSums = { known: 0, amountMinor: 0, marginMinor: 0 };

/**
 * Every active customer with a churn risk and a value whom one may contact, in the order of ids.
 *
 * @param given.margin as the model measured it; @param given.planned the configured share, for a book that does not tell
 */
export async function readBook(
  sql: Sql,
  { asOf, margin, planned }: { asOf: CalendarDay; margin: BookMargin | null; planned: number },
): Promise<readonly BookCustomer[]> {
  const book: BookCustomer[] = [];
  for (let after: string | null = null; ; ) {
    const rows: {
      customer_id: string;
      name: string | null;
      segment: string | null;
      churn: number;
      kept: number;
      owner_id: string | null;
    }[] = await sql.query(
      `select s.customer_id, c.name, s.score->>'segment' as segment, (s.score->>'churnProbability')::float8 as churn,
         (s.score->>'valueIfKept12m')::float8 as kept,
         r.owner_id
       from scores s join customers c on c.customer_id = s.customer_id
         left join (select customer_id, min(owner_id) as owner_id from customer_records
           where kind = 'contact' and ($1::uuid is null or customer_id > $1::uuid) group by customer_id) r on r.customer_id = s.customer_id
       where s.lifecycle = 'active' and s.score->>'churnProbability' is not null and s.score->>'valueIfKept12m' is not null
         and not c.do_not_contact and ($1::uuid is null or s.customer_id > $1::uuid)
       order by s.customer_id limit ${CUSTOMERS_PER_READ}`,
      [after],
    );
    const ids = rows.map((row) => row.customer_id);
    const sold = margin === null ? null : await customerMargins(sql, ids, asOf);
    for (const row of rows) {
      book.push({
        customerId: row.customer_id,
        name: row.name,
        segment: row.segment,
        churnProbability: row.churn,
        valueIfKept12m: row.kept,
        ownerId: row.owner_id,
        margin: marginFor(margin, sold?.get(row.customer_id) ?? NOTHING_TOLD, planned),
      });
    }
    after = rows.at(-1)?.customer_id ?? null;
    if (after === null) return book;
  }
}

/** The 12 months' money of every customer who ever bought, in the order of ids: what the forecast of the book adds up. */
export async function readForecast(sql: Sql): Promise<readonly ScenarioCustomer[]> {
  const all: ScenarioCustomer[] = [];
  for (let after: string | null = null; ; ) {
    const rows: ScenarioCustomer[] = await sql.query(
      `select customer_id as "customerId", (score->>'churnProbability')::float8 as "churnProbability",
         coalesce((score->>'valueIfKept12m')::float8, 0) as "valueIfKept12m", (score->>'clv12m')::float8 as "clv12m",
         (score->>'clv12mLow')::float8 as "clv12mLow", (score->>'clv12mHigh')::float8 as "clv12mHigh"
       from scores where score->>'clv12m' is not null and ($1::uuid is null or customer_id > $1::uuid)
       order by customer_id limit ${CUSTOMERS_PER_READ}`,
      [after],
    );
    for (const row of rows) all.push(row);
    after = rows.at(-1)?.customerId ?? null;
    if (after === null) return all;
  }
}

/**
 * The first entry of each customer into each playbook that was watched to its end, as known on the day of entry, and whether the customer left
 * by the rule. In the order of playbook and customer.
 */
export async function readEpisodes(
  sql: Sql,
  { asOf, rule, rank }: { asOf: CalendarDay; rule: LeavingRule; rank: SourceRank },
): Promise<readonly Episode[]> {
  const entries = await sql.query<{
    customer_id: string;
    playbook: string;
    crossed_on: CalendarDay;
    arm: string;
    segment: string | null;
    churn: number;
    kept: number;
  }>(
    `select customer_id, playbook, crossed_on, arm, score->>'segment' as segment,
       (score->>'churnProbability')::float8 as churn, (score->>'valueIfKept12m')::float8 as kept
     from (
       select distinct on (r.customer_id, r.playbook) r.customer_id, r.playbook, r.crossed_on, r.arm, h.score
       from playbook_runs r join score_history h on h.customer_id = r.customer_id and h.as_of <= r.crossed_on
       where r.crossed_on + $2::int <= $1::date
       order by r.customer_id, r.playbook, r.crossed_on, h.as_of desc) entry
     where score->>'churnProbability' is not null and score->>'valueIfKept12m' is not null
     order by playbook, customer_id`,
    [asOf, followUpDays(rule)],
  );
  const episodes: Episode[] = [];
  for (let start = 0; start < entries.length; start += HISTORIES_PER_READ) {
    const batch = entries.slice(start, start + HISTORIES_PER_READ);
    const ids = [...new Set(batch.map((entry) => entry.customer_id))];
    const followed = new Map(
      (await readHistories(sql, ids)).map(({ customerId, transactions, terms }) => [
        customerId,
        { purchaseDays: settle(transactions, asOf, rank).days.map(({ day }) => day), terms },
      ]),
    );
    for (const entry of batch) {
      const known = followed.get(entry.customer_id) ?? { purchaseDays: [], terms: [] };
      episodes.push({
        customerId: entry.customer_id,
        playbook: entry.playbook,
        segment: entry.segment,
        churnProbability: entry.churn,
        valueIfKept12m: entry.kept,
        treated: entry.arm === 'treated',
        left: leftOn(known, entry.crossed_on, rule, asOf) !== null,
      });
    }
  }
  return episodes;
}

/** What the customers of each segment are worth whom one may contact. */
export function readSegmentWorth(sql: Sql): Promise<readonly SegmentWorth[]> {
  return sql.query<SegmentWorth>(
    `select s.score->>'segment' as segment, count(*)::int as customers, sum((s.score->>'clv12m')::float8) as "clv12m"
     from scores s join customers c on c.customer_id = s.customer_id
     where s.score->>'segment' is not null and s.score->>'clv12m' is not null and not c.do_not_contact group by 1 order by 1`,
  );
}

/** What timing needs of some customers: their statistics, and the day of the last contact. */
export async function readRhythms(
  sql: Sql,
  customerIds: readonly string[],
): Promise<ReadonlyMap<string, { stats: CustomerStats; contactedOn: CalendarDay | null }>> {
  const rows = await sql.query<{ customer_id: string; stats: CustomerStats; contacted_on: CalendarDay | null }>(
    `select s.customer_id, s.stats, r.contacted_on
     from scores s left join (select customer_id, max(fired_on) as contacted_on from playbook_runs
       where customer_id = any($1::uuid[]) and state in ('fired', 'done') group by customer_id) r on r.customer_id = s.customer_id
     where s.customer_id = any($1::uuid[])`,
    [customerIds],
  );
  return new Map(rows.map((row) => [row.customer_id, { stats: row.stats, contactedOn: row.contacted_on }]));
}
