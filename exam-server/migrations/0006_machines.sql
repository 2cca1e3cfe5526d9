-- machines: desk and seat PCs with a certificate of the exam CA; certificate_hash is SHA-256 over its DER
create table machine (
    id               text   primary key,
    site             text   not null references site (id),
    kind             text   not null,
    name             text   not null,
    host_name        text   not null,
    serial           text   not null,
    certificate_hash bytea  not null unique,
    not_after        bigint not null,
    enrolled_at      bigint not null,
    enrolled_by      text   references staff (id),
    revoked_at       bigint,
    last_seen        bigint,
    last_address     text,
    alarm_at         bigint
);
create index machine_site on machine (site, kind);
-- one-time codes, as keyed hashes
create table machine_code (
    hash       bytea  primary key,
    site       text   not null references site (id),
    kind       text   not null,
    name       text   not null,
    issued_at  bigint not null,
    issued_by  text   references staff (id),
    expires_at bigint not null,
    used_at    bigint
);
