-- What the score said that an opinion is about, so that it is a label of it whatever became of the score since.

alter table score_feedback
  add column as_of date not null,
  add column churn_probability double precision,
  add column churn_band text,
  add column value_band text;
