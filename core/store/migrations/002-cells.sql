-- In whose playbooks' cells a customer counts as: entering is told from being there by the state, not by the score before alone.

alter table scores add column cells jsonb not null default '[]';
