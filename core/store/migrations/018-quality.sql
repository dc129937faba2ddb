-- What rules of data quality found. An empty kind: about a connection as a whole, and external_id says what of it.
-- distributed: external_id
create table quality_findings (
  connection_id text not null,
  kind text not null,
  external_id text not null,
  rule text not null,
  severity text not null,
  field text not null,
  message text not null,
  remedy text not null,
  contact_external_id text,
  first_at timestamptz not null,
  last_at timestamptz not null,
  -- Of the record that an admin said was right; null while nobody did.
  accepted_hash text,
  accepted_by text,
  accepted_at timestamptz,
  primary key (connection_id, kind, external_id, rule)
);

create index quality_findings_contact on quality_findings (connection_id, contact_external_id) where contact_external_id is not null;

-- New findings of a day; the rule "" counts the records that were judged.
-- local
create table quality_counts (
  day date not null,
  connection_id text not null,
  rule text not null,
  count bigint not null,
  primary key (day, connection_id, rule)
);

-- Running statistics of each connection.
-- local
create table quality_watches (
  connection_id text not null primary key,
  watch jsonb not null
);

-- local
create table quality_fixes (
  fix_id text not null primary key,
  connection_id text not null,
  transform jsonb not null,
  from_day date not null,
  until_day date,
  reason text not null,
  made_by text not null,
  made_at timestamptz not null,
  undone_by text,
  undone_at timestamptz
);
