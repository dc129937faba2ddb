-- What vendors delivered, as it came: one row a delivery before the answer, taken apart into messages after it.

-- distributed: seq
create table raw_deliveries (
  connection_id text not null,
  seq bigint not null,
  -- How it is to be read.
  form text not null,
  -- Compressed (zstd) by us: a delivery is then a row without chunks elsewhere.
  body bytea storage external not null,
  -- Bytes before that.
  size integer not null,
  received_at timestamptz not null,
  primary key (connection_id, seq)
);

create index raw_deliveries_oldest on raw_deliveries (received_at);
