import type { CalendarDay } from '../domain/calendar-day.ts';
import type { Sql } from '../ports/database.ts';
import type { VendorOpinion } from '../ports/opinions.ts';

/**
 * Keeps what was said at a vendor, each beside the score of the day on which it was said. Of one person's words on a customer the latest
 * stays; what is about nobody known, or about somebody who had no score, is nothing.
 */
export async function keepVendorOpinions(
  sql: Sql,
  connectionId: string,
  opinions: readonly (VendorOpinion & { givenOn: CalendarDay })[],
): Promise<void> {
  await sql.query(
    `insert into score_feedback as present
       (customer_id, actor, verdict, note, given_at, model_version, as_of, churn_probability, churn_band, value_band)
     select distinct on (r.customer_id, o.actor) r.customer_id, o.actor, o.verdict, o.note, o.given_at, h.model_version, h.as_of,
       (h.score->>'churnProbability')::double precision, h.score->>'churnBand', h.score->>'valueBand'
     from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::date[])
         as o(contact_external_id, actor, verdict, note, given_at, given_on)
       join customer_records r on r.connection_id = $1 and r.kind = 'contact' and r.external_id = o.contact_external_id
       cross join lateral (
         select model_version, as_of, score from score_history
         where customer_id = r.customer_id and as_of <= o.given_on order by as_of desc limit 1) h
     order by r.customer_id, o.actor, o.given_at desc
     on conflict (customer_id, actor) do update set verdict = excluded.verdict, note = excluded.note, given_at = excluded.given_at,
       model_version = excluded.model_version, as_of = excluded.as_of, churn_probability = excluded.churn_probability,
       churn_band = excluded.churn_band, value_band = excluded.value_band
     where excluded.given_at > present.given_at`,
    [
      connectionId,
      opinions.map(({ contactExternalId }) => contactExternalId),
      opinions.map(({ actor }) => actor),
      opinions.map(({ verdict }) => verdict),
      opinions.map(({ note }) => note),
      opinions.map(({ givenAt }) => givenAt),
      opinions.map(({ givenOn }) => givenOn),
    ],
  );
}
