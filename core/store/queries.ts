import type { Database } from '../ports/database.ts';
import type { CustomerExplanation, CustomerSummary, Queries } from '../ports/engine.ts';
import type { Score } from '../scores/score.ts';
import { findCustomer } from './find-customer.ts';
import { readPause } from './pause.ts';

interface ScoreRow {
  customer_id: string;
  name: string | null;
  scored_at: string;
  score: Score;
}

/** Questions to a workspace's store. */
export function createQueries(database: Database): Queries {
  const scoreOf = async (customerId: string): Promise<ScoreRow | null> => {
    const [row] = await database.query<ScoreRow>(
      `select s.customer_id, c.name, s.scored_at, s.score from scores s join customers c on c.customer_id = s.customer_id
       where s.customer_id = $1::uuid`,
      [customerId],
    );
    return row ?? null;
  };
  return {
    customers: async ({ limit, after, churnBand, valueBand }) => {
      // A page begins at the priority of the last customer of the one before: a place in the index, however far down.
      const [last] =
        after === null
          ? []
          : await database.query<{ priority: number; customer_id: string }>(
              'select priority, customer_id from scores where customer_id = $1::uuid',
              [after],
            );
      if (after !== null && !last) return [];
      const from = last ? 'and (s.priority, s.customer_id) < ($4::double precision, $5::uuid)' : '';
      const rows = await database.query<ScoreRow>(
        `select s.customer_id, c.name, s.scored_at, s.score from scores s join customers c on c.customer_id = s.customer_id
         where ($2::text is null or s.churn_band = $2) and ($3::text is null or s.value_band = $3) ${from}
         order by s.priority desc, s.customer_id desc limit $1`,
        [limit, churnBand ?? null, valueBand ?? null, ...(last ? [last.priority, last.customer_id] : [])],
      );
      return rows.map(summary);
    },
    explain: async (customer) => {
      const customerId = await findCustomer(database, customer);
      const row = customerId ? await scoreOf(customerId) : null;
      return row ? explanation(database, row) : null;
    },
    health: async () => {
      const [row] = await database.query<{ inbox: number; outbox: number; quarantined: number }>(
        `select (select count(*)::int from inbox where not drained) + (select coalesce(sum(cardinality(sizes)), 0)::int from raw_deliveries) as inbox,
                (select count(*)::int from outbox where state in ('waiting', 'started')) +
                (select count(*)::int from customer_records where desired is not null) +
                (select count(*)::int from account_records where desired is not null) as outbox,
                (select count(*)::int from quarantine) as quarantined`,
      );
      return {
        ok: row !== undefined,
        engine: database.engine,
        inboxWaiting: row?.inbox ?? 0,
        outboxWaiting: row?.outbox ?? 0,
        quarantined: row?.quarantined ?? 0,
        pausedSince: (await readPause(database))?.since ?? null,
      };
    },
  };
}

function summary(row: ScoreRow): CustomerSummary {
  const { score } = row;
  return {
    customerId: row.customer_id,
    name: row.name,
    currency: score.currency,
    clv12m: money(score.clv12m),
    valueIfKept12m: money(score.valueIfKept12m),
    churnProbability: score.churnProbability,
    churnBand: score.churnBand,
    valueBand: score.valueBand,
    engagement: score.engagement,
    priority: score.priority,
    lifecycle: score.lifecycle,
    asOf: score.asOf,
    scoredAt: row.scored_at,
  };
}

async function explanation(database: Database, row: ScoreRow): Promise<CustomerExplanation> {
  const { score, customer_id: customerId } = row;
  const records = await database.query<{ connection_id: string; kind: string; external_id: string }>(
    'select connection_id, kind, external_id from customer_records where customer_id = $1::uuid order by 1, 2, 3',
    [customerId],
  );
  const merges = await database.query<{
    connection_id: string;
    external_id: string;
    joined_connection_id: string;
    joined_external_id: string;
    key_type: string;
    merged_at: string;
  }>(
    `select connection_id, external_id, joined_connection_id, joined_external_id, key_type, merged_at
     from identity_merges where customer_id = $1::uuid order by 1, 2`,
    [customerId],
  );
  const history = await database.query<{ as_of: string; score: Score }>(
    'select as_of, score from score_history where customer_id = $1::uuid order by as_of desc limit 30',
    [customerId],
  );
  const explained = Object.entries(score.explanations);
  return {
    ...summary(row),
    clv12mLow: money(score.clv12mLow),
    clv12mHigh: money(score.clv12mHigh),
    churnHorizonDays: score.churnHorizonDays,
    engagementTrend: score.engagementTrend,
    reasons: score.reasons,
    change: score.change,
    nextAction: score.nextAction,
    dataQuality: score.dataQuality ?? null,
    modelVersion: score.modelVersion,
    contributions: Object.fromEntries(explained.map(([name, each]) => [name, each.contributions])),
    baselines: Object.fromEntries(explained.map(([name, each]) => [name, each.baseline])),
    records: records.map((each) => ({
      connectionId: each.connection_id,
      kind: each.kind,
      externalId: each.external_id,
    })),
    merges: merges.map((each) => ({
      record: `${each.connection_id}/${each.external_id}`,
      joinedTo: `${each.joined_connection_id}/${each.joined_external_id}`,
      reason: `same ${each.key_type}`,
      at: each.merged_at,
    })),
    history: history.map((each) => ({
      asOf: each.as_of,
      clv12m: money(each.score.clv12m),
      churnProbability: each.score.churnProbability,
      engagement: each.score.engagement,
    })),
  };
}

function money(value: number | null): string | null {
  return value === null ? null : value.toFixed(2);
}

/** Money of a book: what is at risk and what it is worth, over the customers who are active. */
export async function bookTotals(
  database: Database,
): Promise<{ valueAtRisk: number; expectedValue: number; active: number; atRisk: number }> {
  const [row] = await database.query<{
    value_at_risk: number | null;
    expected: number | null;
    active: number;
    at_risk: number;
  }>(
    `select sum(value_at_risk) as value_at_risk,
            sum(clv_12m) as expected,
            (count(*) filter (where lifecycle = 'active'))::int as active,
            (count(*) filter (where lifecycle = 'active' and churn_band = 'high' and value_band = 'high'))::int as at_risk
     from scores`,
  );
  return {
    valueAtRisk: row?.value_at_risk ?? 0,
    expectedValue: row?.expected ?? 0,
    active: row?.active ?? 0,
    atRisk: row?.at_risk ?? 0,
  };
}

/** How many customers there are, and how many have a value today. Reads the whole book: for reports, not for the live thread. */
export async function bookCounts(database: Database): Promise<{ customers: number; scored: number }> {
  const [row] = await database.query<{ customers: number; scored: number }>(
    `select (select count(*)::int from customers) as customers,
            (select count(*)::int from scores where lifecycle <> 'prospect' and clv_12m is not null) as scored`,
  );
  return row ?? { customers: 0, scored: 0 };
}

/** What the book lacks for scores, in plain sentences; empty when it can be scored. */
export async function missing(database: Database): Promise<readonly string[]> {
  const [row] = await database.query<{
    customers: number;
    buyers: number;
    repeat: number;
    waiting: number;
    contracts: boolean;
    priced: boolean;
  }>(
    `select (select count(*)::int from customers) as customers,
            (select count(*)::int from customer_stats where (stats->>'purchaseDays')::int > 0) as buyers,
            (select count(*)::int from customer_stats where (stats->>'purchaseDays')::int > 1) as repeat,
            (select count(*)::int from source_records where kind = 'transaction' and resolved_to is null and not deleted) as waiting,
            exists (select 1 from contracts) as contracts,
            exists (select 1 from contracts where annual_value_minor is not null) as priced`,
  );
  const lines: string[] = [];
  if (!row || row.customers === 0)
    lines.push('There are no customers yet: connect a CRM or import contacts and transactions, then run again.');
  else if (row.buyers === 0 && !row.priced)
    lines.push(
      `No purchase is on record: ${row.contracts ? 'the churn risk comes from contracts; to tell what customers are worth, map the worth of a year of their contract, or ' : ''}say in the mapping which deals, opportunities or events are purchases.`,
    );
  else if (row.repeat === 0 && !row.contracts)
    lines.push(
      'No customer has bought twice, so value and churn cannot be learned yet. Engagement is scored; the rest follows the first repeat purchases.',
    );
  if (row && row.waiting > 0)
    lines.push(
      `${row.waiting} transactions belong to no known contact and are left out: associate them with a contact in the CRM.`,
    );
  return lines;
}
