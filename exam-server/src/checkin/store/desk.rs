//! What is kept of a card for the desk to look at, sealed; short-lived.

use crate::checkin::desk::Kept;
use crate::db::{Reader, Tx};
use exam_protocol::id::{AttemptId, CheckinId, RoomId};
use exam_protocol::time::Timestamp;
use sqlx::Row;

/// Keeps it.
///
/// # Errors
/// Whatever the database says.
pub async fn put(tx: &mut Tx, checkin: CheckinId, kept: &Kept) -> Result<(), sqlx::Error> {
    sqlx::query("insert into desk_view (checkin, holder, portrait, expires_at) values ($1, $2, $3, $4)")
        .bind(checkin.to_string())
        .bind(kept.holder.as_deref())
        .bind(kept.portrait.as_deref())
        .bind(kept.expires_at.0)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// The sealed portrait of a check-in of this room, while it is kept.
///
/// # Errors
/// Whatever the database says.
pub async fn portrait(
    reader: &Reader,
    room: RoomId,
    checkin: CheckinId,
    now: Timestamp,
) -> Result<Option<Vec<u8>>, sqlx::Error> {
    let row = sqlx::query(
        "select d.portrait from desk_view d join checkin c on c.id = d.checkin
         where c.id = $1 and c.room = $2 and d.expires_at > $3 and d.portrait is not null",
    )
    .bind(checkin.to_string())
    .bind(room.to_string())
    .bind(now.0)
    .fetch_optional(reader)
    .await?;
    row.map(|row| row.try_get("portrait")).transpose()
}

/// Removes what was kept of all cards read for this attempt.
///
/// # Errors
/// Whatever the database says.
pub async fn remove(tx: &mut Tx, attempt: AttemptId) -> Result<(), sqlx::Error> {
    sqlx::query("delete from desk_view where checkin in (select id from checkin where attempt = $1)")
        .bind(attempt.to_string())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Removes what is too old to be used. How many rows.
///
/// # Errors
/// Whatever the database says.
pub async fn remove_expired(tx: &mut Tx, now: Timestamp) -> Result<u64, sqlx::Error> {
    let done = sqlx::query("delete from desk_view where expires_at <= $1")
        .bind(now.0)
        .execute(&mut **tx)
        .await?;
    Ok(done.rows_affected())
}
