-- Scores say on how good data they stand: everybody's statistics are due once.
update customers set dirty = true where not dirty;
