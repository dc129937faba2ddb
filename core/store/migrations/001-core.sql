-- The first schema. One statement per query; every primary key of a distributed table contains its distribution column (Citus).

-- local
create sequence landed_seq;

-- distributed: external_id
create table source_records (
  connection_id text not null,
  kind text not null,
  external_id text not null,
  payload jsonb not null,
  hash text not null,
  landed_seq bigint not null,
  deleted boolean not null,
  -- The customer it was resolved to; not the distribution column, so it may change in place.
  resolved_to uuid,
  contact_external_id text,
  pending boolean not null,
  primary key (connection_id, kind, external_id)
);

create index source_records_pending on source_records (kind, landed_seq) where pending;

create index source_records_contact on source_records (connection_id, contact_external_id) where contact_external_id is not null;

create index source_records_resolved on source_records (resolved_to) where kind = 'contact';

-- distributed: key_hash
create table identity_keys (
  key_hash text not null,
  key_type text not null,
  connection_id text not null,
  external_id text not null,
  disabled boolean not null,
  primary key (key_hash, connection_id, external_id)
);

create index identity_keys_record on identity_keys (connection_id, external_id);

-- distributed: customer_id
create table identity_merges (
  customer_id uuid not null,
  connection_id text not null,
  external_id text not null,
  joined_connection_id text not null,
  joined_external_id text not null,
  key_type text not null,
  key_hash text not null,
  merged_at timestamptz not null,
  primary key (customer_id, connection_id, external_id)
);

-- distributed: customer_id
create table customers (
  customer_id uuid not null primary key,
  name text,
  do_not_contact boolean not null,
  dirty boolean not null,
  created_at timestamptz not null
);

create index customers_dirty on customers (customer_id) where dirty;

-- distributed: customer_id
create table customer_records (
  customer_id uuid not null,
  connection_id text not null,
  kind text not null,
  external_id text not null,
  parent_external_id text,
  owner_id text,
  written jsonb not null,
  desired jsonb,
  attempts integer not null,
  primary key (customer_id, connection_id, kind, external_id)
);

create index customer_records_external on customer_records (external_id);

create index customer_records_desired on customer_records (connection_id, parent_external_id, external_id) where desired is not null;

-- distributed: customer_id
create table transactions (
  customer_id uuid not null,
  connection_id text not null,
  external_id text not null,
  transaction_kind text not null,
  occurred_at timestamptz not null,
  day date not null,
  amount_minor bigint,
  currency text not null,
  order_reference text,
  refers_to text,
  contact_external_id text,
  primary key (customer_id, connection_id, external_id)
);

-- distributed: customer_id
create table events (
  customer_id uuid not null,
  connection_id text not null,
  external_id text not null,
  channel text not null,
  name text not null,
  day date not null,
  contact_external_id text,
  primary key (customer_id, connection_id, external_id)
);

-- distributed: customer_id
create table customer_stats (
  customer_id uuid not null primary key,
  as_of date not null,
  next_fact_on date,
  unscored boolean not null,
  stats jsonb not null
);

create index customer_stats_unscored on customer_stats (customer_id) where unscored;

create index customer_stats_next_fact on customer_stats (next_fact_on) where next_fact_on is not null;

-- distributed: customer_id
create table scores (
  customer_id uuid not null primary key,
  as_of date not null,
  scored_at timestamptz not null,
  recheck_on date not null,
  model_version text not null,
  priority double precision not null,
  churn_band text,
  value_band text,
  lifecycle text not null,
  score jsonb not null,
  stats jsonb not null
);

create index scores_recheck on scores (recheck_on);

create index scores_priority on scores (priority desc, customer_id);

-- distributed: customer_id
create table score_history (
  customer_id uuid not null,
  as_of date not null,
  model_version text not null,
  score jsonb not null,
  primary key (customer_id, as_of)
);

-- distributed: customer_id
create table playbook_runs (
  customer_id uuid not null,
  playbook text not null,
  crossed_on date not null,
  state text not null,
  arm text not null,
  fired_on date,
  connection_id text,
  action_key text,
  primary key (customer_id, playbook, crossed_on)
);

create index playbook_runs_open on playbook_runs (playbook, state);

-- distributed: customer_id
create table outbox (
  customer_id uuid not null,
  action_key text not null,
  playbook text not null,
  connection_id text not null,
  action jsonb not null,
  state text not null,
  attempts integer not null,
  not_before timestamptz not null,
  receipt jsonb,
  primary key (customer_id, action_key)
);

create index outbox_waiting on outbox (state, not_before) where state in ('waiting', 'started');

-- distributed: delivery_key
create table inbox (
  connection_id text not null,
  delivery_key text not null,
  payload jsonb not null,
  received_at timestamptz not null,
  seq bigint not null,
  drained boolean not null,
  primary key (connection_id, delivery_key)
);

create index inbox_waiting on inbox (seq) where not drained;

-- local
create sequence inbox_seq;

-- local
create table models (
  model_version text not null primary key,
  as_of date not null,
  trained_at timestamptz not null,
  champion boolean not null,
  artifact jsonb not null
);

-- local
create table cursors (
  connection_id text not null,
  stream text not null,
  cursor jsonb not null,
  primary key (connection_id, stream)
);

-- local
create table quarantine (
  connection_id text not null,
  stage text not null,
  kind text not null,
  external_id text not null,
  code text not null,
  message text not null,
  remedy text not null,
  payload text,
  first_at timestamptz not null,
  last_at timestamptz not null,
  primary key (connection_id, stage, kind, external_id)
);

-- local
create table settings (
  name text not null primary key,
  value jsonb not null
);

-- local
create table audit_log (
  seq bigint not null primary key generated always as identity,
  at timestamptz not null,
  actor text not null,
  action text not null,
  detail jsonb not null
);
