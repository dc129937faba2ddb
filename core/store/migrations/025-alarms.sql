-- Conditions that somebody should know of: raised once, open until they clear.
-- local
create table alarms (
  alarm_key text not null primary key,
  kind text not null,
  subject text not null,
  message text not null,
  remedy text not null,
  raised_at timestamptz not null,
  cleared_at timestamptz,
  -- Whether the task for the admin stands in the outbox.
  task_queued boolean not null default false
);

create unique index alarms_open on alarms (kind, subject) where cleared_at is null;
