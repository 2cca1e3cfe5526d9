-- Lines that came after their time ('late'), or from a seat that another had taken over ('side'): kept as they came, insert
-- only. They stand in no hand-in and in no mark; late ones count by a decision of two people.
create table late_line (
    attempt     text   not null references attempt (id),
    epoch       bigint not null,
    sequence    bigint not null,
    hash        bytea  not null,
    branch      text   not null,
    question    bigint not null,
    blank       bigint not null,
    entry       bytea  not null,
    received_at bigint not null,
    primary key (attempt, epoch, sequence, hash)
);
-- attempts whose late lines count; insert only
create table late_decision (
    attempt  text   primary key references attempt (id),
    proposal text   not null references proposal (id),
    at       bigint not null,
    last     bigint not null
);
