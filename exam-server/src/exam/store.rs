//! Tables of exams, sittings, rooms, candidates and attempts.

pub mod roster;

use crate::db::Tx;
use crate::db::column::{parsed, whole};
use exam_protocol::id::{ExamId, RoomId, SittingId};
use exam_protocol::time::{Millis, Timestamp};
use serde::Serialize;
use sqlx::{Row, SqliteExecutor};

/// Stores an exam.
///
/// # Errors
/// Whatever the database says.
pub async fn put_exam(tx: &mut Tx, id: ExamId, title: &str, now: Timestamp) -> Result<(), sqlx::Error> {
    sqlx::query("insert into exam (id, title, created_at) values ($1, $2, $3)")
        .bind(id.to_string())
        .bind(title)
        .bind(now.0)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Whether there is such an exam.
///
/// # Errors
/// Whatever the database says.
pub async fn has_exam(tx: &mut Tx, id: ExamId) -> Result<bool, sqlx::Error> {
    let row = sqlx::query("select 1 from exam where id = $1")
        .bind(id.to_string())
        .fetch_optional(&mut **tx)
        .await?;
    Ok(row.is_some())
}

/// A sitting with its rooms, to be stored.
#[derive(Clone, Debug)]
pub struct NewSitting {
    /// Id.
    pub id: SittingId,
    /// The exam.
    pub exam: ExamId,
    /// Subject.
    pub subject: String,
    /// Planned start.
    pub starts_at: Timestamp,
    /// Time allowed.
    pub duration: Millis,
    /// Rooms with their names.
    pub rooms: Vec<(RoomId, String)>,
}

/// Stores a sitting with its rooms.
///
/// # Errors
/// Whatever the database says; two rooms of one name violate a key.
pub async fn put_sitting(tx: &mut Tx, sitting: &NewSitting) -> Result<(), sqlx::Error> {
    sqlx::query("insert into sitting (id, exam, subject, starts_at, duration) values ($1, $2, $3, $4, $5)")
        .bind(sitting.id.to_string())
        .bind(sitting.exam.to_string())
        .bind(&sitting.subject)
        .bind(sitting.starts_at.0)
        .bind(sitting.duration.0)
        .execute(&mut **tx)
        .await?;
    for (id, name) in &sitting.rooms {
        sqlx::query("insert into room (id, sitting, name, state) values ($1, $2, $3, 'planned')")
            .bind(id.to_string())
            .bind(sitting.id.to_string())
            .bind(name)
            .execute(&mut **tx)
            .await?;
    }
    Ok(())
}

/// A room in the list of sittings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RoomLine {
    /// Exam.
    pub exam: ExamId,
    /// Its title.
    pub title: String,
    /// Sitting.
    pub sitting: SittingId,
    /// Its subject.
    pub subject: String,
    /// Planned start.
    pub starts_at: Timestamp,
    /// Time allowed.
    pub duration: Millis,
    /// Questions in its paper; 0 while there is none.
    pub questions: u32,
    /// Room.
    pub room: RoomId,
    /// Its name.
    pub name: String,
    /// Its state.
    pub state: String,
    /// Candidates in it.
    pub candidates: u32,
    /// Candidates in it who have a form.
    pub forms: u32,
    /// Members of staff who may work in it.
    pub staff: u32,
}

/// All rooms with their sittings and exams, by start.
///
/// # Errors
/// Whatever the database says.
pub async fn rooms(executor: impl SqliteExecutor<'_>) -> Result<Vec<RoomLine>, sqlx::Error> {
    let rows = sqlx::query(
        "select exam.id as exam, title, sitting.id as sitting, subject, starts_at, duration, questions, room.id as room,
             room.name, state,
             (select count(*) from attempt where attempt.room = room.id) as candidates,
             (select count(form) from attempt where attempt.room = room.id) as forms,
             (select count(*) from staff where all_rooms <> 0
                  or exists (select 1 from staff_room where staff_room.staff = staff.id and staff_room.room = room.id)) as staff
         from room join sitting on sitting.id = room.sitting join exam on exam.id = sitting.exam
         order by starts_at, sitting.id, room.name",
    )
    .fetch_all(executor)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(RoomLine {
                exam: parsed(row, "exam")?,
                title: row.try_get("title")?,
                sitting: parsed(row, "sitting")?,
                subject: row.try_get("subject")?,
                starts_at: Timestamp(row.try_get("starts_at")?),
                duration: Millis(row.try_get("duration")?),
                questions: whole(row, "questions")?,
                room: parsed(row, "room")?,
                name: row.try_get("name")?,
                state: row.try_get("state")?,
                candidates: whole(row, "candidates")?,
                forms: whole(row, "forms")?,
                staff: whole(row, "staff")?,
            })
        })
        .collect()
}
