-- What vendors delivered, as it came, before the answer: taken apart into messages after it.

-- distributed: seq
create table raw_deliveries (
  connection_id text not null,
  seq bigint not null,
  -- How they are to be read.
  form text not null,
  -- Bodies that came together, one behind the other, compressed (zstd) by us: a row without chunks elsewhere.
  bodies bytea storage external not null,
  -- Bytes of each before that.
  sizes integer[] not null,
  received_at timestamptz not null,
  primary key (connection_id, seq)
);

create index raw_deliveries_oldest on raw_deliveries (received_at);
