-- Messages about one record share a lane: several processes read at a time, and those about one record stay in order.

alter table inbox add column lane smallint not null default 0;

create index inbox_lanes on inbox (connection_id, lane, seq) where not drained;

create index inbox_oldest on inbox (received_at) where not drained;
