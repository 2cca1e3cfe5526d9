//! Tables of sealed forms and wrapped keys.

use super::import::{NewForm, NewPaper};
use super::release::{Finished, Running};
use crate::db::column::{broken, flag, parsed};
use crate::db::{DbExecutor, DbRow, Tx};
use exam_protocol::bytes::Digest;
use exam_protocol::id::{AttemptId, ExamId, FormId, RoomId, SittingId};
use exam_protocol::time::Millis;
use sqlx::Row;

/// The sealed paper of a form, as it is sent.
///
/// # Errors
/// Whatever the database says.
pub async fn sealed_paper(
    executor: impl DbExecutor<'_>,
    form: FormId,
) -> Result<Option<Vec<u8>>, sqlx::Error> {
    sqlx::query_scalar("select sealed_paper from form where id = $1")
        .bind(form.to_string())
        .fetch_optional(executor)
        .await
}

/// The published commitment to a form's key.
///
/// # Errors
/// Whatever the database says.
pub async fn key_commitment(
    executor: impl DbExecutor<'_>,
    form: FormId,
) -> Result<Option<Digest>, sqlx::Error> {
    let bytes: Option<Vec<u8>> = sqlx::query_scalar("select key_commitment from form where id = $1")
        .bind(form.to_string())
        .fetch_optional(executor)
        .await?;
    bytes
        .map(|bytes| Digest::try_from(bytes.as_slice()).map_err(|e| broken("key_commitment", e)))
        .transpose()
}

/// Proof that a room runs and has this form, with the form's wrapped key.
///
/// # Errors
/// Whatever the database says.
pub async fn running(
    executor: impl DbExecutor<'_>,
    room: RoomId,
    form: FormId,
) -> Result<Option<Running>, sqlx::Error> {
    let row = sqlx::query(
        "select form.sitting, wrapped, wrapped_paper_key from room
             join attempt on attempt.room = room.id join form on form.id = attempt.form
             join sitting_key on sitting_key.sitting = form.sitting
         where room.id = $1 and form.id = $2
             and (room.state = 'running' or (room.state = 'ended' and attempt.reopened_until is not null))",
    )
    .bind(room.to_string())
    .bind(form.to_string())
    .fetch_optional(executor)
    .await?;
    row.map(|row| {
        let sitting = parsed(&row, "sitting")?;
        let (sitting_key, paper_key) = (row.try_get("wrapped")?, row.try_get("wrapped_paper_key")?);
        Ok(Running {
            sitting,
            form,
            sitting_key,
            paper_key,
        })
    })
    .transpose()
}

/// Proofs that a room has ended, one for each of its attempts with a form.
///
/// # Errors
/// Whatever the database says.
pub async fn finished(executor: impl DbExecutor<'_>, room: RoomId) -> Result<Vec<Finished>, sqlx::Error> {
    let rows = sqlx::query(
        "select attempt.id as attempt, form.sitting, form.id as form, wrapped, wrapped_answer_key, sealed_answer_key
         from room join attempt on attempt.room = room.id join form on form.id = attempt.form
             join sitting_key on sitting_key.sitting = form.sitting
         where room.id = $1 and room.state in ('ended', 'closed') order by attempt.id",
    )
    .bind(room.to_string())
    .fetch_all(executor)
    .await?;
    rows.iter().map(finished_form).collect()
}

fn finished_form(row: &DbRow) -> Result<Finished, sqlx::Error> {
    Ok(Finished {
        attempt: parsed(row, "attempt")?,
        sitting: parsed(row, "sitting")?,
        form: parsed(row, "form")?,
        sitting_key: row.try_get("wrapped")?,
        answer_key: row.try_get("wrapped_answer_key")?,
        sealed: row.try_get("sealed_answer_key")?,
    })
}

/// What a paper is imported for.
#[derive(Clone, Debug)]
pub struct Target {
    /// The exam.
    pub exam: ExamId,
    /// Its title.
    pub title: String,
    /// Subject of the sitting.
    pub subject: String,
    /// Time allowed.
    pub duration: Millis,
    /// Whether every room is still planned.
    pub unopened: bool,
    /// The attempts, each of which gets a form.
    pub attempts: Vec<AttemptId>,
}

/// The sitting that a paper is imported for; none when there is no such sitting.
///
/// # Errors
/// Whatever the database says.
pub async fn target(tx: &mut Tx, sitting: SittingId) -> Result<Option<Target>, sqlx::Error> {
    let id = sitting.to_string();
    let row = sqlx::query(
        "select exam, title, subject, duration,
             not exists (select 1 from room where sitting = $1 and state <> 'planned') as unopened
         from sitting join exam on exam.id = sitting.exam where sitting.id = $1",
    )
    .bind(&id)
    .fetch_optional(&mut **tx)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let attempts = sqlx::query("select id from attempt where sitting = $1 order by id")
        .bind(&id)
        .fetch_all(&mut **tx)
        .await?;
    Ok(Some(Target {
        exam: parsed(&row, "exam")?,
        title: row.try_get("title")?,
        subject: row.try_get("subject")?,
        duration: Millis(row.try_get("duration")?),
        unopened: flag(&row, "unopened")?,
        attempts: attempts
            .iter()
            .map(|row| parsed(row, "id"))
            .collect::<Result<_, _>>()?,
    }))
}

/// Replaces the sitting's paper, forms and keys.
///
/// # Errors
/// Whatever the database says.
pub async fn replace(tx: &mut Tx, sitting: SittingId, paper: &NewPaper) -> Result<(), sqlx::Error> {
    let id = sitting.to_string();
    sqlx::query("update attempt set form = null where sitting = $1")
        .bind(&id)
        .execute(&mut **tx)
        .await?;
    sqlx::query("delete from form where sitting = $1")
        .bind(&id)
        .execute(&mut **tx)
        .await?;
    sqlx::query(
        "insert into sitting_key (sitting, wrapped) values ($1, $2)
                 on conflict (sitting) do update set wrapped = excluded.wrapped",
    )
    .bind(&id)
    .bind(&paper.wrapped_sitting_key)
    .execute(&mut **tx)
    .await?;
    sqlx::query("update sitting set questions = $1 where id = $2")
        .bind(i64::from(paper.questions))
        .bind(&id)
        .execute(&mut **tx)
        .await?;
    for form in &paper.forms {
        put_form(tx, &id, form).await?;
    }
    Ok(())
}

async fn put_form(tx: &mut Tx, sitting: &str, form: &NewForm) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into form (id, sitting, code, sealed_paper, wrapped_paper_key, sealed_answer_key, wrapped_answer_key,
             key_commitment) values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(form.id.to_string())
    .bind(sitting)
    .bind(&form.code)
    .bind(&form.sealed_paper)
    .bind(&form.wrapped_paper_key)
    .bind(&form.sealed_answer_key)
    .bind(&form.wrapped_answer_key)
    .bind(form.key_commitment.as_slice())
    .execute(&mut **tx)
    .await?;
    sqlx::query("update attempt set form = $1, version = version + 1 where id = $2")
        .bind(form.id.to_string())
        .bind(form.attempt.to_string())
        .execute(&mut **tx)
        .await?;
    Ok(())
}
