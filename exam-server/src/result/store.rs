//! Tables of marks and results. Written once, when the room is closed.

pub mod history;

use super::count::{StoredEnvelope, Submission};
use super::table::{Line, MarkedQuestion, Row as TableRow};
use super::xlsx::Title;
use crate::db::column::{broken, digest, flag, parsed, whole};
use crate::db::{DbRow, Reader, Tx};
use crate::sitting::late;
use crate::sitting::store::late as late_lines;
use exam_protocol::bytes::{Bytes, PublicKey};
use exam_protocol::id::{AttemptId, RoomId};
use exam_protocol::time::Timestamp;
use question_bank::mark::MarkSheet;
use sqlx::Row;
use std::collections::HashMap;

/// What the server holds of everybody who was let into the room.
///
/// # Errors
/// Whatever the database says.
pub async fn submissions(tx: &mut Tx, room: RoomId) -> Result<Vec<Submission>, sqlx::Error> {
    let rows = sqlx::query(
        "select a.id, h.envelope, h.late, s.public_key
         from attempt a left join hand_in h on h.attempt = a.id and not exists (select 1 from reopening
             where reopening.attempt = h.attempt and reopening.epoch >= h.epoch)
         left join seat s on s.attempt = h.attempt and s.epoch = h.epoch
         where a.room = $1 and exists (select 1 from admission where admission.attempt = a.id)
             and not exists (select 1 from attempt_void where attempt_void.attempt = a.id) order by a.id",
    )
    .bind(room.to_string())
    .fetch_all(&mut **tx)
    .await?;
    let mut journals = newest_lines(tx, room).await?;
    overlay_late(tx, room, &mut journals).await?;
    rows.iter()
        .map(|row| {
            let attempt = parsed(row, "id")?;
            let newest = journals.remove(&attempt).unwrap_or_default();
            Ok(Submission {
                attempt,
                hand_in: envelope(row)?,
                newest,
            })
        })
        .collect()
}

fn envelope(row: &DbRow) -> Result<Option<StoredEnvelope>, sqlx::Error> {
    let (Some(envelope), Some(key)) = (
        row.try_get::<Option<Vec<u8>>, _>("envelope")?,
        row.try_get::<Option<Vec<u8>>, _>("public_key")?,
    ) else {
        return Ok(None);
    };
    let seat_key = PublicKey::try_from(key.as_slice()).map_err(|e| broken("public_key", e))?;
    Ok(Some(StoredEnvelope {
        envelope,
        seat_key,
        late: flag(row, "late")?,
    }))
}

/// Adds late lines where two people decided that they count.
async fn overlay_late(
    tx: &mut Tx,
    room: RoomId,
    journals: &mut HashMap<AttemptId, Vec<Bytes>>,
) -> Result<(), sqlx::Error> {
    let rows = sqlx::query(
        "select id, last_sequence, head, last from attempt join late_decision on late_decision.attempt = attempt.id
         where room = $1",
    )
    .bind(room.to_string())
    .fetch_all(&mut **tx)
    .await?;
    for row in &rows {
        let attempt = parsed(row, "id")?;
        let through: u64 = whole(row, "last")?;
        let kept = late_lines::late(&mut **tx, attempt).await?;
        let mut chain = late::continuing(&kept, whole(row, "last_sequence")?, digest(row, "head")?);
        chain.retain(|(entry, _)| entry.sequence <= through);
        let newest = journals.remove(&attempt).unwrap_or_default();
        let newest = late::overlaid(newest, &chain).map_err(|e| broken("entry", e))?;
        journals.insert(attempt, newest);
    }
    Ok(())
}

async fn newest_lines(tx: &mut Tx, room: RoomId) -> Result<HashMap<AttemptId, Vec<Bytes>>, sqlx::Error> {
    let rows = sqlx::query(
        "select attempt, entry from (
             select attempt, question, entry,
                    row_number() over (partition by attempt, question order by sequence desc) as newest
             from journal where attempt in (select id from attempt where room = $1)
         ) as line where newest = 1 order by attempt, question",
    )
    .bind(room.to_string())
    .fetch_all(&mut **tx)
    .await?;
    let mut journals: HashMap<AttemptId, Vec<Bytes>> = HashMap::new();
    for row in &rows {
        journals
            .entry(parsed(row, "attempt")?)
            .or_default()
            .push(Bytes(row.try_get("entry")?));
    }
    Ok(journals)
}

/// Writes the marks of one attempt.
///
/// # Errors
/// Whatever the database says; marks that are there already violate the key.
pub async fn put(
    tx: &mut Tx,
    attempt: AttemptId,
    sheet: &MarkSheet,
    signed: bool,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    for line in &sheet.lines {
        let reason = serde_json::to_string(&line.reason).map_err(|e| sqlx::Error::Encode(Box::new(e)))?;
        sqlx::query(
            "insert into mark (attempt, question, item, awarded, maximum, reason) values ($1, $2, $3, $4, $5, $6)",
        )
        .bind(attempt.to_string())
        .bind(i64::from(line.question))
        .bind(i64::from(line.item))
        .bind(line.awarded.map(i64::from))
        .bind(i64::from(line.maximum))
        .bind(reason)
        .execute(&mut **tx)
        .await?;
    }
    sqlx::query(
        "insert into result (attempt, total, maximum, complete, signed, computed_at) values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(attempt.to_string())
    .bind(i64::from(sheet.total))
    .bind(i64::from(sheet.maximum))
    .bind(i64::from(sheet.pending == 0))
    .bind(i64::from(signed))
    .bind(now.0)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// After every change there will ever be: the list as it stands.
pub const NOW: Timestamp = Timestamp(i64::MAX);

/// The mark list of a room as it stood right before a time, one row for each candidate on the roster.
///
/// # Errors
/// Whatever the database says.
pub async fn rows(reader: &Reader, room: RoomId, before: Timestamp) -> Result<Vec<TableRow>, sqlx::Error> {
    let rows = sqlx::query(
        "select a.candidate_number, p.citizen_number, coalesce(a.roster_name, p.name) as name,
                coalesce(a.roster_birth_date, p.birth_date) as birth_date,
                coalesce(a.roster_class, p.class) as class, a.seat, coalesce(f.code, '') as code,
                a.handed_in_at, v.reason as voided, h.late, r.total, r.maximum, r.complete, r.signed, a.credit,
                exists (select 1 from admission where admission.attempt = a.id) as present,
                exists (select 1 from admission where admission.attempt = a.id and checkin is null) as without_card
         from attempt a join candidate p on p.citizen_number = a.citizen_number
         left join form f on f.id = a.form left join hand_in h on h.attempt = a.id and not exists (select 1 from reopening
             where reopening.attempt = h.attempt and reopening.epoch >= h.epoch)
         left join attempt_void v on v.attempt = a.id and v.at < $2
         left join (select attempt, total, maximum, complete, signed, computed_at, 9223372036854775807 as replaced_at
                    from result
                    union all select attempt, total, maximum, complete, signed, computed_at, replaced_at
                    from result_history) r
             on r.attempt = a.id and r.computed_at < $2 and r.replaced_at >= $2
         where a.room = $1 order by a.candidate_number, a.id",
    )
    .bind(room.to_string())
    .bind(before.0)
    .fetch_all(reader)
    .await?;
    rows.iter().map(table_row).collect()
}

fn table_row(row: &DbRow) -> Result<TableRow, sqlx::Error> {
    let total: Option<i64> = row.try_get("total")?;
    let mark = total
        .map(|total| {
            Ok::<_, sqlx::Error>(super::table::Mark {
                total: u32::try_from(total).map_err(|e| broken("total", e))?,
                maximum: whole(row, "maximum")?,
                complete: flag(row, "complete")?,
                signed: flag(row, "signed")?,
            })
        })
        .transpose()?;
    Ok(TableRow {
        candidate_number: row.try_get("candidate_number")?,
        citizen_number: row.try_get("citizen_number")?,
        name: row.try_get("name")?,
        birth_date: row.try_get("birth_date")?,
        class: row.try_get("class")?,
        seat: row.try_get("seat")?,
        form_code: row.try_get("code")?,
        handed_in_at: row.try_get::<Option<i64>, _>("handed_in_at")?.map(Timestamp),
        late: flag(row, "late")?,
        present: flag(row, "present")?,
        without_card: flag(row, "without_card")?,
        mark,
        voided: row.try_get("voided")?,
    })
}

/// What stands above the list.
///
/// # Errors
/// Whatever the database says; `RowNotFound` when there is no such room.
pub async fn title(reader: &Reader, room: RoomId) -> Result<Title, sqlx::Error> {
    let row = sqlx::query(
        "select exam.title, sitting.subject, room.name from room join sitting on sitting.id = room.sitting
         join exam on exam.id = sitting.exam where room.id = $1",
    )
    .bind(room.to_string())
    .fetch_one(reader)
    .await?;
    Ok(Title {
        exam: row.try_get("title")?,
        subject: row.try_get("subject")?,
        room: row.try_get("name")?,
    })
}

/// The mark of every question of every candidate of a room, as they stood right before a time.
///
/// # Errors
/// Whatever the database says.
pub async fn lines(reader: &Reader, room: RoomId, before: Timestamp) -> Result<Vec<Line>, sqlx::Error> {
    let rows = sqlx::query(
        "select a.candidate_number, coalesce(a.roster_name, p.name) as name, coalesce(f.code, '') as code, m.question, m.item, m.awarded, m.maximum, m.reason
         from (select one.attempt, question, item, awarded, one.maximum, reason, computed_at,
                      9223372036854775807 as replaced_at
               from mark one join result r on r.attempt = one.attempt
               union all select old.attempt, question, item, awarded, old.maximum, reason, old.computed_at, replaced_at
               from mark_history old
               join result_history h on h.attempt = old.attempt and h.computed_at = old.computed_at) m
         join attempt a on a.id = m.attempt join candidate p on p.citizen_number = a.citizen_number
         left join form f on f.id = a.form
         where a.room = $1 and m.computed_at < $2 and m.replaced_at >= $2 order by a.candidate_number, m.question",
    )
    .bind(room.to_string())
    .bind(before.0)
    .fetch_all(reader)
    .await?;
    rows.iter()
        .map(|row| {
            let reason: String = row.try_get("reason")?;
            let awarded: Option<i64> = row.try_get("awarded")?;
            Ok(Line {
                candidate_number: row.try_get("candidate_number")?,
                name: row.try_get("name")?,
                form_code: row.try_get("code")?,
                marked: MarkedQuestion {
                    question: whole(row, "question")?,
                    item: whole(row, "item")?,
                    awarded: awarded
                        .map(|a| u32::try_from(a).map_err(|e| broken("awarded", e)))
                        .transpose()?,
                    maximum: whole(row, "maximum")?,
                    reason: serde_json::from_str(&reason).map_err(|e| broken("reason", e))?,
                },
            })
        })
        .collect()
}
