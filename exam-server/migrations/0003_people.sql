-- access review: somebody confirmed that a role is still needed; the newest counts, all stay
create table staff_review (
    staff       text   not null references staff (id),
    role        text   not null,
    scope_kind  text   not null,
    scope_id    text   not null,
    reviewed_at bigint not null,
    reviewed_by text   not null,
    primary key (staff, role, scope_kind, scope_id, reviewed_at)
);

-- single sign-on: which login at a provider is which member
create table staff_external (
    provider  text   not null,
    subject   text   not null,
    staff     text   not null references staff (id),
    linked_at bigint not null,
    primary key (provider, subject)
);
create index staff_external_staff on staff_external (staff);
-- logins that are on their way through a provider: hash of the token in the browser's cookie; taken once
create table sign_on_pending (
    token_hash bytea  primary key,
    provider   text   not null,
    expires_at bigint not null
);
-- sessions that were opened through a provider, for its logout
create table sign_on_session (
    session  text primary key references staff_session (id) on delete cascade,
    provider text not null,
    subject  text not null,
    sid      text
);
create index sign_on_session_subject on sign_on_session (provider, subject);
-- logout tokens that were used, until they end
create table sign_on_logout (
    provider   text   not null,
    token      text   not null,
    expires_at bigint not null,
    primary key (provider, token)
);
