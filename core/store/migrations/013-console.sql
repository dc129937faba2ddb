-- People who use the console, their sessions, keys of programs, what people keep there, and narrow columns that lists of the book read.

-- local
create table console_users (
  user_id text not null primary key,
  -- As it is typed at sign-in, in lower case.
  name text not null unique,
  -- viewer | rep | admin
  role text not null,
  password_hash text not null,
  created_at timestamptz not null
);

-- local
create table console_sessions (
  token_hash text not null primary key,
  user_id text not null,
  expires_at timestamptz not null
);

-- local
create table api_keys (
  key_id text not null primary key,
  label text not null,
  role text not null,
  key_hash text not null unique,
  created_at timestamptz not null,
  created_by text not null
);

-- local
create table saved_views (
  view_id text not null primary key,
  user_id text not null,
  name text not null,
  -- Search, filters and order of a list, as the console's address has them.
  query text not null
);

-- distributed: customer_id
create table score_feedback (
  customer_id uuid not null,
  -- Whose word it is; a second one of the same person replaces it.
  actor text not null,
  -- useful | wrong
  verdict text not null,
  note text not null,
  model_version text not null,
  given_at timestamptz not null,
  primary key (customer_id, actor)
);

-- Out of the document, so that a list of the book need not unpack it.
alter table scores
  add column clv_12m double precision generated always as ((score->>'clv12m')::double precision) stored,
  add column value_if_kept_12m double precision generated always as ((score->>'valueIfKept12m')::double precision) stored,
  add column churn_probability double precision generated always as ((score->>'churnProbability')::double precision) stored,
  add column engagement double precision generated always as ((score->>'engagement')::double precision) stored,
  add column segment text generated always as (score->>'segment') stored;

-- Keeps the documents beside the rows: a scan of the book reads some 200 bytes a customer instead of 2,000.
alter table scores set (toast_tuple_target = 128);
