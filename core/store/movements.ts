import type { ToldScores } from '../domain/outbound-event.ts';
import type { Movement } from '../ports/book.ts';
import type { Sql } from '../ports/database.ts';

/** Events read at most: after a new model everybody moves, and the latest stand for all. */
const MOST_EVENTS = 5_000;

interface ScoreChanged {
  timestamp: string;
  data: { customerId: string; scores: ToldScores; previous: ToldScores | null; change: string | null };
}

/** Whose scores moved since an instant, by the events that told of it: how many, and those whose value at risk moved most. */
export async function movementsSince(
  sql: Sql,
  since: string,
  limit: number,
): Promise<{ moved: number; movements: readonly Movement[] }> {
  const rows = await sql.query<{ body: string }>(
    `select body from outbound_events where event_type = 'score.changed' and occurred_at >= $1::timestamptz
     order by seq desc limit ${MOST_EVENTS}`,
    [since],
  );
  const byCustomer = new Map<string, { latest: ScoreChanged; before: ToldScores | null }>();
  for (const { body } of rows) {
    const event = JSON.parse(body) as ScoreChanged;
    const known = byCustomer.get(event.data.customerId);
    // From the latest back: the earliest one knows what was before.
    if (known) known.before = event.data.previous;
    else byCustomer.set(event.data.customerId, { latest: event, before: event.data.previous });
  }
  // Who was scored for the first time has not moved.
  const moved = [...byCustomer.values()].flatMap(({ latest, before }) => (before ? [{ latest, before }] : []));
  const far = moved
    .map(({ latest, before }) => ({ latest, before, by: Math.abs(atRisk(latest.data.scores) - atRisk(before)) }))
    .filter(({ by }) => by > 0)
    .sort((a, b) => b.by - a.by)
    .slice(0, limit);
  const names = new Map(
    (
      await sql.query<{ customer_id: string; name: string | null }>(
        'select customer_id, name from customers where customer_id = any($1::uuid[])',
        [far.map(({ latest }) => latest.data.customerId)],
      )
    ).map(({ customer_id, name }) => [customer_id, name]),
  );
  return {
    moved: moved.length,
    movements: far.map(({ latest: { timestamp, data }, before }) => ({
      customerId: data.customerId,
      name: names.get(data.customerId) ?? null,
      valueAtRiskBefore: atRisk(before).toFixed(2),
      valueAtRiskNow: atRisk(data.scores).toFixed(2),
      churnProbabilityBefore: before.churnProbability,
      churnProbabilityNow: data.scores.churnProbability,
      turn: turnOf(before, data.scores),
      change: data.change,
      at: timestamp,
    })),
  };
}

function turnOf(before: ToldScores, now: ToldScores): Movement['turn'] {
  if (before.lifecycle === now.lifecycle) return null;
  if (now.lifecycle === 'lapsed') return 'lapsed';
  return before.lifecycle === 'lapsed' ? 'returned' : null;
}

function atRisk({ lifecycle, churnProbability, valueIfKept12m }: ToldScores): number {
  return lifecycle === 'active' ? (churnProbability ?? 0) * Number(valueIfKept12m ?? 0) : 0;
}
