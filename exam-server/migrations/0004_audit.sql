-- audit, in the chain's format 1 (docs/audit.md). The table of 0001 had another chain and a reason in the clear; it has only
-- ever stood in trial installations, whose audit begins anew.
-- organisation, exam, site and room say where an act happened; empty where the object is in no such place.
-- reason_hash is empty where no reason was given.
drop table audit;
create table audit (
    sequence     bigint primary key,
    at           bigint not null,
    actor        text   not null,
    address      text   not null,
    act          text   not null,
    object       text   not null,
    organisation text   not null,
    exam         text   not null,
    site         text   not null,
    room         text   not null,
    was          text   not null,
    became       text   not null,
    reason_hash  bytea  not null,
    salt         bytea  not null,
    hash         bytea  not null
);
create index audit_at on audit (at);
create index audit_object on audit (object);

-- reasons as people typed them: the chain holds their salted hashes, so that a text can be erased and the chain stays whole
create table audit_reason (
    sequence bigint primary key references audit (sequence),
    salt     bytea  not null,
    text     text   not null
);

-- collectors of the audit: the last record that each of them was sent
create table audit_feed (
    name    text   primary key,
    sent    bigint not null,
    sent_at bigint
);
