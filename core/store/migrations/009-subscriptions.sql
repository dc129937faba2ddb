-- Where we stand in the topics that a vendor lets us subscribe to.

-- local
create table subscription_positions (
  connection_id text not null,
  topic text not null,
  -- The vendor's replay id: what comes after it is not stored yet.
  position text not null,
  kept_at timestamptz not null,
  primary key (connection_id, topic)
);
