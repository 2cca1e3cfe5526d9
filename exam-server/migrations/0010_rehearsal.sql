-- A rehearsal (diễn tập): its candidates are invented and are let in without cards. Nothing of it is a result.
alter table exam add column rehearsal bigint not null default 0;
