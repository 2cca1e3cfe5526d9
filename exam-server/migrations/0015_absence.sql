-- candidates who left the room during the exam and came back: when, why in one word, and how they were checked at return
create table absence (
    id        text   primary key,
    attempt   text   not null references attempt (id),
    why       text   not null,
    left_at   bigint not null,
    left_by   text   not null references staff (id),
    back_at   bigint,
    back_by   text   references staff (id),
    recheck   text
);
create index absence_attempt on absence (attempt);
