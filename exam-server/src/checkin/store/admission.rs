//! Admissions: insert only. Nothing is written that is not an [`AdmissionRecord`].

use super::{from_json, to_json};
use crate::checkin::admit::{Admissible, AdmissionRecord, NotAdmitted, StoredCheckin};
use crate::checkin::store::roster;
use crate::db::Tx;
use crate::db::column::{broken, flag, parsed};
use exam_protocol::bytes::Fixed;
use exam_protocol::console::RoomState;
use exam_protocol::id::{AttemptId, CheckinId, RoomId};
use exam_protocol::time::Timestamp;
use sqlx::Row;

/// Loads a check-in of this room as the proof that it may let somebody in.
///
/// # Errors
/// The outer error is the database's; the inner one says why nobody is let in. `None`: no such check-in here.
pub async fn admissible(
    tx: &mut Tx,
    room: RoomId,
    checkin: CheckinId,
    now: Timestamp,
) -> Result<Option<Result<Admissible, NotAdmitted>>, sqlx::Error> {
    let row = sqlx::query(
        "select attempt, status, evidence_hash, finished_at,
                exists (select 1 from admission where admission.checkin = checkin.id) as used
         from checkin where id = $1 and room = $2",
    )
    .bind(checkin.to_string())
    .bind(room.to_string())
    .fetch_optional(&mut **tx)
    .await?;
    let Some(row) = row else {
        return Ok(None);
    };
    let evidence: Option<Vec<u8>> = row.try_get("evidence_hash")?;
    let evidence = evidence
        .map(|bytes| Fixed::try_from(bytes.as_slice()))
        .transpose();
    let stored = StoredCheckin {
        checkin,
        attempt: parsed(&row, "attempt")?,
        status: from_json("checkin.status", row.try_get("status")?)?,
        evidence: evidence.map_err(|e| broken("checkin.evidence_hash", e))?,
        finished_at: row.try_get::<Option<i64>, _>("finished_at")?.map(Timestamp),
        used: flag(&row, "used")?,
    };
    Ok(Some(Admissible::from_stored(stored, now)))
}

/// Writes an admission. What was kept of cards for the desk to look at goes.
///
/// # Errors
/// Whatever the database says.
pub async fn put(tx: &mut Tx, record: &AdmissionRecord) -> Result<(), sqlx::Error> {
    let card = record.card();
    sqlx::query(
        "insert into admission (attempt, at, checkin, rule, verdicts, admitted_by, second, reason, evidence_hash)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(record.attempt().to_string())
    .bind(record.at().0)
    .bind(card.map(|c| c.checkin.to_string()))
    .bind(card.map(|c| to_json(&c.rule)).transpose()?)
    .bind(card.map(|c| to_json(&c.verdicts)).transpose()?)
    .bind(record.first().to_string())
    .bind(record.second().map(|s| s.to_string()))
    .bind(record.reason())
    .bind(record.evidence().as_slice())
    .execute(&mut **tx)
    .await?;
    super::desk::remove(tx, record.attempt()).await
}

/// Where an attempt stands when somebody is to be let in or moved.
#[derive(Clone, Debug)]
pub struct AttemptNow {
    /// State of its room.
    pub room_state: RoomState,
    /// Seat label.
    pub seat: String,
    /// Whether the candidate has been let in.
    pub admitted: bool,
    /// Whether the candidate has handed in.
    pub handed_in: bool,
    /// Whether the attempt is out of marking.
    pub voided: bool,
    /// Until when it runs although the room has ended.
    pub reopened_until: Option<Timestamp>,
}

/// The attempt as it stands in this transaction.
///
/// # Errors
/// Whatever the database says.
pub async fn attempt_now(tx: &mut Tx, attempt: AttemptId) -> Result<Option<AttemptNow>, sqlx::Error> {
    let row = sqlx::query(
        "select r.state, a.seat, a.handed_in_at is not null as handed_in, a.reopened_until,
                exists (select 1 from attempt_void where attempt_void.attempt = a.id) as voided,
                exists (select 1 from admission where admission.attempt = a.id) as admitted
         from attempt a join room r on r.id = a.room where a.id = $1",
    )
    .bind(attempt.to_string())
    .fetch_optional(&mut **tx)
    .await?;
    row.map(|row| {
        Ok(AttemptNow {
            room_state: roster::state(row.try_get("state")?)?,
            seat: row.try_get("seat")?,
            admitted: flag(&row, "admitted")?,
            handed_in: flag(&row, "handed_in")?,
            voided: flag(&row, "voided")?,
            reopened_until: row.try_get::<Option<i64>, _>("reopened_until")?.map(Timestamp),
        })
    })
    .transpose()
}
