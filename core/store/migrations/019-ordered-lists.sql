-- Lists of the book in every order without sorting it: an index for who has a value in it, read forwards or backwards. What reports
-- add up is out of the document.

alter table scores
  add column value_at_risk double precision generated always as (
    case when lifecycle = 'active' then (score->>'churnProbability')::double precision * (score->>'valueIfKept12m')::double precision end
  ) stored,
  add column cluster text generated always as (score->>'cluster') stored,
  -- A day, as text: its conversion depends on the session for PostgreSQL, which it then refuses here.
  add column last_purchase text generated always as (stats->>'lastPurchase') stored,
  add column purchase_days integer generated always as ((stats->>'purchaseDays')::integer) stored,
  add column total_minor double precision generated always as ((stats->>'totalMinor')::double precision) stored;

drop index scores_priority;

create index scores_priority on scores (priority, customer_id);

create index scores_clv_12m on scores (clv_12m, customer_id) where clv_12m is not null;

create index scores_value_if_kept_12m on scores (value_if_kept_12m, customer_id) where value_if_kept_12m is not null;

create index scores_value_at_risk on scores (value_at_risk, customer_id) where value_at_risk is not null;

create index scores_churn_probability on scores (churn_probability, customer_id) where churn_probability is not null;

create index scores_engagement on scores (engagement, customer_id) where engagement is not null;

create index customers_name on customers (lower(name), customer_id) where name is not null;

-- What is old enough to be removed, and the first day of all, without reading the history.
create index score_history_as_of on score_history (as_of);
