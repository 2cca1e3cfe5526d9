//! Queries of a room for its board and its list. Only reads; each is one statement whatever the number of candidates.

pub mod absence;

use super::action::Facts;
use super::board::{Head, StoredRow};
use crate::db::column::{broken, flag, parsed, whole};
use crate::db::{DbExecutor, DbRow, Reader};
use crate::sitting::state::Room;
use crate::staff::place;
use crate::staff::rights::{Place, roles_with};
use certs::hash::sha256;
use exam_protocol::bytes::Fixed;
use exam_protocol::console::{Admission, ReceiptSlip, RoomSummary};
use exam_protocol::id::{AttemptId, RoomId, StaffId};
use exam_protocol::right::Permission;
use exam_protocol::time::{Millis, Timestamp};
use serde::de::DeserializeOwned;
use sqlx::Row;

fn json<T: DeserializeOwned>(row: &DbRow, column: &'static str) -> Result<Option<T>, sqlx::Error> {
    let text: Option<String> = row.try_get(column)?;
    text.map(|text| serde_json::from_str(&text).map_err(|e| broken(column, e)))
        .transpose()
}

/// The rooms that this member of staff may see with their places, in the order of their start.
///
/// # Errors
/// Whatever the database says.
pub async fn rooms(reader: &Reader, staff: StaffId) -> Result<Vec<(RoomSummary, Place)>, sqlx::Error> {
    let rows = sqlx::query(
        "select room.id, room.id as room, room.site, exam.id as exam, organisation, room.name, exam.title, sitting.subject, sitting.starts_at, '\"' || room.state || '\"' as state,
                (select count(*) from attempt where attempt.room = room.id) as candidates
         from room join sitting on sitting.id = room.sitting join exam on exam.id = sitting.exam
         where exists (select 1 from staff_role where staff = $1 and $2 like '%,' || role || ',%'
             and (scope_kind = 'installation' or scope_id in (room.id, room.site, exam.id, organisation)))
         order by sitting.starts_at, room.name",
    )
    .bind(staff.to_string())
    .bind(roles_with(Permission::SeeRoom))
    .fetch_all(reader)
    .await?;
    rows.iter()
        .map(|row| {
            let summary = RoomSummary {
                id: parsed(row, "id")?,
                name: row.try_get("name")?,
                exam: row.try_get("title")?,
                subject: row.try_get("subject")?,
                starts_at: Timestamp(row.try_get("starts_at")?),
                state: json(row, "state")?.ok_or_else(|| broken("state", "null"))?,
                candidates: whole(row, "candidates")?,
                may: Vec::new(),
            };
            Ok((summary, place::place(row)?))
        })
        .collect()
}

/// What the board shows of the room itself.
///
/// # Errors
/// Whatever the database says; `RowNotFound` when there is no such room.
pub async fn head(executor: impl DbExecutor<'_>, room: RoomId) -> Result<Head, sqlx::Error> {
    let row = sqlx::query(
        "select room.name, exam.title, sitting.subject, sitting.starts_at, sitting.duration, sitting.questions
         from room join sitting on sitting.id = room.sitting join exam on exam.id = sitting.exam where room.id = $1",
    )
    .bind(room.to_string())
    .fetch_one(executor)
    .await?;
    Ok(Head {
        name: row.try_get("name")?,
        exam: row.try_get("title")?,
        subject: row.try_get("subject")?,
        starts_at: Timestamp(row.try_get("starts_at")?),
        duration: Millis(row.try_get("duration")?),
        questions: whole(&row, "questions")?,
    })
}

/// All candidates of the room with their newest admission, progress and mark.
///
/// # Errors
/// Whatever the database says.
pub async fn candidates(reader: &Reader, room: RoomId) -> Result<Vec<StoredRow>, sqlx::Error> {
    let rows = sqlx::query(
        "select a.id, a.candidate_number, coalesce(a.roster_name, p.name) as name, substr(p.citizen_number, 10) as number_tail,
                coalesce(a.roster_birth_date, p.birth_date) as birth_date, a.seat,
                coalesce(f.code, '') as form_code, a.epoch, a.credit, a.extra, a.handed_in_at is not null as handed_in, v.reason as voided, a.reopened_until,
                coalesce(j.answered, 0) as answered, r.total, m.at, m.checkin, m.rule, m.verdicts, m.reason,
                coalesce(first.display_name, m.admitted_by) as by_name,
                coalesce(second.display_name, m.second) as second_name,
                exists (select 1 from photo where photo.attempt = a.id) as photo,
                h.receipt, h.received_at, h.late
         from attempt a join candidate p on p.citizen_number = a.citizen_number
         left join form f on f.id = a.form
         left join attempt_void v on v.attempt = a.id
         left join result r on r.attempt = a.id
         left join hand_in h on h.attempt = a.id and h.epoch = (select max(epoch) from hand_in where attempt = a.id)
         left join admission m on m.attempt = a.id and m.at = (select max(at) from admission where attempt = a.id)
         left join staff first on first.id = m.admitted_by
         left join staff second on second.id = m.second
         left join (
             select attempt, count(case when blank = 0 then 1 end) as answered from (
                 select attempt, blank, row_number() over (partition by attempt, question order by sequence desc) as newest
                 from journal where attempt in (select id from attempt where room = $1)
             ) as line where newest = 1 group by attempt
         ) as j on j.attempt = a.id
         where a.room = $1",
    )
    .bind(room.to_string())
    .fetch_all(reader)
    .await?;
    rows.iter().map(candidate).collect()
}

fn candidate(row: &DbRow) -> Result<StoredRow, sqlx::Error> {
    Ok(StoredRow {
        attempt: parsed(row, "id")?,
        candidate_number: row.try_get("candidate_number")?,
        name: row.try_get("name")?,
        number_tail: row.try_get("number_tail")?,
        birth_date: row.try_get("birth_date")?,
        seat: row.try_get("seat")?,
        form_code: row.try_get("form_code")?,
        admission: admission(row)?,
        answered: whole(row, "answered")?,
        credits: Millis(row.try_get("credit")?),
        extra: Millis(row.try_get("extra")?),
        epoch: whole(row, "epoch")?,
        handed_in: flag(row, "handed_in")?,
        mark: mark(row)?,
        photo: flag(row, "photo")?,
        voided: row.try_get("voided")?,
        receipt: receipt(row)?,
        reopened_until: row.try_get::<Option<i64>, _>("reopened_until")?.map(Timestamp),
    })
}

fn receipt(row: &DbRow) -> Result<Option<ReceiptSlip>, sqlx::Error> {
    let Some(signed) = row.try_get::<Option<Vec<u8>>, _>("receipt")? else {
        return Ok(None);
    };
    Ok(Some(ReceiptSlip {
        code: Fixed(sha256(&signed)),
        received_at: Timestamp(row.try_get("received_at")?),
        late: flag(row, "late")?,
    }))
}

fn mark(row: &DbRow) -> Result<Option<u32>, sqlx::Error> {
    let total: Option<i64> = row.try_get("total")?;
    total
        .map(|total| u32::try_from(total).map_err(|e| broken("total", e)))
        .transpose()
}

fn admission(row: &DbRow) -> Result<Option<Admission>, sqlx::Error> {
    let Some(at) = row.try_get::<Option<i64>, _>("at")? else {
        return Ok(None);
    };
    let checkin: Option<String> = row.try_get("checkin")?;
    Ok(Some(Admission {
        rule: json(row, "rule")?,
        verdicts: json(row, "verdicts")?,
        checkin: checkin
            .map(|id| id.parse().map_err(|e| broken("checkin", e)))
            .transpose()?,
        at: Timestamp(at),
        by: row.try_get("by_name")?,
        second: row.try_get("second_name")?,
        reason: row.try_get("reason")?,
    }))
}

/// What an action on the room depends on; `one` is the attempt that it is about.
///
/// # Errors
/// Whatever the database says.
pub async fn facts(
    executor: impl DbExecutor<'_>,
    room: &Room,
    (head, one): (&Head, Option<AttemptId>),
    now: Timestamp,
) -> Result<Facts, sqlx::Error> {
    let row = sqlx::query(
        "select count(case when form is null and admitted then 1 end) as without_form,
                max(case when handed_in_at is null and admitted then credit + extra end) as longest_credit,
                max(case when id = $2 or ($2 is null and not reopened) then credit end) as given,
                max(case when handed_in_at is null then reopened_until end) as reopened_until
         from (select id, form, handed_in_at, credit, extra, reopened_until,
                   exists (select 1 from admission where admission.attempt = attempt.id) as admitted,
                   exists (select 1 from reopening where reopening.attempt = attempt.id) as reopened
               from attempt where room = $1) as one",
    )
    .bind(room.id.to_string())
    .bind(one.map(|attempt| attempt.to_string()))
    .fetch_one(executor)
    .await?;
    let millis = |column| Ok::<_, sqlx::Error>(row.try_get::<Option<i64>, _>(column)?.map(Millis));
    Ok(Facts {
        without_form: whole(&row, "without_form")?,
        longest_left: millis("longest_credit")?.map_or(Millis(0), |credit| {
            super::board::remaining(room, head.duration, credit, now)
        }),
        starts_at: head.starts_at,
        own_credit: millis("given")?.unwrap_or(Millis(0)),
        reopened_until: row.try_get::<Option<i64>, _>("reopened_until")?.map(Timestamp),
    })
}

/// Whether the attempt belongs to the room.
///
/// # Errors
/// Whatever the database says.
pub async fn has_attempt(
    executor: impl DbExecutor<'_>,
    room: RoomId,
    attempt: AttemptId,
) -> Result<bool, sqlx::Error> {
    let row = sqlx::query("select 1 from attempt where id = $1 and room = $2")
        .bind(attempt.to_string())
        .bind(room.to_string())
        .fetch_optional(executor)
        .await?;
    Ok(row.is_some())
}
