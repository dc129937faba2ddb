import { formatMoney } from '../domain/money.ts';
import type { CustomerView, PlaybookRun, TimelineFact } from '../ports/customer-view.ts';
import type { Database, Sql } from '../ports/database.ts';
import type { Insights } from '../ports/engine.ts';
import type { Score } from '../scores/score.ts';

/** More than a screen can show, and less than a machine that reports events by the second. */
const MOST_FACTS = 2_000;
const MOST_SCORES = 400;

/** What a workspace's store shows of one customer. */
export function createCustomerView(
  database: Database,
  { insights }: { insights: Pick<Insights, 'customer'> },
): CustomerView {
  const scored = async (customerId: string) => {
    const [row] = await database.query<{ currency: string }>(
      `select score->>'currency' as currency from scores where customer_id = $1::uuid`,
      [customerId],
    );
    return row ?? null;
  };
  return {
    timeline: async (customerId) => {
      const score = await scored(customerId);
      if (!score) return null;
      const { currency } = score;
      const facts = await readFacts(database, customerId, currency);
      return {
        currency,
        facts: facts.slice(0, MOST_FACTS).reverse(),
        isCut: facts.length > MOST_FACTS,
        scores: await readScores(database, customerId),
        playbooks: await database.query<PlaybookRun>(
          `select playbook, crossed_on as "crossedOn", fired_on as "firedOn", state, arm
           from playbook_runs where customer_id = $1::uuid order by crossed_on, playbook`,
          [customerId],
        ),
      };
    },
    insight: (customerId) => insights.customer(customerId),
  };
}

/** The newest facts first, one more than are shown. */
async function readFacts(sql: Sql, customerId: string, currency: string): Promise<readonly TimelineFact[]> {
  const rows = await sql.query<{
    day: string;
    kind: string;
    channel: string | null;
    name: string | null;
    amount_minor: bigint | null;
  }>(
    `select day, transaction_kind as kind, null as channel, null as name, amount_minor
     from transactions where customer_id = $1::uuid
     union all
     select day, 'event', channel, name, null from events where customer_id = $1::uuid
     order by day desc, kind limit ${MOST_FACTS + 1}`,
    [customerId],
  );
  return rows.map(({ day, kind, channel, name, amount_minor }) => ({
    day,
    kind,
    channel,
    name,
    amount: amount_minor === null ? null : formatMoney({ amountMinor: amount_minor, currency }),
  }));
}

async function readScores(sql: Sql, customerId: string) {
  const rows = await sql.query<{ as_of: string; score: Score }>(
    `select as_of, score from score_history where customer_id = $1::uuid order by as_of desc limit ${MOST_SCORES}`,
    [customerId],
  );
  return rows.reverse().map(({ as_of, score }) => ({
    asOf: as_of,
    churnProbability: score.churnProbability,
    engagement: score.engagement,
    clv12m: score.clv12m === null ? null : score.clv12m.toFixed(2),
  }));
}
