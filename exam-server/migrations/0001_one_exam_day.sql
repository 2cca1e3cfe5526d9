-- audit: who did what, on what, from where; hash-chained, written in the transaction of the act itself
create table audit (
    sequence bigint primary key,
    at       bigint not null,
    actor    text   not null,
    address  text   not null,
    act      text   not null,
    object   text   not null,
    was      text   not null,
    became   text   not null,
    reason   text   not null,
    hash     bytea  not null
);

-- organisation → exam → site → room: where a right holds
create table organisation (
    id         text   primary key,
    name       text   not null unique,
    created_at bigint not null
);

-- staff; organisation is the one that they work for, which need not be the one that holds the exam
create table staff (
    id            text   primary key,
    name          text   not null unique,
    display_name  text   not null,
    organisation  text   not null references organisation (id),
    password_hash text   not null
);
-- scope_id is empty for the whole installation
create table staff_role (
    staff      text   not null references staff (id),
    role       text   not null,
    scope_kind text   not null,
    scope_id   text   not null,
    granted_at bigint not null,
    granted_by text   not null,
    primary key (staff, role, scope_kind, scope_id)
);
-- a login; stage is 'password' until the second factor was shown, then 'full'; strong_at is when a factor was last shown
create table staff_session (
    token_hash  bytea  primary key,
    id          text   not null unique,
    staff       text   not null references staff (id),
    stage       text   not null,
    opened_at   bigint not null,
    last_active bigint not null,
    strong_at   bigint,
    address     text   not null,
    agent       text   not null
);
create index staff_session_staff on staff_session (staff);

-- exam → sitting → room → attempt (one candidate in one sitting); a site (điểm thi) is where rooms are
create table exam (
    id           text   primary key,
    organisation text   not null references organisation (id),
    title        text   not null,
    created_at   bigint not null
);
create table site (
    id   text primary key,
    exam text not null references exam (id),
    name text not null,
    unique (exam, name)
);
create table sitting (
    id        text   primary key,
    exam      text   not null references exam (id),
    subject   text   not null,
    starts_at bigint not null,
    duration  bigint not null,
    questions bigint not null default 0
);
-- running_since is null unless the clock runs; stopped_at is null unless it was stopped (paused, ended, closed);
-- elapsed is the time that ran before running_since
create table room (
    id            text   primary key,
    sitting       text   not null references sitting (id),
    site          text   not null references site (id),
    name          text   not null,
    state         text   not null,
    running_since bigint,
    stopped_at    bigint,
    elapsed       bigint not null default 0,
    credit        bigint not null default 0,
    version       bigint not null default 1,
    unique (sitting, name)
);
create table candidate (
    citizen_number text primary key,
    name           text not null,
    birth_date     text not null,
    sex            text not null,
    class          text not null default '',
    school         text not null default ''
);
create table attempt (
    id               text   primary key,
    sitting          text   not null references sitting (id),
    room             text   not null references room (id),
    citizen_number   text   not null references candidate (citizen_number),
    candidate_number text   not null,
    seat             text   not null,
    form             text,
    epoch            bigint not null default 0,
    last_sequence    bigint not null default 0,
    head             bytea  not null,
    credit           bigint not null default 0,
    version          bigint not null default 1,
    handed_in_at     bigint,
    unique (sitting, citizen_number),
    unique (room, seat)
);

-- paper: sealed forms; the keys are wrapped by the sitting's key, that by the node key
create table sitting_key (
    sitting text  primary key references sitting (id),
    wrapped bytea not null
);
create table form (
    id                 text  primary key,
    sitting            text  not null references sitting (id),
    code               text  not null,
    sealed_paper       bytea not null,
    wrapped_paper_key  bytea not null,
    sealed_answer_key  bytea not null,
    wrapped_answer_key bytea not null,
    key_commitment     bytea not null,
    unique (sitting, code)
);

-- check-in
create table trust_anchor (
    fingerprint bytea  primary key,
    certificate bytea  not null,
    added_at    bigint not null
);
create table checkin (
    id             text   primary key,
    room           text   not null references room (id),
    attempt        text   not null references attempt (id),
    station        text   not null,
    station_name   text   not null,
    started_at     bigint not null,
    started_by     text   not null,
    status         text   not null,
    nonce          bytea  not null,
    challenge      bytea,
    challenged_at  bigint,
    evidence       bytea,
    evidence_hash  bytea,
    portrait_type  text,
    portrait       bytea,
    finished_at    bigint
);
create unique index checkin_challenge on checkin (challenge);
create index checkin_room on checkin (room, started_at);
create index checkin_attempt on checkin (attempt, started_at);
-- a candidate may be let in more than once (back from a break); the newest counts, all stay
create table admission (
    attempt       text   not null references attempt (id),
    at            bigint not null,
    checkin       text,
    rule          text,
    verdicts      text,
    admitted_by   text   not null,
    second        text,
    reason        text   not null,
    evidence_hash bytea  not null,
    primary key (attempt, at)
);
-- a check-in lets somebody in once
create unique index admission_checkin on admission (checkin);

-- sitting: seats, journal, hand-ins
create table ticket (
    hash       bytea  primary key,
    attempt    text   not null references attempt (id),
    issued_at  bigint not null,
    expires_at bigint not null,
    used_at    bigint
);
create table seat (
    attempt     text   not null references attempt (id),
    epoch       bigint not null,
    public_key  bytea  not null,
    certificate bytea  not null,
    token_hash  bytea  not null unique,
    claimed_at  bigint not null,
    primary key (attempt, epoch)
);
create table journal (
    attempt     text   not null,
    epoch       bigint not null,
    sequence    bigint not null,
    question    bigint not null,
    blank       bigint not null,
    entry       bytea  not null,
    hash        bytea  not null,
    received_at bigint not null,
    primary key (attempt, sequence)
);
create table hand_in (
    attempt     text   primary key references attempt (id),
    epoch       bigint not null,
    envelope    bytea  not null,
    receipt     bytea  not null,
    received_at bigint not null,
    late        bigint not null
);

-- result
create table mark (
    attempt  text   not null references attempt (id),
    question bigint not null,
    item     bigint not null,
    awarded  bigint,
    maximum  bigint not null,
    reason   text   not null,
    primary key (attempt, question)
);
create table result (
    attempt     text   primary key references attempt (id),
    total       bigint not null,
    maximum     bigint not null,
    complete    bigint not null,
    signed      bigint not null,
    computed_at bigint not null
);
