-- A run that waits: its next step, and the day on which it goes on. Outcomes that others tell us of.

-- Index into the playbook's steps; null when nothing is left to do.
alter table playbook_runs add column next_step integer;

alter table playbook_runs add column due_on date;

-- completed | saved | left-state | no-consent; null while it goes on, and of a playbook without waits.
alter table playbook_runs add column ended text;

create index playbook_runs_due on playbook_runs (playbook, due_on) where due_on is not null;

-- distributed: customer_id
create table outcomes (
  customer_id uuid not null,
  kind text not null,
  -- The sender's own id of the answer, or the day: a second message of the same replaces the first.
  outcome_key text not null,
  occurred_on date not null,
  value double precision not null,
  primary key (customer_id, kind, outcome_key)
);
