-- Long work that somebody asked for on the console or by the API.

-- local
create table jobs (
  job_id integer not null primary key generated always as identity,
  kind text not null,
  -- Null where it is about all connections.
  connection_id text,
  dry_run boolean not null,
  -- What was asked for; emptied when an erasure is through.
  request jsonb not null,
  -- waiting | running | done | failed
  state text not null,
  -- Times it was begun: one that took its process with it is not begun for ever.
  attempts integer not null,
  progress jsonb,
  result jsonb,
  problem jsonb,
  requested_by text not null,
  requested_at timestamptz not null,
  started_at timestamptz,
  ended_at timestamptz
);

create index jobs_open on jobs (job_id) where state in ('waiting', 'running');
