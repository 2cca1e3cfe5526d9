//! What acts of two people write, and the words for what they are about.

use crate::db::column::parsed;
use crate::db::{DbExecutor, Tx};
use exam_protocol::id::{AttemptId, ProposalId, RoomId, SittingId};
use exam_protocol::time::Timestamp;
use sqlx::Row;

use super::Reopening;

/// What an act is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// The sitting.
    pub sitting: SittingId,
    /// The room; none for acts on a whole sitting.
    pub room: Option<RoomId>,
    /// In words.
    pub label: String,
}

/// A room in words; none when there is no such room.
///
/// # Errors
/// Whatever the database says.
pub async fn room(executor: impl DbExecutor<'_>, id: RoomId) -> Result<Option<Object>, sqlx::Error> {
    let row = sqlx::query(
        "select room.sitting, room.name || ' · ' || subject || ' · ' || site.name || ' · ' || title as label
         from room join sitting on sitting.id = room.sitting join exam on exam.id = sitting.exam
             join site on site.id = room.site where room.id = $1",
    )
    .bind(id.to_string())
    .fetch_optional(executor)
    .await?;
    row.map(|row| {
        Ok(Object {
            sitting: parsed(&row, "sitting")?,
            room: Some(id),
            label: row.try_get("label")?,
        })
    })
    .transpose()
}

/// An attempt in words; none when there is no such attempt.
///
/// # Errors
/// Whatever the database says.
pub async fn attempt(executor: impl DbExecutor<'_>, id: AttemptId) -> Result<Option<Object>, sqlx::Error> {
    let row = sqlx::query(
        "select room.sitting, room.id as room, candidate_number || ' · ' || coalesce(roster_name, candidate.name) || ' · ' || seat || ' · '
             || room.name || ' · ' || subject || ' · ' || title as label
         from attempt join candidate on candidate.citizen_number = attempt.citizen_number
             join room on room.id = attempt.room join sitting on sitting.id = room.sitting
             join exam on exam.id = sitting.exam where attempt.id = $1",
    )
    .bind(id.to_string())
    .fetch_optional(executor)
    .await?;
    row.map(|row| {
        Ok(Object {
            sitting: parsed(&row, "sitting")?,
            room: Some(parsed(&row, "room")?),
            label: row.try_get("label")?,
        })
    })
    .transpose()
}

/// A sitting in words; none when there is no such sitting.
///
/// # Errors
/// Whatever the database says.
pub async fn sitting(executor: impl DbExecutor<'_>, id: SittingId) -> Result<Option<Object>, sqlx::Error> {
    let label: Option<String> = sqlx::query_scalar(
        "select subject || ' · ' || title from sitting join exam on exam.id = sitting.exam where sitting.id = $1",
    )
    .bind(id.to_string())
    .fetch_optional(executor)
    .await?;
    Ok(label.map(|label| Object {
        sitting: id,
        room: None,
        label,
    }))
}

/// Takes an attempt out of marking: its seat is fenced off, tickets that nobody has used are void.
///
/// # Errors
/// Whatever the database says; an attempt that is out already violates the key.
pub async fn void(
    tx: &mut Tx,
    attempt: AttemptId,
    (proposal, reason): (ProposalId, &str),
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    let id = attempt.to_string();
    sqlx::query("insert into attempt_void (attempt, proposal, at, reason) values ($1, $2, $3, $4)")
        .bind(&id)
        .bind(proposal.to_string())
        .bind(now.0)
        .bind(reason)
        .execute(&mut **tx)
        .await?;
    fence(tx, &id).await
}

/// Opens an attempt again: hand-ins so far are superseded, the seat so far is fenced off, a new ticket goes on.
///
/// # Errors
/// Whatever the database says.
pub async fn reopen(
    tx: &mut Tx,
    attempt: AttemptId,
    (proposal, time): (ProposalId, Reopening),
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    let id = attempt.to_string();
    sqlx::query(
        "insert into reopening (attempt, epoch, proposal, at) select id, epoch, $2, $3 from attempt where id = $1",
    )
    .bind(&id)
    .bind(proposal.to_string())
    .bind(now.0)
    .execute(&mut **tx)
    .await?;
    let (credit, until) = match time {
        Reopening::Credit(credit) => (Some(credit.0), None),
        Reopening::Until(until) => (None, Some(until.0)),
    };
    sqlx::query(
        "update attempt set handed_in_at = null, credit = coalesce($2, credit), reopened_until = $3 where id = $1",
    )
    .bind(&id)
    .bind(credit)
    .bind(until)
    .execute(&mut **tx)
    .await?;
    fence(tx, &id).await
}

async fn fence(tx: &mut Tx, attempt: &str) -> Result<(), sqlx::Error> {
    sqlx::query("update attempt set epoch = epoch + 1, version = version + 1 where id = $1")
        .bind(attempt)
        .execute(&mut **tx)
        .await?;
    sqlx::query("delete from ticket where attempt = $1 and used_at is null")
        .bind(attempt)
        .execute(&mut **tx)
        .await?;
    Ok(())
}
