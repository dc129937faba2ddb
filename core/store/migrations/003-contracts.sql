-- Terms of contracts: by which customers leave where the definition of churn says so.

-- distributed: customer_id
create table contracts (
  customer_id uuid not null,
  connection_id text not null,
  external_id text not null,
  starts_on date not null,
  ends_on date,
  -- From when on the end was known: what is overwritten on renewal was not known before.
  end_known_on date not null,
  cancelled_on date,
  primary key (customer_id, connection_id, external_id)
);
