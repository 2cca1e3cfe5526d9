-- Time that a candidate has by right beyond the duration (accommodation), in milliseconds: decided by two people.
alter table attempt add column extra bigint not null default 0;
-- How long after the start somebody may still be let in for the first time, and after which part of the duration, in per
-- cent, somebody may hand in: rules of the exam regulations, set for each sitting.
alter table sitting add column late_after bigint not null default 900000;
alter table sitting add column earliest_hand_in bigint not null default 0;
-- The processes that serve this database, with their last sign of life: whoever starts sees by it whether the clock jumped.
create table node (
    id         text   primary key,
    started_at bigint not null,
    seen_at    bigint not null
);
