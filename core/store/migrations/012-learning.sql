-- The registry of models, and what a past score was made from.

-- Set when a model was taken back: it is not promoted by itself again.
alter table models add column withdrawn_at timestamptz;

-- How it did beside the champion of its day; null until they were compared.
alter table models add column verdict jsonb;

-- local
create table model_promotions (
  seq bigint not null primary key generated always as identity,
  at timestamptz not null,
  model_version text not null,
  -- The champion before; null for the first.
  previous_version text,
  -- trained | challenge | promote | rollback
  by text not null
);

-- Null in rows of earlier versions.
alter table score_history add column inputs jsonb;
