//! The journal's table: lines are only ever appended, by the live epoch, without gaps.
//!
//! The batch statements stand in the database's dialect.

use crate::db::column::{digest, one_row, whole};
use crate::db::{DbExecutor, Tx};
use crate::sitting::journal::Line;
use exam_protocol::bytes::{Bytes, Digest};
use exam_protocol::id::AttemptId;
use exam_protocol::time::Timestamp;
use serde::Serialize;
use sqlx::Row;
use std::collections::HashSet;

/// Most bytes of one attempt's journal: an essay of 20 KB that is saved every second for three hours has 216 MB.
pub const MOST_BYTES: u64 = 256 * 1024 * 1024;

/// Lines of one attempt that continue what is stored.
#[derive(Clone, Debug)]
pub struct Append {
    /// Whose.
    pub attempt: AttemptId,
    /// The seat's epoch.
    pub epoch: u32,
    /// The last line that must be stored already.
    pub after: u64,
    /// At least one line, numbered from `after + 1` without gaps.
    pub lines: Vec<Line>,
}

#[derive(Serialize)]
struct Advance {
    attempt: String,
    epoch: u32,
    after: u64,
    last: u64,
    bytes: usize,
    most: u64,
    head: String,
}

#[derive(Serialize)]
struct NewLine<'a> {
    attempt: &'a str,
    epoch: u32,
    sequence: u64,
    question: u16,
    blank: u8,
    entry: String,
    hash: String,
}

/// Appends lines of many attempts (each at most once in `appends`). Says for each whether it was taken: it is not when the
/// epoch is no longer the live one, the stored journal ends elsewhere, a hand-in is there, or the room is closed.
///
/// # Errors
/// Whatever the database says; then nothing may be committed.
pub async fn append_batch(tx: &mut Tx, appends: &[Append], now: Timestamp) -> Result<Vec<bool>, sqlx::Error> {
    let taken = advance(tx, appends).await?;
    let taken: Vec<bool> = appends
        .iter()
        .map(|append| taken.contains(&append.attempt.to_string()))
        .collect();
    let chosen = appends
        .iter()
        .zip(&taken)
        .filter_map(|(append, taken)| taken.then_some(append));
    insert(tx, chosen, now).await?;
    Ok(taken)
}

/// Writes something of no meaning, so that the commit waits for the disk and the standby as a commit of answers does.
///
/// # Errors
/// Whatever the database says; `RowNotFound` when this process is not in the table.
pub async fn barrier(tx: &mut Tx, node: &str, now: Timestamp) -> Result<(), sqlx::Error> {
    let done = sqlx::query("update node set seen_at = $1 where id = $2")
        .bind(now.0)
        .bind(node)
        .execute(&mut **tx)
        .await?;
    one_row(&done)
}

async fn advance(tx: &mut Tx, appends: &[Append]) -> Result<HashSet<String>, sqlx::Error> {
    if appends.is_empty() {
        return Ok(HashSet::new());
    }
    let advances: Vec<Advance> = appends.iter().filter_map(advance_of).collect();
    let batch = json(&advances)?;
    if let Some(share) = tx.dialect().share_rooms {
        sqlx::query(share).bind(&batch).execute(&mut **tx).await?;
    }
    let rows = sqlx::query(tx.dialect().advance)
        .bind(batch)
        .fetch_all(&mut **tx)
        .await?;
    rows.iter().map(|row| row.try_get("id")).collect()
}

fn advance_of(append: &Append) -> Option<Advance> {
    let last = append.lines.last()?;
    Some(Advance {
        attempt: append.attempt.to_string(),
        epoch: append.epoch,
        after: append.after,
        last: last.sequence,
        bytes: append.lines.iter().map(|line| line.bytes.len()).sum(),
        most: MOST_BYTES,
        head: last.hash.to_string(),
    })
}

async fn insert(
    tx: &mut Tx,
    appends: impl Iterator<Item = &Append>,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    let attempts: Vec<(String, &Append)> = appends
        .map(|append| (append.attempt.to_string(), append))
        .collect();
    let lines: Vec<NewLine<'_>> = attempts
        .iter()
        .flat_map(|(attempt, append)| {
            append.lines.iter().map(|line| NewLine {
                attempt,
                epoch: append.epoch,
                sequence: line.sequence,
                question: line.question,
                blank: u8::from(line.blank),
                entry: hex::encode(&line.bytes),
                hash: line.hash.to_string(),
            })
        })
        .collect();
    if lines.is_empty() {
        return Ok(());
    }
    sqlx::query(tx.dialect().insert_lines)
        .bind(json(&lines)?)
        .bind(now.0)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

fn json(value: &impl Serialize) -> Result<String, sqlx::Error> {
    serde_json::to_string(value).map_err(|e| sqlx::Error::Encode(Box::new(e)))
}

/// Newest line of each question, by question.
///
/// # Errors
/// Whatever the database says.
pub async fn newest(executor: impl DbExecutor<'_>, attempt: AttemptId) -> Result<Vec<Bytes>, sqlx::Error> {
    let rows = sqlx::query(
        "select entry from journal where attempt = $1
             and sequence in (select max(sequence) from journal where attempt = $1 group by question)
         order by question",
    )
    .bind(attempt.to_string())
    .fetch_all(executor)
    .await?;
    rows.iter().map(|row| Ok(Bytes(row.try_get("entry")?))).collect()
}

/// All lines, in order.
///
/// # Errors
/// Whatever the database says.
pub async fn lines(executor: impl DbExecutor<'_>, attempt: AttemptId) -> Result<Vec<Bytes>, sqlx::Error> {
    lines_through(executor, attempt, u32::MAX).await
}

/// The lines of an attempt's epochs up to one, in order.
///
/// # Errors
/// Whatever the database says.
pub async fn lines_through(
    executor: impl DbExecutor<'_>,
    attempt: AttemptId,
    epoch: u32,
) -> Result<Vec<Bytes>, sqlx::Error> {
    let rows = sqlx::query("select entry from journal where attempt = $1 and epoch <= $2 order by sequence")
        .bind(attempt.to_string())
        .bind(i64::from(epoch))
        .fetch_all(executor)
        .await?;
    rows.iter().map(|row| Ok(Bytes(row.try_get("entry")?))).collect()
}

/// Numbers and hashes of stored lines from `first` to `last`: to tell a replay from a forgery.
///
/// # Errors
/// Whatever the database says.
pub async fn hashes(
    executor: impl DbExecutor<'_>,
    attempt: AttemptId,
    first: u64,
    last: u64,
) -> Result<Vec<(u64, Digest)>, sqlx::Error> {
    let bound = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let rows =
        sqlx::query("select sequence, hash from journal where attempt = $1 and sequence between $2 and $3 order by sequence")
            .bind(attempt.to_string())
            .bind(bound(first))
            .bind(bound(last))
            .fetch_all(executor)
            .await?;
    rows.iter()
        .map(|row| Ok((whole(row, "sequence")?, digest(row, "hash")?)))
        .collect()
}
