-- What a playbook decided by advice, with the probabilities that it chose by: other policies are judged by these.

-- distributed: customer_id
create table advised_actions (
  customer_id uuid not null,
  playbook text not null,
  crossed_on date not null,
  decided_on date not null,
  -- Null: the customer was left alone.
  action text,
  propensity double precision not null,
  -- Every possibility, leaving alone included: [{action, probability, net}].
  options jsonb not null,
  owner_id text,
  channel text,
  minutes double precision not null,
  -- Costs and discounts, without time; `cost` is with it. Reporting currency.
  money double precision not null,
  is_offer boolean not null,
  cost double precision not null,
  churn_probability double precision not null,
  value_if_kept_12m double precision not null,
  primary key (customer_id, playbook, crossed_on)
);

create index advised_actions_day on advised_actions (decided_on);
