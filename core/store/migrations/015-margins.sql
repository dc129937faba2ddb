-- What a sale leaves after its own costs, in the workspace's currency, at the rate of its amount. Null where it is not known.
alter table transactions add column margin_minor bigint;
