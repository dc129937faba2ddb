-- Of each topic the last event: when it was taken up, and when it had happened by the vendor's clock (null where it says no time).
alter table subscription_positions
  add column event_taken_at timestamptz,
  add column event_happened_at timestamptz;
