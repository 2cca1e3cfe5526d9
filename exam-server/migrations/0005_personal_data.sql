-- Portraits and chip data are sealed to the audit key: evidence holds the box, the portrait is inside it. What stood in the
-- clear has only ever been of trial installations.
update checkin set evidence = null;
alter table checkin drop column portrait;
alter table checkin drop column portrait_type;

-- what the desk needs while a judgement can be used: the holder and the portrait, sealed with the node key; a row goes when
-- the candidate is let in, and when the judgement is too old to be used
create table desk_view (
    checkin    text   primary key references checkin (id),
    holder     bytea,
    portrait   bytea,
    expires_at bigint not null
);
create index desk_view_expires on desk_view (expires_at);

-- roster photos, sealed with the node key
create table photo (
    attempt     text   primary key references attempt (id),
    content     bytea  not null,
    imported_at bigint not null
);

-- minutes of erasures: what, how many, by which rule; never whose
create table erasure (
    number    bigint primary key,
    at        bigint not null,
    actor     text   not null,
    lines     text   not null,
    text      text   not null,
    text_hash bytea  not null
);
