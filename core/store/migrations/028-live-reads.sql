-- What each live event asks for, so that it need not be unpacked first: the format of a model without its megabyte of trees,
alter table models add column format integer generated always as ((artifact->>'format')::integer) stored;

-- and running statistics as the text that they are read and written as, in the row itself.
alter table quality_watches set (toast_tuple_target = 8160);

alter table quality_watches alter column watch type json using watch::json;
