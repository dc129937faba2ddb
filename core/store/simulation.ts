import { addDays, type CalendarDay } from '../domain/calendar-day.ts';
import { type SourceRank, settle } from '../features/settle.ts';
import type { SimulatedCustomer } from '../playbooks/simulate.ts';
import type { Sql } from '../ports/database.ts';
import { hindsightScores } from '../scores/hindsight.ts';
import type { Score } from '../scores/score.ts';
import type { ScoringModel } from '../scores/scoring-model.ts';
import { type Target, targetsOf } from './action-targets.ts';
import { readHistories } from './history.ts';

const CUSTOMERS_PER_READ = 2_000;

/** The first day of which scores are kept; null before the first scoring. */
export async function firstScoredOn(sql: Sql): Promise<CalendarDay | null> {
  const [row] = await sql.query<{ first: CalendarDay | null }>('select min(as_of) as first from score_history');
  return row?.first ?? null;
}

/**
 * What a simulation from a day on needs of every customer with scores: those kept from that day on, and the last before it; before any were kept, by
 * hindsight, week by week. Purchases as they are known on asOf, refunds that came later than the day of a purchase included.
 */
export async function readSimulated(
  sql: Sql,
  {
    from,
    asOf,
    historyFrom,
    model,
    rank,
    actingConnections,
  }: {
    from: CalendarDay;
    asOf: CalendarDay;
    /** The first day of which scores are kept, of anybody. */
    historyFrom: CalendarDay;
    model: ScoringModel;
    rank: SourceRank;
    actingConnections: readonly string[];
  },
): Promise<readonly SimulatedCustomer[]> {
  const all: SimulatedCustomer[] = [];
  const hindsightDays = daysUntil(addDays(from, -1), historyFrom);
  for (let after: string | null = null; ; ) {
    const rows: { customer_id: string; name: string | null; do_not_contact: boolean }[] = await sql.query(
      `select customer_id, name, do_not_contact from customers where ($1::uuid is null or customer_id > $1::uuid)
       order by customer_id limit ${CUSTOMERS_PER_READ}`,
      [after],
    );
    after = rows.at(-1)?.customer_id ?? null;
    if (after === null) return all;
    const ids = rows.map((row) => row.customer_id);
    const scores = await readScores(sql, ids, { from, asOf });
    const targets = await targetsOf(sql, ids, actingConnections, null);
    const histories = new Map((await readHistories(sql, ids)).map((history) => [history.customerId, history]));
    for (const row of rows) {
      const own = scores.get(row.customer_id);
      const history = histories.get(row.customer_id);
      if (own === undefined || history === undefined) continue;
      all.push({
        customerId: row.customer_id,
        name: row.name,
        doNotContact: row.do_not_contact,
        account: targets.get(row.customer_id)?.parent_external_id ?? null,
        record: recordOf(targets.get(row.customer_id)),
        scores: [...hindsightScores(model, history, hindsightDays, rank), ...own],
        purchaseDays: settle(history.transactions, asOf, rank).days.map(({ day }) => day),
      });
    }
  }
}

/** Every seventh day from one on, before another. */
function daysUntil(from: CalendarDay, until: CalendarDay): readonly CalendarDay[] {
  const days: CalendarDay[] = [];
  for (let day = from; day < until; day = addDays(day, 7)) days.push(day);
  return days;
}

function recordOf(target: Target | undefined): SimulatedCustomer['record'] {
  if (target === undefined) return null;
  return { connectionId: target.connection_id, externalId: target.external_id, ownerId: target.owner_id };
}

async function readScores(
  sql: Sql,
  ids: readonly string[],
  { from, asOf }: { from: CalendarDay; asOf: CalendarDay },
): Promise<ReadonlyMap<string, readonly Score[]>> {
  const rows = await sql.query<{ customer_id: string; score: Score }>(
    `select customer_id, score from score_history h
     where customer_id = any($1::uuid[]) and as_of <= $3::date and as_of >= coalesce((select max(b.as_of) from score_history b
       where b.customer_id = h.customer_id and b.as_of < $2::date), $2::date)
     order by customer_id, as_of`,
    [ids, from, asOf],
  );
  return new Map(
    [...Map.groupBy(rows, (row) => row.customer_id)].map(([customerId, own]) => [
      customerId,
      own.map(({ score }) => score),
    ]),
  );
}
