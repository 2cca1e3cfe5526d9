//! SQL of personal data: what is due, its erasure, minutes, and what is held about one person.

use crate::db::column::{parsed, written};
use crate::db::{DbRow, Reader, Tx};
use exam_protocol::bytes::Fixed;
use exam_protocol::citizen::CitizenNumber;
use exam_protocol::id::SittingId;
use exam_protocol::personal_data::{ErasureMinutes, PersonTable};
use exam_protocol::time::Timestamp;
use sqlx::{Column, Row};

/// Sittings that ended before a time and of which no room is at work; all of them, or the one that is named.
///
/// # Errors
/// Whatever the database says.
pub async fn sittings_over(
    tx: &mut Tx,
    before: Timestamp,
    only: Option<SittingId>,
) -> Result<Vec<SittingId>, sqlx::Error> {
    let rows = sqlx::query(
        "select id from sitting where ($2 = '' or id = $2) and starts_at + duration < $1
         and not exists (select 1 from room where room.sitting = sitting.id and state not in ('planned', 'closed'))
         and not exists (select 1 from room where room.sitting = sitting.id and stopped_at >= $1)",
    )
    .bind(before.0)
    .bind(only.map(|id| id.to_string()).unwrap_or_default())
    .fetch_all(&mut **tx)
    .await?;
    rows.iter().map(|row| parsed(row, "id")).collect()
}

/// Erases chip data, roster photos and what was kept for the desk. How many.
///
/// # Errors
/// Whatever the database says.
pub async fn erase_images(tx: &mut Tx, sitting: SittingId) -> Result<u64, sqlx::Error> {
    let mut rows = 0;
    for text in [
        "update checkin set evidence = null where evidence is not null
         and attempt in (select id from attempt where sitting = $1)",
        "delete from photo where attempt in (select id from attempt where sitting = $1)",
        "delete from desk_view where checkin in
         (select c.id from checkin c join attempt a on a.id = c.attempt where a.sitting = $1)",
    ] {
        let done = sqlx::query(text)
            .bind(sitting.to_string())
            .execute(&mut **tx)
            .await?;
        rows += done.rows_affected();
    }
    Ok(rows)
}

/// What stands in place of an erased name.
pub const ERASED: &str = "(đã xóa)";

/// What the numbers of erased candidates begin with: no province has it.
pub const ERASED_NUMBER: &str = "000";

/// Candidates of a sitting who are not erased yet and are in no other sitting that is younger than `before` or at work.
///
/// # Errors
/// Whatever the database says.
pub async fn candidates_due(
    tx: &mut Tx,
    sitting: SittingId,
    before: Timestamp,
) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar(
        "select a.citizen_number from attempt a where a.sitting = $1 and a.citizen_number not like $2
         and not exists (
             select 1 from attempt b join sitting s on s.id = b.sitting
             where b.citizen_number = a.citizen_number and (s.starts_at + s.duration >= $3
                 or exists (select 1 from room r where r.sitting = s.id
                            and (r.state not in ('planned', 'closed') or r.stopped_at >= $3))))",
    )
    .bind(sitting.to_string())
    .bind(format!("{ERASED_NUMBER}%"))
    .bind(before.0)
    .fetch_all(&mut **tx)
    .await
}

/// Puts a number that means nobody in place of a candidate's, and erases the person. Attempts, marks and hand-ins stay.
///
/// # Errors
/// Whatever the database says.
pub async fn erase_candidate(tx: &mut Tx, number: &str, nobody: &str) -> Result<(), sqlx::Error> {
    sqlx::query("insert into candidate (citizen_number, name, birth_date, sex) values ($1, $2, '', '')")
        .bind(nobody)
        .bind(ERASED)
        .execute(&mut **tx)
        .await?;
    for text in [
        "update attempt set citizen_number = $1, roster_name = null, roster_birth_date = null, roster_sex = null,
             roster_class = null, roster_school = null where citizen_number = $2",
        "delete from candidate where $1 <> $2 and citizen_number = $2",
    ] {
        sqlx::query(text)
            .bind(nobody)
            .bind(number)
            .execute(&mut **tx)
            .await?;
    }
    Ok(())
}

/// Erases the reasons of admissions older than `before`. How many.
///
/// # Errors
/// Whatever the database says.
pub async fn erase_admission_reasons(tx: &mut Tx, before: Timestamp) -> Result<u64, sqlx::Error> {
    let done = sqlx::query("update admission set reason = '' where reason <> '' and at < $1")
        .bind(before.0)
        .execute(&mut **tx)
        .await?;
    Ok(done.rows_affected())
}

/// Erases the reasons of voided attempts older than `before`; that they are voided stays. How many.
///
/// # Errors
/// Whatever the database says.
pub async fn erase_void_reasons(tx: &mut Tx, before: Timestamp) -> Result<u64, sqlx::Error> {
    let done = sqlx::query("update attempt_void set reason = '' where reason <> '' and at < $1")
        .bind(before.0)
        .execute(&mut **tx)
        .await?;
    Ok(done.rows_affected())
}

/// The number of the next minutes.
///
/// # Errors
/// Whatever the database says.
pub async fn next_number(tx: &mut Tx) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar("select coalesce(max(number), 0) + 1 from erasure")
        .fetch_one(&mut **tx)
        .await
}

/// Writes minutes.
///
/// # Errors
/// Whatever the database says.
pub async fn put_minutes(tx: &mut Tx, minutes: &ErasureMinutes) -> Result<(), sqlx::Error> {
    let lines = serde_json::to_string(&minutes.lines).map_err(|e| sqlx::Error::Encode(Box::new(e)))?;
    sqlx::query(
        "insert into erasure (number, at, actor, lines, text, text_hash) values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(minutes.number)
    .bind(minutes.at.0)
    .bind(&minutes.actor)
    .bind(lines)
    .bind(&minutes.text)
    .bind(minutes.text_hash.as_slice())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// All minutes, newest first.
///
/// # Errors
/// Whatever the database says.
pub async fn all_minutes(reader: &Reader) -> Result<Vec<ErasureMinutes>, sqlx::Error> {
    let rows =
        sqlx::query("select number, at, actor, lines, text, text_hash from erasure order by number desc")
            .fetch_all(reader)
            .await?;
    rows.iter()
        .map(|row| {
            let lines: String = row.try_get("lines")?;
            Ok(ErasureMinutes {
                number: row.try_get("number")?,
                at: Timestamp(row.try_get("at")?),
                actor: row.try_get("actor")?,
                lines: serde_json::from_str(&lines)
                    .map_err(|e| crate::db::column::broken("erasure.lines", e))?,
                text: row.try_get("text")?,
                text_hash: Fixed(crate::db::column::digest(row, "text_hash")?.0),
            })
        })
        .collect()
}

/// What is held about one person, table by table. Left out: hashes of tickets and of seats' tokens, which say nothing about
/// anybody and are secrets of the house.
const ABOUT: [(&str, &str); 18] = [
    ("candidate", "select * from candidate where citizen_number = $1"),
    ("attempt", "select * from attempt where citizen_number = $1"),
    (
        "photo",
        "select photo.* from photo join attempt a on a.id = photo.attempt where a.citizen_number = $1",
    ),
    (
        "checkin",
        "select checkin.* from checkin join attempt a on a.id = checkin.attempt where a.citizen_number = $1",
    ),
    (
        "desk_view",
        "select v.checkin, v.expires_at from desk_view v join checkin c on c.id = v.checkin
         join attempt a on a.id = c.attempt where a.citizen_number = $1",
    ),
    (
        "admission",
        "select admission.* from admission join attempt a on a.id = admission.attempt where a.citizen_number = $1",
    ),
    (
        "absence",
        "select b.* from absence b join attempt a on a.id = b.attempt where a.citizen_number = $1",
    ),
    (
        "ticket",
        "select t.attempt, t.issued_at, t.expires_at, t.used_at from ticket t join attempt a on a.id = t.attempt
         where a.citizen_number = $1 order by t.issued_at",
    ),
    (
        "seat",
        "select s.attempt, s.epoch, s.public_key, s.certificate, s.claimed_at from seat s
         join attempt a on a.id = s.attempt where a.citizen_number = $1 order by s.epoch",
    ),
    (
        "journal",
        "select journal.* from journal join attempt a on a.id = journal.attempt where a.citizen_number = $1",
    ),
    (
        "hand_in",
        "select hand_in.* from hand_in join attempt a on a.id = hand_in.attempt where a.citizen_number = $1",
    ),
    (
        "attempt_void",
        "select v.* from attempt_void v join attempt a on a.id = v.attempt where a.citizen_number = $1",
    ),
    (
        "reopening",
        "select r.* from reopening r join attempt a on a.id = r.attempt where a.citizen_number = $1",
    ),
    (
        "mark",
        "select mark.* from mark join attempt a on a.id = mark.attempt where a.citizen_number = $1",
    ),
    (
        "result",
        "select result.* from result join attempt a on a.id = result.attempt where a.citizen_number = $1",
    ),
    (
        "mark_history",
        "select m.* from mark_history m join attempt a on a.id = m.attempt where a.citizen_number = $1",
    ),
    (
        "result_history",
        "select r.* from result_history r join attempt a on a.id = r.attempt where a.citizen_number = $1",
    ),
    (
        "audit",
        "select audit.*, r.text as reason from audit left join audit_reason r on r.sequence = audit.sequence
         where audit.object in (select 'attempt:' || id from attempt where citizen_number = $1)
            or audit.object in (select 'checkin:' || c.id from checkin c join attempt a on a.id = c.attempt
                                where a.citizen_number = $1)
            or audit.actor in (select 'seat:' || id from attempt where citizen_number = $1)
         order by audit.sequence",
    ),
];

/// The organisations whose exams a person sits.
///
/// # Errors
/// Whatever the database says.
pub async fn organisations_of(reader: &Reader, number: &CitizenNumber) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar(
        "select distinct e.organisation from attempt a join sitting s on s.id = a.sitting
         join exam e on e.id = s.exam where a.citizen_number = $1",
    )
    .bind(number.as_str())
    .fetch_all(reader)
    .await
}

/// All rows about one person, as they stand; bytes in hexadecimal digits.
///
/// # Errors
/// Whatever the database says.
pub async fn about(reader: &Reader, number: &CitizenNumber) -> Result<Vec<PersonTable>, sqlx::Error> {
    let mut tables = Vec::new();
    for (table, text) in ABOUT {
        let rows = sqlx::query(text).bind(number.as_str()).fetch_all(reader).await?;
        let Some(first) = rows.first() else { continue };
        tables.push(PersonTable {
            table: table.to_owned(),
            columns: first
                .columns()
                .iter()
                .map(|column| column.name().to_owned())
                .collect(),
            rows: rows.iter().map(values).collect::<Result<_, _>>()?,
        });
    }
    Ok(tables)
}

fn values(row: &DbRow) -> Result<Vec<Option<String>>, sqlx::Error> {
    (0..row.columns().len()).map(|at| written(row, at)).collect()
}
