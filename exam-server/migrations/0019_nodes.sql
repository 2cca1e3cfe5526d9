-- Which process reads this card: a check-in ends with it, and not with any other.
alter table checkin add column node text;
-- Bytes of the journal so far: one seat can't fill the disk.
alter table attempt add column journal_bytes bigint not null default 0;
