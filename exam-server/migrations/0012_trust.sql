-- revocation lists of country signers, as they were handed in; the newest of a signer counts
create table revocation_list (
    hash     bytea  primary key,
    list     bytea  not null,
    added_at bigint not null
);
-- document signers that cards were signed by: for people to compare, never for a verdict
create table document_signer (
    fingerprint     bytea  primary key,
    certificate     bytea  not null,
    subject         text   not null,
    issuer          text   not null,
    first_seen      bigint not null,
    approved_by     text   references staff (id),
    approved_at     bigint,
    approval_reason text   not null default ''
);
create table signer_sighting (
    checkin     text  primary key references checkin (id),
    fingerprint bytea not null references document_signer (fingerprint),
    issuer      text  not null,
    at          bigint not null
);
create index signer_sighting_signer on signer_sighting (fingerprint);
