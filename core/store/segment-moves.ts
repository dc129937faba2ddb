import { addDays, type CalendarDay, daysBetween } from '../domain/calendar-day.ts';
import { toMajor } from '../domain/money.ts';
import type { Database } from '../ports/database.ts';
import type { SegmentMoves } from '../ports/engine.ts';
import type { ScoringModel } from '../scores/scoring-model.ts';
import { type Sentences, say } from '../scores/words/index.ts';
import { segmentOf, worthOf } from '../segments/named-segments.ts';
import { rfmScores } from '../segments/rfm.ts';
import { SEGMENTS } from '../segments/segment-names.ts';

/** Where buyers stand in the RFM grid, and from which segment they came since a day; null when nobody is scored. */
export async function segmentMoves(
  database: Database,
  model: ScoringModel,
  sentences: Sentences,
  { days }: { days: number },
): Promise<SegmentMoves | null> {
  const [newest] = await database.query<{ as_of: CalendarDay | null }>('select max(as_of) as as_of from scores');
  if (!newest?.as_of) return null;
  const since = addDays(newest.as_of, -days);
  const [history] = await database.query<{ first: CalendarDay | null }>(
    'select min(as_of) as first from score_history',
  );
  return {
    asOf: newest.as_of,
    since,
    historyFrom: history?.first ?? newest.as_of,
    names: Object.fromEntries(SEGMENTS.map((segment) => [segment, say(sentences, { says: 'segment-name', segment })])),
    grid: await gridOf(database, model),
    moves: await database.query<{ from: string | null; to: string; customers: number }>(
      // Days first, by the key alone: the documents are then read of one day a customer.
      `with latest as (select customer_id, max(as_of) as as_of from score_history where as_of <= $1::date group by customer_id)
       select h.score->>'segment' as from, s.segment as to, count(*)::int as customers
       from scores s left join latest l on l.customer_id = s.customer_id
       left join score_history h on h.customer_id = l.customer_id and h.as_of = l.as_of
       where s.segment is not null group by 1, 2 order by 3 desc, 1, 2`,
      [since],
    ),
  };
}

/** Counts buyers by the cells that segments are named by, each on the day of its scores. */
async function gridOf(database: Database, { rfm, currency }: ScoringModel): Promise<SegmentMoves['grid']> {
  if (rfm === null) return [];
  const rows = await database.query<{ as_of: CalendarDay; last: CalendarDay; purchases: number; total: number }>(
    `select as_of, last_purchase as last, purchase_days as purchases, total_minor as total from scores where last_purchase is not null`,
  );
  const cells = new Map<string, SegmentMoves['grid'][number]>();
  for (const { as_of, last, purchases, total } of rows) {
    const scores = rfmScores(rfm, {
      silenceDays: daysBetween(last, as_of),
      purchases,
      totalSpend: toMajor(total, currency),
    });
    const worth = worthOf(scores);
    const key = `${scores.recency} ${worth}`;
    const cell = cells.get(key) ?? { recency: scores.recency, worth, segment: segmentOf(scores), customers: 0 };
    cells.set(key, { ...cell, customers: cell.customers + 1 });
  }
  return [...cells.values()].sort((a, b) => b.recency - a.recency || a.worth - b.worth);
}
