//! Corrections of keys, and marks that were replaced. Insert only; what is replaced goes into the history first.

use crate::db::column::{broken, parsed, whole};
use crate::db::{Reader, Tx};
use crate::result::correction::Correction;
use exam_protocol::id::{AttemptId, ProposalId, RoomId, SittingId};
use exam_protocol::time::Timestamp;
use sqlx::Row;

/// Stores a correction.
///
/// # Errors
/// Whatever the database says.
pub async fn put_correction(
    tx: &mut Tx,
    (proposal, sitting): (ProposalId, SittingId),
    correction: &Correction,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    let how = serde_json::to_string(&correction.how).map_err(|e| sqlx::Error::Encode(Box::new(e)))?;
    sqlx::query(
        "insert into key_correction (proposal, sitting, item, correction, at) values ($1, $2, $3, $4, $5)",
    )
    .bind(proposal.to_string())
    .bind(sitting.to_string())
    .bind(i64::from(correction.item))
    .bind(how)
    .bind(now.0)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The corrections for a room's paper, in their order.
///
/// # Errors
/// Whatever the database says.
pub async fn corrections(tx: &mut Tx, room: RoomId) -> Result<Vec<Correction>, sqlx::Error> {
    let rows = sqlx::query(
        "select item, correction from key_correction where sitting = (select sitting from room where id = $1)
         order by at, proposal",
    )
    .bind(room.to_string())
    .fetch_all(&mut **tx)
    .await?;
    rows.iter()
        .map(|row| {
            let how: String = row.try_get("correction")?;
            Ok(Correction {
                item: whole(row, "item")?,
                how: serde_json::from_str(&how).map_err(|e| broken("correction", e))?,
            })
        })
        .collect()
}

/// The closed rooms of a sitting.
///
/// # Errors
/// Whatever the database says.
pub async fn closed_rooms(tx: &mut Tx, sitting: SittingId) -> Result<Vec<RoomId>, sqlx::Error> {
    let rows = sqlx::query("select id from room where sitting = $1 and state = 'closed' order by id")
        .bind(sitting.to_string())
        .fetch_all(&mut **tx)
        .await?;
    rows.iter().map(|row| parsed(row, "id")).collect()
}

/// The attempts of a room that have a result.
///
/// # Errors
/// Whatever the database says.
pub async fn marked(tx: &mut Tx, room: RoomId) -> Result<Vec<AttemptId>, sqlx::Error> {
    let rows = sqlx::query(
        "select attempt from result join attempt on attempt.id = result.attempt where room = $1 order by attempt",
    )
    .bind(room.to_string())
    .fetch_all(&mut **tx)
    .await?;
    rows.iter().map(|row| parsed(row, "attempt")).collect()
}

/// Moves the marks of one attempt into the history, so that new ones can be written, or none.
///
/// # Errors
/// Whatever the database says.
pub async fn replace(
    tx: &mut Tx,
    attempt: AttemptId,
    proposal: ProposalId,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    let id = attempt.to_string();
    sqlx::query(
        "insert into mark_history (attempt, computed_at, question, item, awarded, maximum, reason)
         select mark.attempt, computed_at, question, item, awarded, mark.maximum, reason
         from mark join result on result.attempt = mark.attempt where mark.attempt = $1",
    )
    .bind(&id)
    .execute(&mut **tx)
    .await?;
    sqlx::query(
        "insert into result_history (attempt, computed_at, total, maximum, complete, signed, replaced_at, replaced_by)
         select attempt, computed_at, total, maximum, complete, signed, $2, $3 from result where attempt = $1",
    )
    .bind(&id)
    .bind(now.0)
    .bind(proposal.to_string())
    .execute(&mut **tx)
    .await?;
    for text in [
        "delete from mark where attempt = $1",
        "delete from result where attempt = $1",
    ] {
        sqlx::query(text).bind(&id).execute(&mut **tx).await?;
    }
    Ok(())
}

/// When marks of a room were replaced, and by which proposal; oldest first.
///
/// # Errors
/// Whatever the database says.
pub async fn replacements(
    reader: &Reader,
    room: RoomId,
) -> Result<Vec<(Timestamp, ProposalId)>, sqlx::Error> {
    let rows = sqlx::query(
        "select distinct replaced_at, replaced_by from result_history h join attempt a on a.id = h.attempt
         where a.room = $1 order by replaced_at, replaced_by",
    )
    .bind(room.to_string())
    .fetch_all(reader)
    .await?;
    rows.iter()
        .map(|row| {
            Ok((
                Timestamp(row.try_get("replaced_at")?),
                parsed(row, "replaced_by")?,
            ))
        })
        .collect()
}
