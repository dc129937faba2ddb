-- Views for reports: columns that keep their names and meaning, while the tables beneath may change. Ids and hashes of addresses alone;
-- bi_people has what names a person, and a role reads it only where it was granted. A later version adds columns at the end.

-- Minor units in one of a currency, as core/domain/money.ts counts them.
create function bi_minor_units(currency text) returns numeric language sql immutable parallel safe
return case
    when currency in ('AFN', 'ALL', 'BIF', 'CLP', 'COP', 'DJF', 'GNF', 'HUF', 'IDR', 'IQD', 'IRR', 'ISK', 'JPY', 'KMF', 'KPW', 'KRW',
      'LAK', 'LBP', 'MGA', 'MMK', 'PKR', 'PYG', 'RWF', 'SLL', 'SOS', 'SYP', 'UGX', 'VND', 'VUV', 'XAF', 'XOF', 'XPF', 'YER') then 1
    when currency in ('BHD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND') then 1000
    else 100
  end;

create view bi_customers as
select s.customer_id,
  s.score->>'currency' as currency,
  s.lifecycle,
  s.segment,
  s.score->>'cluster' as cluster,
  s.value_band,
  s.churn_band,
  s.clv_12m,
  (s.score->>'clv12mLow')::double precision as clv_12m_low,
  (s.score->>'clv12mHigh')::double precision as clv_12m_high,
  s.value_if_kept_12m,
  s.churn_probability,
  (s.score->>'churnHorizonDays')::integer as churn_horizon_days,
  case when s.lifecycle = 'active' then s.churn_probability * s.value_if_kept_12m end as value_at_risk,
  s.engagement,
  s.score->>'engagementTrend' as engagement_trend,
  s.priority,
  (select d->>'group'
   from jsonb_array_elements(s.score->'explanations'->'churn'->'contributions') as d
   where (d->>'contribution')::double precision > 0
   order by (d->>'contribution')::double precision desc, d->>'group'
   limit 1) as churn_driver,
  s.score->>'nextAction' as next_action,
  (s.score->>'nextActionOn')::date as next_action_on,
  c.do_not_contact,
  (s.stats->>'firstPurchase')::date as first_purchase_on,
  (s.stats->>'lastPurchase')::date as last_purchase_on,
  (s.stats->>'purchaseDays')::integer as purchase_days,
  ((s.stats->>'totalMinor')::numeric / bi_minor_units(s.score->>'currency'))::numeric(18, 3) as revenue,
  c.created_at as known_since,
  s.as_of,
  s.scored_at,
  s.model_version
from scores s join customers c on c.customer_id = s.customer_id;

comment on view bi_customers is 'One row for each customer: the score that holds today and what was bought. No personal data.';
comment on column bi_customers.customer_id is 'Our id of the customer. Two records that turn out to be one person become one id.';
comment on column bi_customers.currency is 'ISO 4217 code of all money of the row.';
comment on column bi_customers.lifecycle is 'prospect (never bought), active, or lapsed (silent for more than two churn horizons).';
comment on column bi_customers.segment is 'By recency, frequency and money, such as at-risk; null for prospects.';
comment on column bi_customers.cluster is 'Letter of the cluster of customers who behave alike; null for prospects and small books.';
comment on column bi_customers.value_band is 'high, medium or low; null until there is a value.';
comment on column bi_customers.churn_band is 'high, medium, low or lapsed; null until there is a probability.';
comment on column bi_customers.clv_12m is 'Expected value of the next 12 months, discounted and weighed by the risk of leaving, in currency; higher is better.';
comment on column bi_customers.clv_12m_low is 'Lower end of the interval of clv_12m that holds in eight of ten cases, in currency.';
comment on column bi_customers.clv_12m_high is 'Upper end of that interval, in currency.';
comment on column bi_customers.value_if_kept_12m is 'Value of the next 12 months if the customer stays, in currency.';
comment on column bi_customers.churn_probability is 'Probability of leaving within churn_horizon_days, 0 to 1; higher is worse.';
comment on column bi_customers.churn_horizon_days is 'Days within which churn_probability holds.';
comment on column bi_customers.value_at_risk is 'churn_probability x value_if_kept_12m of active customers, in currency; null for others.';
comment on column bi_customers.engagement is '0 to 100; higher is better.';
comment on column bi_customers.engagement_trend is 'rising, steady or falling.';
comment on column bi_customers.priority is '0 to 100: whom to look at first.';
comment on column bi_customers.churn_driver is 'Group of inputs that adds most to the probability of leaving, against the book''s median customer; null where none does.';
comment on column bi_customers.next_action is 'What to do next, in the language of the workspace; null for nothing.';
comment on column bi_customers.next_action_on is 'Day on which to do it.';
comment on column bi_customers.do_not_contact is 'A vendor says that this person must not be contacted.';
comment on column bi_customers.first_purchase_on is 'Day of the first purchase up to as_of; null for prospects.';
comment on column bi_customers.last_purchase_on is 'Day of the last purchase up to as_of; null for prospects.';
comment on column bi_customers.purchase_days is 'Days with a purchase up to as_of.';
comment on column bi_customers.revenue is 'All purchases up to as_of less refunds, a sale known to two systems counted once, in currency.';
comment on column bi_customers.known_since is 'When the customer was first read.';
comment on column bi_customers.as_of is 'Last day whose facts the row rests on; a score that nothing would move is not made anew.';
comment on column bi_customers.scored_at is 'When it was scored.';
comment on column bi_customers.model_version is 'Which model scored: bi_models.model_version.';

create view bi_customer_emails as
select distinct r.resolved_to as customer_id, encode(sha256(convert_to(lower(trim(e.address)), 'UTF8')), 'hex') as email_sha256
from source_records r cross join lateral jsonb_array_elements_text(r.payload->'emails') as e(address)
where r.kind = 'contact' and not r.deleted and r.resolved_to is not null and e.address like '%@%';

comment on view bi_customer_emails is 'One row for each address of a customer, hashed: to join with tables that have the same hash. It stands for a person all the same.';
comment on column bi_customer_emails.customer_id is 'bi_customers.customer_id.';
comment on column bi_customer_emails.email_sha256 is 'SHA-256 of the address, trimmed and in lower case, in hexadecimal digits.';

create view bi_people as
select c.customer_id, c.name, (
  select min(lower(trim(e.address)))
  from source_records r cross join lateral jsonb_array_elements_text(r.payload->'emails') as e(address)
  where r.resolved_to = c.customer_id and r.kind = 'contact' and not r.deleted and e.address like '%@%') as email
from customers c;

comment on view bi_people is 'PERSONAL DATA: grant it only to who must see names. One row a customer.';
comment on column bi_people.customer_id is 'bi_customers.customer_id.';
comment on column bi_people.name is 'As the vendor has it; null where it has none.';
comment on column bi_people.email is 'An address of the customer, in lower case; of several the first by the alphabet.';

create view bi_customer_records as
select customer_id, connection_id, kind, external_id, parent_external_id as account_external_id, owner_id
from customer_records;

comment on view bi_customer_records is 'One row for each record of a customer at a vendor: to join with tables of the CRM.';
comment on column bi_customer_records.customer_id is 'bi_customers.customer_id.';
comment on column bi_customer_records.connection_id is 'Which connection, such as hubspot.';
comment on column bi_customer_records.kind is 'Kind of the record, such as contact.';
comment on column bi_customer_records.external_id is 'The vendor''s id of the record.';
comment on column bi_customer_records.account_external_id is 'The vendor''s id of the account or company; null for none.';
comment on column bi_customer_records.owner_id is 'The vendor''s id of the record''s owner; null for none.';

create view bi_score_history as
select customer_id, as_of,
  score->>'currency' as currency,
  score->>'lifecycle' as lifecycle,
  score->>'segment' as segment,
  score->>'valueBand' as value_band,
  score->>'churnBand' as churn_band,
  (score->>'clv12m')::double precision as clv_12m,
  (score->>'valueIfKept12m')::double precision as value_if_kept_12m,
  (score->>'churnProbability')::double precision as churn_probability,
  case when score->>'lifecycle' = 'active'
    then (score->>'churnProbability')::double precision * (score->>'valueIfKept12m')::double precision end as value_at_risk,
  (score->>'engagement')::double precision as engagement,
  (score->>'priority')::double precision as priority,
  model_version
from score_history;

comment on view bi_score_history is 'One row for each customer and day on which a new score was made; between two of them the earlier holds. Kept for retention.scoreHistoryDays.';
comment on column bi_score_history.customer_id is 'bi_customers.customer_id.';
comment on column bi_score_history.as_of is 'Last day whose facts the score rests on.';
comment on column bi_score_history.currency is 'ISO 4217 code of all money of the row.';
comment on column bi_score_history.lifecycle is 'prospect, active or lapsed on that day.';
comment on column bi_score_history.segment is 'By recency, frequency and money; null for prospects.';
comment on column bi_score_history.value_band is 'high, medium or low; null without a value.';
comment on column bi_score_history.churn_band is 'high, medium, low or lapsed; null without a probability.';
comment on column bi_score_history.clv_12m is 'Expected value of the 12 months from then, in currency.';
comment on column bi_score_history.value_if_kept_12m is 'Value of the 12 months from then if the customer stayed, in currency.';
comment on column bi_score_history.churn_probability is 'Probability of leaving within the horizon of the model, 0 to 1.';
comment on column bi_score_history.value_at_risk is 'churn_probability x value_if_kept_12m of customers active on that day, in currency; null for others.';
comment on column bi_score_history.engagement is '0 to 100.';
comment on column bi_score_history.priority is '0 to 100.';
comment on column bi_score_history.model_version is 'bi_models.model_version.';

create view bi_transactions as
select customer_id, connection_id, external_id, transaction_kind as kind, occurred_at, day, currency,
  (amount_minor / bi_minor_units(currency))::numeric(18, 3) as amount,
  (margin_minor / bi_minor_units(currency))::numeric(18, 3) as margin,
  coalesce(original_currency, currency) as original_currency,
  (coalesce(original_amount_minor, amount_minor) / bi_minor_units(coalesce(original_currency, currency)))::numeric(18, 3) as original_amount,
  rate::double precision as rate,
  order_reference, refers_to
from transactions;

comment on view bi_transactions is 'One row for each order, refund or cancellation of a system. A sale that two systems have is here twice, with the same order_reference: bi_customers.revenue counts it once.';
comment on column bi_transactions.customer_id is 'bi_customers.customer_id.';
comment on column bi_transactions.connection_id is 'Which connection has it.';
comment on column bi_transactions.external_id is 'The vendor''s id.';
comment on column bi_transactions.kind is 'order, refund (takes amount back) or void (cancels the order).';
comment on column bi_transactions.occurred_at is 'When.';
comment on column bi_transactions.day is 'The day in the workspace''s time zone.';
comment on column bi_transactions.currency is 'ISO 4217 code of amount and margin: that of the workspace.';
comment on column bi_transactions.amount is 'Zero or more, refunds as well; null: the whole order.';
comment on column bi_transactions.margin is 'What the sale leaves after its own costs; null where it is not known.';
comment on column bi_transactions.original_currency is 'In which it was paid.';
comment on column bi_transactions.original_amount is 'What was paid, in original_currency.';
comment on column bi_transactions.rate is 'What one unit of original_currency was worth in currency; null where both are the same.';
comment on column bi_transactions.order_reference is 'The shop''s number of the order, shared between systems; null for none.';
comment on column bi_transactions.refers_to is 'The order that a refund or void is about, by id or reference; null for orders.';

create view bi_events as
select customer_id, connection_id, external_id, channel, name, day from events;

comment on view bi_events is 'One row for each thing that a customer did, or that was done with one.';
comment on column bi_events.customer_id is 'bi_customers.customer_id.';
comment on column bi_events.connection_id is 'Which connection has it.';
comment on column bi_events.external_id is 'The vendor''s id.';
comment on column bi_events.channel is 'web, email, meeting, product, support or task.';
comment on column bi_events.name is 'The vendor''s or the tracking plan''s word, such as Product Viewed.';
comment on column bi_events.day is 'The day in the workspace''s time zone.';

create view bi_playbook_runs as
select customer_id, playbook, crossed_on, fired_on, arm, state, ended from playbook_runs;

comment on view bi_playbook_runs is 'One row for each time that a customer came into a playbook''s state. Compare the arms only as the product does: staypower effect.';
comment on column bi_playbook_runs.customer_id is 'bi_customers.customer_id.';
comment on column bi_playbook_runs.playbook is 'Its id.';
comment on column bi_playbook_runs.crossed_on is 'Day on which the customer came into the state.';
comment on column bi_playbook_runs.fired_on is 'Day on which it acted, or would have acted on who is held out; null where it has not.';
comment on column bi_playbook_runs.arm is 'Drawn at random: treated, or held-out to compare with.';
comment on column bi_playbook_runs.state is 'queued, fired, done, held-out, let-go or no-consent.';
comment on column bi_playbook_runs.ended is 'Why a playbook with waits ended; null while it goes on, and of others.';

create view bi_outcomes as
select customer_id, kind, occurred_on, value from outcomes;

comment on view bi_outcomes is 'What was heard of a customer from elsewhere, such as an answer to how likely they are to recommend us.';
comment on column bi_outcomes.customer_id is 'bi_customers.customer_id.';
comment on column bi_outcomes.kind is 'Such as nps.';
comment on column bi_outcomes.occurred_on is 'Its day.';
comment on column bi_outcomes.value is 'In the unit of its kind: nps 0 to 10.';

create view bi_feedback as
select customer_id, encode(sha256(convert_to(actor, 'UTF8')), 'hex') as rater, verdict, given_at, as_of, model_version, churn_probability, churn_band, value_band from score_feedback;

comment on view bi_feedback is 'What people said of scores: useful or wrong, with what the score was. Without their names and notes.';
comment on column bi_feedback.customer_id is 'bi_customers.customer_id.';
comment on column bi_feedback.rater is 'The same for all words of one person.';
comment on column bi_feedback.verdict is 'useful or wrong.';
comment on column bi_feedback.given_at is 'When it was said.';
comment on column bi_feedback.as_of is 'Day of the score that it is about.';
comment on column bi_feedback.model_version is 'bi_models.model_version.';
comment on column bi_feedback.churn_probability is 'What the score said, 0 to 1.';
comment on column bi_feedback.churn_band is 'What the score said.';
comment on column bi_feedback.value_band is 'What the score said.';

create view bi_models as
select model_version, as_of, trained_at, champion as is_champion, withdrawn_at from models;

comment on view bi_models is 'One row for each model that was trained.';
comment on column bi_models.model_version is 'Its name.';
comment on column bi_models.as_of is 'Last day whose facts it was trained on.';
comment on column bi_models.trained_at is 'When it was trained.';
comment on column bi_models.is_champion is 'It scores, or has scored, from as_of on until a later champion.';
comment on column bi_models.withdrawn_at is 'When it was taken back; null where it was not.';
