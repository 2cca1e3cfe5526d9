-- acts that need two people: content is the deterministic CBOR of what was proposed and never changes, hash its SHA-256;
-- room is null for acts on a whole sitting; used_at is when an approved unmasking was read
create table proposal (
    id              text   primary key,
    sitting         text   not null references sitting (id),
    room            text   references room (id),
    content         bytea  not null,
    hash            bytea  not null,
    proposer        text   not null references staff (id),
    organisation    text   not null references organisation (id),
    proposed_at     bigint not null,
    expires_at      bigint not null,
    state           text   not null,
    decided_by      text   references staff (id),
    decided_at      bigint,
    decision_reason text   not null default '',
    readable_until  bigint,
    used_at         bigint
);
create index proposal_state on proposal (state, proposed_at);

-- attempts that are out of marking; insert only
create table attempt_void (
    attempt  text   primary key references attempt (id),
    proposal text   not null references proposal (id),
    at       bigint not null,
    reason   text   not null
);

-- attempts that were opened again: hand-ins of this epoch and of those before it are superseded; insert only
create table reopening (
    attempt  text   not null references attempt (id),
    epoch    bigint not null,
    proposal text   not null references proposal (id),
    at       bigint not null,
    primary key (attempt, epoch)
);
-- until when an attempt runs whose room has ended
alter table attempt add column reopened_until bigint;
-- one hand-in for each opening of an attempt
create table hand_in_by_epoch (
    attempt     text   not null references attempt (id),
    epoch       bigint not null,
    envelope    bytea  not null,
    receipt     bytea  not null,
    received_at bigint not null,
    late        bigint not null,
    primary key (attempt, epoch)
);
insert into hand_in_by_epoch (attempt, epoch, envelope, receipt, received_at, late)
    select attempt, epoch, envelope, receipt, received_at, late from hand_in;
drop table hand_in;
alter table hand_in_by_epoch rename to hand_in;

-- corrections of answer keys after closing, in the order in which they were made; insert only
create table key_correction (
    proposal   text   primary key references proposal (id),
    sitting    text   not null references sitting (id),
    item       bigint not null,
    correction text   not null,
    at         bigint not null
);
create index key_correction_sitting on key_correction (sitting, at);
-- marks and results that were replaced; insert only
create table mark_history (
    attempt     text   not null references attempt (id),
    computed_at bigint not null,
    question    bigint not null,
    item        bigint not null,
    awarded     bigint,
    maximum     bigint not null,
    reason      text   not null,
    primary key (attempt, computed_at, question)
);
create table result_history (
    attempt     text   not null references attempt (id),
    computed_at bigint not null,
    total       bigint not null,
    maximum     bigint not null,
    complete    bigint not null,
    signed      bigint not null,
    replaced_at bigint not null,
    replaced_by text   not null references proposal (id),
    primary key (attempt, computed_at)
);
