//! Absences: when somebody left the room and came back. What was written stays; the return is added once.

use crate::db::column::{flag, parsed};
use crate::db::{DbExecutor, Reader, Tx};
use exam_protocol::absence::{Absence, Recheck, Why};
use exam_protocol::id::{AbsenceId, AttemptId, RoomId, StaffId};
use exam_protocol::time::Timestamp;
use sqlx::Row;
use std::collections::HashMap;

/// The newest absence of each candidate of the room who has ever left it.
///
/// # Errors
/// Whatever the database says.
pub async fn newest(reader: &Reader, room: RoomId) -> Result<HashMap<AttemptId, Absence>, sqlx::Error> {
    let rows = sqlx::query(
        "select b.attempt, b.why, b.left_at, b.back_at, b.recheck from absence b join attempt a on a.id = b.attempt
         where a.room = $1 order by b.left_at",
    )
    .bind(room.to_string())
    .fetch_all(reader)
    .await?;
    let absence = |row: &crate::db::DbRow| {
        let recheck: Option<String> = row.try_get("recheck")?;
        let absence = Absence {
            why: parsed::<Why>(row, "why")?,
            left_at: Timestamp(row.try_get("left_at")?),
            back_at: row.try_get::<Option<i64>, _>("back_at")?.map(Timestamp),
            recheck: match recheck {
                Some(_) => Some(parsed::<Recheck>(row, "recheck")?),
                None => None,
            },
        };
        Ok((parsed(row, "attempt")?, absence))
    };
    rows.iter().map(absence).collect()
}

/// The absence that this candidate has not come back from, and when it began.
///
/// # Errors
/// Whatever the database says.
pub async fn open(
    executor: impl DbExecutor<'_>,
    attempt: AttemptId,
) -> Result<Option<(AbsenceId, Timestamp)>, sqlx::Error> {
    let row = sqlx::query("select id, left_at from absence where attempt = $1 and back_at is null")
        .bind(attempt.to_string())
        .fetch_optional(executor)
        .await?;
    row.map(|row| Ok((parsed(&row, "id")?, Timestamp(row.try_get("left_at")?))))
        .transpose()
}

/// Notes that somebody has left.
///
/// # Errors
/// Whatever the database says.
pub async fn leave(
    tx: &mut Tx,
    (id, attempt): (AbsenceId, AttemptId),
    why: Why,
    (by, at): (StaffId, Timestamp),
) -> Result<(), sqlx::Error> {
    sqlx::query("insert into absence (id, attempt, why, left_at, left_by) values ($1, $2, $3, $4, $5)")
        .bind(id.to_string())
        .bind(attempt.to_string())
        .bind(why.name())
        .bind(at.0)
        .bind(by.to_string())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Notes that somebody is back.
///
/// # Errors
/// Whatever the database says.
pub async fn come_back(
    tx: &mut Tx,
    id: AbsenceId,
    recheck: Recheck,
    (by, at): (StaffId, Timestamp),
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "update absence set back_at = $1, back_by = $2, recheck = $3 where id = $4 and back_at is null",
    )
    .bind(at.0)
    .bind(by.to_string())
    .bind(recheck.name())
    .bind(id.to_string())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// How the candidate was let in again since then: by card, by two officials without one, or not yet.
///
/// # Errors
/// Whatever the database says.
pub async fn checked_since(
    tx: &mut Tx,
    attempt: AttemptId,
    since: Timestamp,
) -> Result<Option<Recheck>, sqlx::Error> {
    let row = sqlx::query(
        "select checkin is not null as by_card from admission where attempt = $1 and at > $2 order by at desc",
    )
    .bind(attempt.to_string())
    .bind(since.0)
    .fetch_optional(&mut **tx)
    .await?;
    row.map(|row| {
        Ok(if flag(&row, "by_card")? {
            Recheck::Card
        } else {
            Recheck::TwoOfficials
        })
    })
    .transpose()
}
