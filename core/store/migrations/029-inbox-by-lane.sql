-- Who drains asks lane by lane (inbox_lanes); how old the oldest message is, inbox_oldest knows.
drop index inbox_waiting;
