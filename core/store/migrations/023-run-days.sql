-- Days of a schedule that were done, so that a scheduler may ask for one twice.

-- local
create table run_days (
  day date not null primary key,
  finished_at timestamptz not null,
  -- What the run printed.
  result jsonb not null
);
