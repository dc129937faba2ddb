-- Terms are counted by their periods and an open contract ends with the term after it: statistics of contracts are made again.
update customers set dirty = true
where not dirty and customer_id in (select customer_id from contracts);
