-- What happened, and one delivery of it to each endpoint that subscribed. A change and its event commit together.

-- local
create sequence outbound_seq;

-- local
create table webhook_endpoints (
  endpoint_id text not null primary key,
  url text not null,
  event_types jsonb not null,
  -- enabled | disabled
  state text not null,
  -- Why it is disabled.
  reason text,
  -- Sealed, the newest first, each with the time at which it ends (null for the newest).
  secrets jsonb not null,
  -- Failures in a row that concern the endpoint as a whole.
  failures integer not null,
  not_before timestamptz not null,
  created_at timestamptz not null
);

-- An event of the workspace as a whole has the nil UUID for its customer.
-- distributed: customer_id
create table outbound_events (
  customer_id uuid not null,
  event_id text not null,
  seq bigint not null,
  event_type text not null,
  occurred_at timestamptz not null,
  -- The bytes that are signed and sent, the same at every try.
  body text not null,
  primary key (customer_id, event_id)
);

create index outbound_events_seq on outbound_events (seq);

-- distributed: customer_id
create table webhook_deliveries (
  customer_id uuid not null,
  event_id text not null,
  endpoint_id text not null,
  seq bigint not null,
  -- waiting | delivered | failed
  state text not null,
  attempts integer not null,
  enqueued_at timestamptz not null,
  not_before timestamptz not null,
  last_at timestamptz,
  last_status integer,
  last_error text,
  primary key (customer_id, event_id, endpoint_id)
);

create index webhook_deliveries_due on webhook_deliveries (endpoint_id, not_before) where state = 'waiting';

create index webhook_deliveries_order on webhook_deliveries (customer_id, endpoint_id, seq) where state = 'waiting';

create index webhook_deliveries_log on webhook_deliveries (endpoint_id, seq);

-- The score that was last told in an event: the next one is told when it has moved away from this.
alter table scores add column told jsonb;
