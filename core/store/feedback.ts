import type { Clock } from '../ports/clock.ts';
import type { Database, Sql } from '../ports/database.ts';
import type { Feedback, FeedbackLabel, Verdict } from '../ports/record-cards.ts';
import { findCustomer } from './find-customer.ts';
import { customerOfContact } from './record-cards.ts';

interface LabelRow {
  customer_id: string;
  actor: string;
  verdict: Verdict;
  note: string;
  model_version: string;
  as_of: string;
  given_at: string;
  churn_probability: number | null;
  churn_band: string | null;
  value_band: string | null;
}

const COLUMNS =
  'customer_id, actor, verdict, note, model_version, as_of, churn_probability, churn_band, value_band, given_at';
/** Everything but the key, of a second opinion of one person. */
const REPLACED = COLUMNS.split(', ')
  .slice(2)
  .map((column) => `${column} = excluded.${column}`)
  .join(', ');

/** What people said about the scores of a workspace. */
export function createFeedback(database: Database, { clock }: { clock: Clock }): Feedback {
  return {
    give: async (about, { verdict, note, actor }) => {
      const customerId =
        'customer' in about ? await findCustomer(database, about.customer) : await customerOfContact(database, about);
      if (customerId === null) return null;
      // The score is read by the statement that keeps the opinion: a scoring in between cannot part the two.
      const [row] = await database.query<{ as_of: string; model_version: string }>(
        `insert into score_feedback (${COLUMNS})
         select customer_id, $2, $3, $4, model_version, as_of, churn_probability, churn_band, value_band, $5::timestamptz
         from scores where customer_id = $1::uuid
         on conflict (customer_id, actor) do update set ${REPLACED}
         returning as_of, model_version`,
        [customerId, actor, verdict, note, clock.now().toISOString()],
      );
      return row ? { customerId, asOf: row.as_of, modelVersion: row.model_version } : null;
    },
    list: async ({ verdict, limit }) => {
      const rows = await database.query<LabelRow>(
        `select ${COLUMNS} from score_feedback where $1::text is null or verdict = $1
         order by given_at desc, customer_id, actor limit $2`,
        [verdict, limit],
      );
      return rows.map(labelOf);
    },
  };
}

/** Opinions on a customer who has been merged are opinions on whoever has the records now; of one person's two, the later stays. */
export async function handOnFeedback(sql: Sql, previous: string, heir: string): Promise<void> {
  await sql.query(
    `insert into score_feedback as present (${COLUMNS})
     select $2::uuid, actor, verdict, note, model_version, as_of, churn_probability, churn_band, value_band, given_at
     from score_feedback where customer_id = $1::uuid
     on conflict (customer_id, actor) do update set ${REPLACED} where excluded.given_at > present.given_at`,
    [previous, heir],
  );
}

function labelOf(row: LabelRow): FeedbackLabel {
  return {
    customerId: row.customer_id,
    actor: row.actor,
    verdict: row.verdict,
    note: row.note,
    modelVersion: row.model_version,
    asOf: row.as_of,
    givenAt: row.given_at,
    churnProbability: row.churn_probability,
    churnBand: row.churn_band,
    valueBand: row.value_band,
  };
}
