//! Rehearsals in the database: what makes the proofs of [`crate::exam::rehearsal`].

use super::roster;
use crate::db::Tx;
use crate::db::column::parsed;
use crate::exam::rehearsal::{Invented, Rehearsal};
use exam_protocol::id::SittingId;

/// A sitting whose exam is a rehearsal; none when there is no such sitting, or its exam is a real one.
///
/// # Errors
/// Whatever the database says.
pub async fn rehearsal(tx: &mut Tx, sitting: SittingId) -> Result<Option<Rehearsal>, sqlx::Error> {
    let row = sqlx::query(
        "select 1 from sitting join exam on exam.id = sitting.exam where sitting.id = $1 and exam.rehearsal = 1",
    )
    .bind(sitting.to_string())
    .fetch_optional(&mut **tx)
    .await?;
    if row.is_none() {
        return Ok(None);
    }
    let stored = roster::stored(tx, sitting).await?;
    Ok(stored.map(|stored| Rehearsal::of_stored(sitting, stored.rooms)))
}

/// Its attempts, by candidate number.
///
/// # Errors
/// Whatever the database says.
pub async fn invented(tx: &mut Tx, rehearsal: &Rehearsal) -> Result<Vec<Invented>, sqlx::Error> {
    let rows = sqlx::query("select id, room from attempt where sitting = $1 order by candidate_number")
        .bind(rehearsal.sitting().to_string())
        .fetch_all(&mut **tx)
        .await?;
    rows.iter()
        .map(|row| Ok(Invented::of_stored(parsed(row, "id")?, parsed(row, "room")?)))
        .collect()
}
