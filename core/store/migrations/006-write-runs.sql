-- Write runs that can be undone, and the roll-ups that accounts carry.

-- local
create table write_runs (
  run_id integer not null primary key generated always as identity,
  started_at timestamptz not null,
  undone_at timestamptz
);

-- distributed: external_id
create table written_values (
  run_id integer not null,
  connection_id text not null,
  kind text not null,
  external_id text not null,
  -- Whose record it was at the time; null for an account.
  customer_id uuid,
  written_at timestamptz not null,
  -- What the record had of ours before the run, for the fields that the run wrote; absent = nothing.
  before jsonb not null,
  after jsonb not null,
  undone boolean not null,
  primary key (run_id, connection_id, kind, external_id)
);

create index written_values_written_at on written_values (written_at);

create index written_values_customer on written_values (customer_id);

-- distributed: external_id
create table account_records (
  connection_id text not null,
  external_id text not null,
  -- A member's score or the membership changed since the roll-up was made.
  dirty boolean not null,
  written jsonb not null,
  desired jsonb,
  attempts integer not null,
  primary key (connection_id, external_id)
);

create index account_records_dirty on account_records (connection_id, external_id) where dirty;

create index account_records_desired on account_records (connection_id, external_id) where desired is not null;

create index customer_records_parent on customer_records (connection_id, parent_external_id) where parent_external_id is not null;
