//! Tickets and seats: a ticket is used once, and each use begins a new epoch.

use crate::db::column::{broken, digest, parsed, whole};
use crate::db::{DbExecutor, DbRow, Tx};
use exam_protocol::bytes::{Digest, PublicKey};
use exam_protocol::id::{AttemptId, SittingId};
use exam_protocol::time::Timestamp;
use sqlx::Row;

/// Stores a new ticket; tickets of the same attempt that nobody has used yet become void.
///
/// # Errors
/// Whatever the database says.
pub async fn put_ticket(
    tx: &mut Tx,
    hash: &Digest,
    attempt: AttemptId,
    issued_at: Timestamp,
    expires_at: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query("delete from ticket where attempt = $1 and used_at is null")
        .bind(attempt.to_string())
        .execute(&mut **tx)
        .await?;
    sqlx::query("insert into ticket (hash, attempt, issued_at, expires_at) values ($1, $2, $3, $4)")
        .bind(hash.as_slice())
        .bind(attempt.to_string())
        .bind(issued_at.0)
        .bind(expires_at.0)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Uses a ticket up: the attempt it is for, or none when it is unknown, used or too old.
///
/// # Errors
/// Whatever the database says.
pub async fn use_ticket(
    tx: &mut Tx,
    hash: &Digest,
    now: Timestamp,
) -> Result<Option<AttemptId>, sqlx::Error> {
    let row = sqlx::query(
        "update ticket set used_at = $1 where hash = $2 and used_at is null and expires_at > $1 returning attempt",
    )
    .bind(now.0)
    .bind(hash.as_slice())
    .fetch_optional(&mut **tx)
    .await?;
    row.map(|row| parsed(&row, "attempt")).transpose()
}

/// What a new epoch begins with.
#[derive(Clone, Debug)]
pub struct NewEpoch {
    /// The sitting.
    pub sitting: SittingId,
    /// The new epoch.
    pub epoch: u32,
    /// Last line of the journal so far.
    pub last_sequence: u64,
    /// Its hash, or the genesis hash.
    pub head: Digest,
    /// Hash of the newest admission's evidence; none when nobody let the candidate in.
    pub evidence: Option<Digest>,
}

/// Begins a new epoch: from here on every older seat of the attempt is fenced off.
///
/// # Errors
/// Whatever the database says.
pub async fn next_epoch(tx: &mut Tx, attempt: AttemptId) -> Result<NewEpoch, sqlx::Error> {
    let row = sqlx::query(
        "update attempt set epoch = epoch + 1, version = version + 1 where id = $1
         returning sitting, epoch, last_sequence, head,
             (select evidence_hash from admission where attempt = $1 order by at desc limit 1) as evidence",
    )
    .bind(attempt.to_string())
    .fetch_one(&mut **tx)
    .await?;
    let evidence: Option<Vec<u8>> = row.try_get("evidence")?;
    let evidence = evidence.map(|bytes| Digest::try_from(bytes.as_slice()));
    Ok(NewEpoch {
        sitting: parsed(&row, "sitting")?,
        epoch: whole(&row, "epoch")?,
        last_sequence: whole(&row, "last_sequence")?,
        head: digest(&row, "head")?,
        evidence: evidence
            .transpose()
            .map_err(|e| broken("admission.evidence_hash", e))?,
    })
}

/// A seat as stored.
#[derive(Clone, Debug)]
pub struct Seat {
    /// Whose.
    pub attempt: AttemptId,
    /// Which epoch.
    pub epoch: u32,
    /// The seat's signing key.
    pub key: PublicKey,
    /// COSE_Sign1 with the seat certificate.
    pub certificate: Vec<u8>,
}

/// Stores a claimed seat.
///
/// # Errors
/// Whatever the database says.
pub async fn put_seat(
    tx: &mut Tx,
    seat: &Seat,
    token_hash: &Digest,
    claimed_at: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into seat (attempt, epoch, public_key, certificate, token_hash, claimed_at)
         values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(seat.attempt.to_string())
    .bind(i64::from(seat.epoch))
    .bind(seat.key.as_slice())
    .bind(&seat.certificate)
    .bind(token_hash.as_slice())
    .bind(claimed_at.0)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The seat that a token belongs to, whether it is the live one or not.
///
/// # Errors
/// Whatever the database says.
pub async fn seat_by_token(
    executor: impl DbExecutor<'_>,
    token_hash: &Digest,
) -> Result<Option<Seat>, sqlx::Error> {
    let row = sqlx::query("select attempt, epoch, public_key, certificate from seat where token_hash = $1")
        .bind(token_hash.as_slice())
        .fetch_optional(executor)
        .await?;
    row.map(|row| seat(&row)).transpose()
}

/// The seat of an attempt in one epoch.
///
/// # Errors
/// Whatever the database says.
pub async fn seat_of(
    executor: impl DbExecutor<'_>,
    attempt: AttemptId,
    epoch: u32,
) -> Result<Option<Seat>, sqlx::Error> {
    let row = sqlx::query(
        "select attempt, epoch, public_key, certificate from seat where attempt = $1 and epoch = $2",
    )
    .bind(attempt.to_string())
    .bind(i64::from(epoch))
    .fetch_optional(executor)
    .await?;
    row.map(|row| seat(&row)).transpose()
}

fn seat(row: &DbRow) -> Result<Seat, sqlx::Error> {
    let key: Vec<u8> = row.try_get("public_key")?;
    Ok(Seat {
        attempt: parsed(row, "attempt")?,
        epoch: whole(row, "epoch")?,
        key: key
            .as_slice()
            .try_into()
            .map_err(|e: std::array::TryFromSliceError| broken("public_key", e))?,
        certificate: row.try_get("certificate")?,
    })
}
