-- accounts: how long they are good for. password_given is 1 while somebody else knows the password;
-- active_since is when an account that nobody has used yet was made or last opened again;
-- break_glass is null for people, 'armed' or 'used' for accounts of emergencies
alter table staff add column password_changed_at bigint;
alter table staff add column password_given bigint not null default 0;
alter table staff add column active_since bigint;
alter table staff add column ends_at bigint;
alter table staff add column disabled_at bigint;
alter table staff add column disabled_why text;
alter table staff add column last_login_at bigint;
alter table staff add column last_login_address text;
alter table staff add column earlier_login_at bigint;
alter table staff add column earlier_login_address text;
alter table staff add column break_glass text;

-- sessions: when they end at the latest, whatever the settings say; null for the setting's time
alter table staff_session add column ends_at bigint;

-- passwords that somebody had before
create table staff_old_password (
    staff         text   not null references staff (id),
    password_hash text   not null,
    replaced_at   bigint not null
);
create index staff_old_password_staff on staff_old_password (staff, replaced_at);

-- second factors: a TOTP secret, sealed with the node key, with its last used step; or a passkey (public half)
create table staff_factor (
    id         text   primary key,
    staff      text   not null references staff (id),
    kind       text   not null,
    label      text   not null,
    content    bytea  not null,
    last_step  bigint not null default 0,
    created_at bigint not null,
    last_used  bigint
);
create index staff_factor_staff on staff_factor (staff);
create table staff_recovery_code (
    hash       bytea  primary key,
    staff      text   not null references staff (id),
    created_at bigint not null,
    used_at    bigint
);
create index staff_recovery_code_staff on staff_recovery_code (staff);

-- what a session has begun and not finished: a passkey challenge, an offered TOTP secret; sealed with the node key
create table staff_pending (
    session    text   not null references staff_session (id) on delete cascade,
    kind       text   not null,
    content    bytea  not null,
    expires_at bigint not null,
    primary key (session, kind)
);
create table staff_live_token (
    hash       bytea  primary key,
    session    text   not null references staff_session (id) on delete cascade,
    expires_at bigint not null
);

-- browsers from which somebody has logged in before
create table staff_device (
    hash      bytea  not null,
    staff     text   not null references staff (id),
    since     bigint not null,
    last_used bigint not null,
    primary key (hash, staff)
);

-- failed logins by budget: hash of name and device, of name and network, of name alone; account is the hash of the name
create table staff_try (
    budget   bytea  primary key,
    account  bytea  not null,
    failures bigint not null,
    last     bigint not null
);
create index staff_try_last on staff_try (last);
create index staff_try_account on staff_try (account);
