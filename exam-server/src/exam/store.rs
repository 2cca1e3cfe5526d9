//! Tables of exams, sittings, rooms, candidates and attempts.

pub mod roster;
pub mod photo;
pub mod rehearsal;

use crate::db::column::{parsed, whole};
use crate::db::{DbExecutor, Tx};
use crate::staff::rights::roles_with;
use exam_protocol::id::{ExamId, OrganisationId, RoomId, SiteId, SittingId};
use exam_protocol::right::Permission;
use exam_protocol::time::{Millis, Timestamp};
use serde::Serialize;
use sqlx::Row;

/// Stores an exam.
///
/// # Errors
/// Whatever the database says.
pub async fn put_exam(
    tx: &mut Tx,
    (id, organisation): (ExamId, OrganisationId),
    (title, rehearsal): (&str, bool),
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into exam (id, organisation, title, created_at, rehearsal) values ($1, $2, $3, $4, $5)",
    )
    .bind(id.to_string())
    .bind(organisation.to_string())
    .bind(title)
    .bind(now.0)
    .bind(i64::from(rehearsal))
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

/// The site of this name in an exam; made if there is none.
///
/// # Errors
/// Whatever the database says.
pub async fn site(tx: &mut Tx, new: SiteId, exam: ExamId, name: &str) -> Result<SiteId, sqlx::Error> {
    let row = sqlx::query(
        "insert into site (id, exam, name) values ($1, $2, $3)
         on conflict (exam, name) do update set name = excluded.name returning id",
    )
    .bind(new.to_string())
    .bind(exam.to_string())
    .bind(name)
    .fetch_one(&mut **tx)
    .await?;
    parsed(&row, "id")
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
    /// So long after the start somebody may be let in for the first time.
    pub late_after: Millis,
    /// Nobody may hand in before this part of the time has run, in per cent.
    pub earliest_hand_in: u8,
    /// Where its rooms are.
    pub site: SiteId,
    /// Rooms with their names.
    pub rooms: Vec<(RoomId, String)>,
}

/// Stores a sitting with its rooms.
///
/// # Errors
/// Whatever the database says; two rooms of one name violate a key.
pub async fn put_sitting(tx: &mut Tx, sitting: &NewSitting) -> Result<(), sqlx::Error> {
    let text = "insert into sitting (id, exam, subject, starts_at, duration, late_after, earliest_hand_in)
         values ($1, $2, $3, $4, $5, $6, $7)";
    sqlx::query(text)
        .bind(sitting.id.to_string())
        .bind(sitting.exam.to_string())
        .bind(&sitting.subject)
        .bind(sitting.starts_at.0)
        .bind(sitting.duration.0)
        .bind(sitting.late_after.0)
        .bind(i64::from(sitting.earliest_hand_in))
        .execute(&mut **tx)
        .await?;
    for (id, name) in &sitting.rooms {
        sqlx::query("insert into room (id, sitting, site, name, state) values ($1, $2, $3, $4, 'planned')")
            .bind(id.to_string())
            .bind(sitting.id.to_string())
            .bind(sitting.site.to_string())
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
pub async fn rooms(executor: impl DbExecutor<'_>) -> Result<Vec<RoomLine>, sqlx::Error> {
    let rows = sqlx::query(
        "select exam.id as exam, title, sitting.id as sitting, subject, starts_at, duration, questions, room.id as room,
             room.name, state,
             (select count(*) from attempt where attempt.room = room.id) as candidates,
             (select count(form) from attempt where attempt.room = room.id) as forms,
             (select count(distinct staff) from staff_role where $1 like '%,' || role || ',%'
                  and (scope_kind = 'installation' or scope_id in (room.id, room.site, exam.id, exam.organisation))) as staff
         from room join sitting on sitting.id = room.sitting join exam on exam.id = sitting.exam
         order by starts_at, sitting.id, room.name",
    )
    .bind(roles_with(Permission::RunRoom))
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
