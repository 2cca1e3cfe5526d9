//! Roster photos as kept: sealed, one for each attempt.

use crate::db::column::parsed;
use crate::db::{Reader, Tx};
use exam_protocol::citizen::CitizenNumber;
use exam_protocol::id::{AttemptId, SittingId};
use exam_protocol::time::Timestamp;
use sqlx::Row;
use std::collections::BTreeMap;

/// Candidates of a sitting by citizen number.
///
/// # Errors
/// Whatever the database says.
pub async fn candidates(
    tx: &mut Tx,
    sitting: SittingId,
) -> Result<BTreeMap<CitizenNumber, AttemptId>, sqlx::Error> {
    let rows = sqlx::query("select citizen_number, id from attempt where sitting = $1")
        .bind(sitting.to_string())
        .fetch_all(&mut **tx)
        .await?;
    rows.iter()
        .map(|row| Ok((parsed(row, "citizen_number")?, parsed(row, "id")?)))
        .collect()
}

/// Keeps a photo in place of an older one.
///
/// # Errors
/// Whatever the database says.
pub async fn put(tx: &mut Tx, attempt: AttemptId, sealed: &[u8], now: Timestamp) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into photo (attempt, content, imported_at) values ($1, $2, $3)
         on conflict (attempt) do update set content = excluded.content, imported_at = excluded.imported_at",
    )
    .bind(attempt.to_string())
    .bind(sealed)
    .bind(now.0)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Candidates of a sitting without a photo.
///
/// # Errors
/// Whatever the database says.
pub async fn without(tx: &mut Tx, sitting: SittingId) -> Result<Vec<AttemptId>, sqlx::Error> {
    let rows = sqlx::query(
        "select id from attempt where sitting = $1
         and not exists (select 1 from photo where photo.attempt = attempt.id) order by candidate_number",
    )
    .bind(sitting.to_string())
    .fetch_all(&mut **tx)
    .await?;
    rows.iter().map(|row| parsed(row, "id")).collect()
}

/// The sealed photo of an attempt.
///
/// # Errors
/// Whatever the database says.
pub async fn of(reader: &Reader, attempt: AttemptId) -> Result<Option<Vec<u8>>, sqlx::Error> {
    let row = sqlx::query("select content from photo where attempt = $1")
        .bind(attempt.to_string())
        .fetch_optional(reader)
        .await?;
    row.map(|row| row.try_get("content")).transpose()
}
