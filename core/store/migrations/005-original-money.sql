-- Sales in other currencies: what was paid, beside what it is worth in the workspace's currency. Null where it was paid in that.
alter table transactions
  add column original_amount_minor bigint,
  add column original_currency text,
  add column rate numeric,
  add column rate_on date;
