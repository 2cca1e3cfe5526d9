//! Tables of rooms and attempts as the sitting sees them; seats, journal and hand-ins stand in files of their own.

pub mod seat;
pub mod journal;
pub mod hand_in;
pub mod late;

use super::state::{Room, Standing, StoredRoom};
use crate::db::column::{broken, digest, flag, one_row, parsed, whole};
use crate::db::{DbExecutor, DbRow, Tx};
use exam_protocol::bytes::Digest;
use exam_protocol::id::{AttemptId, FormId, RoomId, SittingId};
use exam_protocol::seat::CandidateLabel;
use exam_protocol::time::{Millis, Timestamp};
use sqlx::Row;

fn time(row: &DbRow, column: &str) -> Result<Option<Timestamp>, sqlx::Error> {
    Ok(row.try_get::<Option<i64>, _>(column)?.map(Timestamp))
}

fn room(row: &DbRow, id: &'static str) -> Result<Room, sqlx::Error> {
    let stored = StoredRoom {
        id: parsed(row, id)?,
        sitting: parsed(row, "sitting")?,
        state: row.try_get("state")?,
        running_since: time(row, "running_since")?,
        stopped_at: time(row, "stopped_at")?,
        elapsed: Millis(row.try_get("elapsed")?),
        credit: Millis(row.try_get("room_credit")?),
        version: whole(row, "room_version")?,
    };
    Room::from_stored(&stored).map_err(|e| broken("state", e))
}

/// The room with this id.
///
/// # Errors
/// Whatever the database says, or a row that contradicts itself.
pub async fn load_room(executor: impl DbExecutor<'_>, id: RoomId) -> Result<Option<Room>, sqlx::Error> {
    let row = sqlx::query(
        "select id, sitting, state, running_since, stopped_at, elapsed, credit as room_credit, version as room_version
         from room where id = $1",
    )
    .bind(id.to_string())
    .fetch_optional(executor)
    .await?;
    row.map(|row| room(&row, "id")).transpose()
}

/// Stores a room that was moved by one step since it was loaded in this transaction.
///
/// # Errors
/// Whatever the database says; `RowNotFound` when the stored version is another than the one before.
pub async fn save_room(tx: &mut Tx, room: &Room) -> Result<(), sqlx::Error> {
    let row = room.to_stored();
    let done = sqlx::query(
        "update room set state = $1, running_since = $2, stopped_at = $3, elapsed = $4, credit = $5, version = $6
         where id = $7 and version = $6 - 1",
    )
    .bind(row.state)
    .bind(row.running_since.map(|t| t.0))
    .bind(row.stopped_at.map(|t| t.0))
    .bind(row.elapsed.0)
    .bind(row.credit.0)
    .bind(i64::try_from(row.version).map_err(|e| broken("version", e))?)
    .bind(row.id.to_string())
    .execute(&mut **tx)
    .await?;
    one_row(&done)
}

/// Gives one attempt more time.
///
/// # Errors
/// Whatever the database says; `RowNotFound` when there is no such attempt.
pub async fn add_credit(tx: &mut Tx, attempt: AttemptId, time: Millis) -> Result<(), sqlx::Error> {
    let done = sqlx::query("update attempt set credit = credit + $1, version = version + 1 where id = $2")
        .bind(time.0)
        .bind(attempt.to_string())
        .execute(&mut **tx)
        .await?;
    one_row(&done)
}

/// Stores the time that an attempt has by right.
///
/// # Errors
/// Whatever the database says; `RowNotFound` when there is no such attempt.
pub async fn set_extra(tx: &mut Tx, attempt: AttemptId, extra: Millis) -> Result<(), sqlx::Error> {
    let done = sqlx::query("update attempt set extra = $1, version = version + 1 where id = $2")
        .bind(extra.0)
        .bind(attempt.to_string())
        .execute(&mut **tx)
        .await?;
    one_row(&done)
}

/// The rooms of a sitting, in the order of their names.
///
/// # Errors
/// Whatever the database says, or a row that contradicts itself.
pub async fn rooms_of(executor: impl DbExecutor<'_>, sitting: SittingId) -> Result<Vec<Room>, sqlx::Error> {
    let rows = sqlx::query(
        "select id, sitting, state, running_since, stopped_at, elapsed, credit as room_credit, version as room_version
         from room where sitting = $1 order by name, id",
    )
    .bind(sitting.to_string())
    .fetch_all(executor)
    .await?;
    rows.iter().map(|row| room(row, "id")).collect()
}

/// So long after the start somebody may be let in for the first time, with the attempt's room.
///
/// # Errors
/// Whatever the database says; `RowNotFound` when there is no such attempt.
pub async fn entrance(
    executor: impl DbExecutor<'_>,
    attempt: AttemptId,
) -> Result<(Room, Millis), sqlx::Error> {
    let row = sqlx::query(
        "select room.id, room.sitting, state, running_since, stopped_at, elapsed, room.credit as room_credit,
             room.version as room_version, late_after
         from attempt join room on room.id = attempt.room join sitting on sitting.id = room.sitting
         where attempt.id = $1",
    )
    .bind(attempt.to_string())
    .fetch_one(executor)
    .await?;
    Ok((room(&row, "id")?, Millis(row.try_get("late_after")?)))
}

/// Keeps answers away from an attempt until the transaction ends, so that what is read of its journal stays so. Where writers
/// run alone it changes nothing.
///
/// # Errors
/// Whatever the database says.
pub async fn lock_attempt(tx: &mut Tx, attempt: AttemptId) -> Result<(), sqlx::Error> {
    sqlx::query("update attempt set version = version where id = $1")
        .bind(attempt.to_string())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// An attempt with everything that decides what its seat may do.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// Which attempt.
    pub id: AttemptId,
    /// Room, clock, credits.
    pub standing: Standing,
    /// The live seat's epoch; 0 before the first claim.
    pub epoch: u32,
    /// Number of the journal's last line.
    pub last_sequence: u64,
    /// Its hash, or the genesis hash.
    pub head: Digest,
    /// Bytes of the journal so far.
    pub journal_bytes: u64,
    /// The candidate's form, once a paper was imported.
    pub form: Option<FormId>,
    /// Questions in the paper.
    pub questions: u16,
}

/// The attempt with this id.
///
/// # Errors
/// Whatever the database says, or a row that contradicts itself.
pub async fn load_attempt(
    executor: impl DbExecutor<'_>,
    id: AttemptId,
) -> Result<Option<Attempt>, sqlx::Error> {
    let row = sqlx::query(
        "select attempt.room, room.sitting, state, running_since, stopped_at, elapsed, room.credit as room_credit,
             room.version as room_version, duration, questions, attempt.credit, extra, earliest_hand_in,
             attempt.version, handed_in_at, epoch,
             last_sequence, head, form, reopened_until, journal_bytes,
             exists (select 1 from attempt_void where attempt_void.attempt = attempt.id) as voided
         from attempt join room on room.id = attempt.room join sitting on sitting.id = attempt.sitting
         where attempt.id = $1",
    )
    .bind(id.to_string())
    .fetch_optional(executor)
    .await?;
    row.map(|row| attempt(id, &row)).transpose()
}

fn attempt(id: AttemptId, row: &DbRow) -> Result<Attempt, sqlx::Error> {
    let form: Option<String> = row.try_get("form")?;
    Ok(Attempt {
        id,
        standing: Standing {
            room: room(row, "room")?,
            duration: Millis(row.try_get("duration")?),
            extra: Millis(row.try_get("extra")?),
            earliest_hand_in: whole(row, "earliest_hand_in")?,
            credit: Millis(row.try_get("credit")?),
            version: whole(row, "version")?,
            handed_in: row.try_get::<Option<i64>, _>("handed_in_at")?.is_some(),
            voided: flag(row, "voided")?,
            reopened_until: time(row, "reopened_until")?,
        },
        epoch: whole(row, "epoch")?,
        last_sequence: whole(row, "last_sequence")?,
        head: digest(row, "head")?,
        journal_bytes: whole(row, "journal_bytes")?,
        form: form
            .map(|text| text.parse().map_err(|e| broken("form", e)))
            .transpose()?,
        questions: whole(row, "questions")?,
    })
}

/// How the candidate of an attempt is shown at the seat.
///
/// # Errors
/// Whatever the database says; `RowNotFound` when there is no such attempt.
pub async fn label(executor: impl DbExecutor<'_>, id: AttemptId) -> Result<CandidateLabel, sqlx::Error> {
    let row = sqlx::query(
        "select coalesce(roster_name, candidate.name) as name, candidate_number, room.name as room, seat, exam.title, subject
         from attempt join candidate on candidate.citizen_number = attempt.citizen_number
             join room on room.id = attempt.room join sitting on sitting.id = attempt.sitting
             join exam on exam.id = sitting.exam
         where attempt.id = $1",
    )
    .bind(id.to_string())
    .fetch_one(executor)
    .await?;
    Ok(CandidateLabel {
        name: row.try_get("name")?,
        candidate_number: row.try_get("candidate_number")?,
        room: row.try_get("room")?,
        seat: row.try_get("seat")?,
        exam: row.try_get("title")?,
        subject: row.try_get("subject")?,
    })
}

/// Rooms whose clock runs, each with the longest time that anybody in it has without the room's own credit.
///
/// # Errors
/// Whatever the database says, or a row that contradicts itself.
pub async fn running_rooms(executor: impl DbExecutor<'_>) -> Result<Vec<(Room, Millis)>, sqlx::Error> {
    let rows = sqlx::query(
        "select room.id, room.sitting, state, running_since, stopped_at, elapsed, room.credit as room_credit,
             room.version as room_version,
             duration + coalesce((select max(credit + extra) from attempt where attempt.room = room.id), 0) as longest
         from room join sitting on sitting.id = room.sitting where state = 'running'",
    )
    .fetch_all(executor)
    .await?;
    rows.iter()
        .map(|row| Ok((room(row, "id")?, Millis(row.try_get("longest")?))))
        .collect()
}

/// All attempts of a sitting by candidate number.
///
/// # Errors
/// Whatever the database says.
pub async fn attempts(
    executor: impl DbExecutor<'_>,
    sitting: SittingId,
) -> Result<Vec<AttemptId>, sqlx::Error> {
    let rows = sqlx::query("select id from attempt where sitting = $1 order by candidate_number, id")
        .bind(sitting.to_string())
        .fetch_all(executor)
        .await?;
    rows.iter().map(|row| parsed(row, "id")).collect()
}
