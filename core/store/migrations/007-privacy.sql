-- Who is to be forgotten, who was, and what shows that it was done. No address, name or id of a person outlives its erasure here.

-- distributed: key_hash
create table tombstones (
  key_hash text not null primary key,
  erasure_id text not null
);

-- local
create table erasures (
  erasure_id text not null primary key,
  requested_by text not null,
  erased_at timestamptz not null,
  -- Everything of the receipt that was known when the store was cleaned; the vendors' part is added at the end.
  facts jsonb not null,
  receipt jsonb
);

create index erasures_open on erasures (erased_at) where receipt is null;

-- local
create table erasure_clears (
  erasure_id text not null,
  connection_id text not null,
  kind text not null,
  external_id text not null,
  fields jsonb not null,
  -- Null while it waits; then "cleared", or the code of the refusal.
  outcome text,
  primary key (erasure_id, connection_id, kind, external_id)
);

-- local
create table erasure_requests (
  connection_id text not null,
  external_id text not null,
  requested_at timestamptz not null,
  primary key (connection_id, external_id)
);
