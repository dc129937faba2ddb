-- What a year of a contract is worth, in minor units of the reporting currency; null where it is not mapped.

alter table contracts add column annual_value_minor bigint;

-- Their statistics now hold the term that stands.
update customers set dirty = true
where not dirty and customer_id in (select customer_id from contracts);
