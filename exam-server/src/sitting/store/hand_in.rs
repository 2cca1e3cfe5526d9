//! Hand-ins with their receipts. Insert only.

use super::{journal, seat};
use crate::db::column::{flag, whole};
use crate::db::{DbExecutor, DbRow, Reader, Tx};
use crate::sitting::submission;
use exam_protocol::id::AttemptId;
use exam_protocol::record::SubmissionFile;
use exam_protocol::time::Timestamp;
use sqlx::Row;

/// A hand-in as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredHandIn {
    /// The seat's epoch under whose key it was checked.
    pub epoch: u32,
    /// COSE_Sign1 as received.
    pub envelope: Vec<u8>,
    /// COSE_Sign1 with the receipt.
    pub receipt: Vec<u8>,
    /// When it was stored.
    pub received_at: Timestamp,
    /// Whether it came after deadline and grace.
    pub late: bool,
}

/// Stores a hand-in and marks its attempt.
///
/// # Errors
/// Whatever the database says; a second hand-in of a seat violates the key.
pub async fn put(tx: &mut Tx, attempt: AttemptId, hand_in: &StoredHandIn) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into hand_in (attempt, epoch, envelope, receipt, received_at, late) values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(attempt.to_string())
    .bind(i64::from(hand_in.epoch))
    .bind(&hand_in.envelope)
    .bind(&hand_in.receipt)
    .bind(hand_in.received_at.0)
    .bind(i64::from(hand_in.late))
    .execute(&mut **tx)
    .await?;
    sqlx::query("update attempt set handed_in_at = $1, version = version + 1 where id = $2")
        .bind(hand_in.received_at.0)
        .bind(attempt.to_string())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// The hand-in of an attempt; none that was superseded when the attempt was opened again.
///
/// # Errors
/// Whatever the database says.
pub async fn get(
    executor: impl DbExecutor<'_>,
    attempt: AttemptId,
) -> Result<Option<StoredHandIn>, sqlx::Error> {
    let row = sqlx::query(
        "select epoch, envelope, receipt, received_at, late from hand_in where attempt = $1
                 and not exists (select 1 from reopening
                     where reopening.attempt = hand_in.attempt and reopening.epoch >= hand_in.epoch)",
    )
    .bind(attempt.to_string())
    .fetch_optional(executor)
    .await?;
    row.as_ref().map(stored).transpose()
}

fn stored(row: &DbRow) -> Result<StoredHandIn, sqlx::Error> {
    Ok(StoredHandIn {
        epoch: whole(row, "epoch")?,
        envelope: row.try_get("envelope")?,
        receipt: row.try_get("receipt")?,
        received_at: Timestamp(row.try_get("received_at")?),
        late: flag(row, "late")?,
    })
}

/// Hand-ins that were superseded when their attempt was opened again, oldest first.
///
/// # Errors
/// Whatever the database says.
pub async fn superseded(
    executor: impl DbExecutor<'_>,
    attempt: AttemptId,
) -> Result<Vec<StoredHandIn>, sqlx::Error> {
    let rows = sqlx::query(
        "select epoch, envelope, receipt, received_at, late from hand_in where attempt = $1
                 and exists (select 1 from reopening
                     where reopening.attempt = hand_in.attempt and reopening.epoch >= hand_in.epoch) order by epoch",
    )
    .bind(attempt.to_string())
    .fetch_all(executor)
    .await?;
    rows.iter().map(stored).collect()
}

/// The file for `exam-server verify`: hand-in, receipt, certificates and journal; none without a hand-in.
///
/// # Errors
/// Whatever the database says; `RowNotFound` when the hand-in's seat is missing.
pub async fn submission(
    reader: &Reader,
    server_certificate: &[u8],
    attempt: AttemptId,
) -> Result<Option<SubmissionFile>, sqlx::Error> {
    match get(reader, attempt).await? {
        Some(hand_in) => file(reader, server_certificate, attempt, hand_in).await.map(Some),
        None => Ok(None),
    }
}

/// The file of one hand-in, superseded or not, with the journal up to its seat's epoch.
///
/// # Errors
/// Whatever the database says; `RowNotFound` when the hand-in's seat is missing.
pub async fn file(
    reader: &Reader,
    server_certificate: &[u8],
    attempt: AttemptId,
    hand_in: StoredHandIn,
) -> Result<SubmissionFile, sqlx::Error> {
    let seat = seat::seat_of(reader, attempt, hand_in.epoch)
        .await?
        .ok_or(sqlx::Error::RowNotFound)?;
    let lines = journal::lines_through(reader, attempt, hand_in.epoch).await?;
    let server = server_certificate.to_vec();
    Ok(submission::build(
        seat.certificate,
        hand_in.envelope,
        hand_in.receipt,
        server,
        lines,
    ))
}
