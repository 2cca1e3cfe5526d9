//! Lines that were kept without counting, and the decisions by which they count.

use crate::db::column::whole;
use crate::db::{DbExecutor, Tx};
use crate::sitting::journal::Line;
use crate::sitting::late::MOST_LINES;
use exam_protocol::bytes::Bytes;
use exam_protocol::id::{AttemptId, ProposalId};
use exam_protocol::time::Timestamp;
use sqlx::Row;

/// Keeps lines of a seat: as late ones if its epoch is the live one at that moment, else as a side branch. What is kept already
/// stays as it is. Gives how many of these lines are not kept, because the attempt has used up its room.
///
/// # Errors
/// Whatever the database says.
pub async fn keep(
    tx: &mut Tx,
    (attempt, epoch): (AttemptId, u32),
    lines: &[Line],
    now: Timestamp,
) -> Result<usize, sqlx::Error> {
    let id = attempt.to_string();
    let full = sqlx::query("select count(*) as kept from late_line where attempt = $1")
        .bind(&id)
        .fetch_one(&mut **tx)
        .await?;
    let room = usize::try_from(MOST_LINES - full.try_get::<i64, _>("kept")?).unwrap_or(0);
    let number = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
    for line in lines.iter().take(room) {
        sqlx::query(
            "insert into late_line (attempt, epoch, sequence, hash, branch, question, blank, entry, received_at)
             select $1, $2, $3, $4, case when epoch = $2 then 'late' else 'side' end, $5, $6, $7, $8
             from attempt where id = $1 and exists (select 1 from seat where seat.attempt = $1 and seat.epoch = $2)
             on conflict (attempt, epoch, sequence, hash) do nothing",
        )
        .bind(&id)
        .bind(i64::from(epoch))
        .bind(number(line.sequence))
        .bind(line.hash.as_slice())
        .bind(i64::from(line.question))
        .bind(i64::from(line.blank))
        .bind(&line.bytes)
        .bind(now.0)
        .execute(&mut **tx)
        .await?;
    }
    Ok(lines.len().saturating_sub(room))
}

/// A kept line with what was noted of it.
#[derive(Clone, Debug)]
pub struct Kept {
    /// The seat's epoch.
    pub epoch: u32,
    /// `late` or `side`.
    pub branch: String,
    /// When it came.
    pub received_at: Timestamp,
    /// As it came.
    pub entry: Bytes,
}

/// All kept lines of an attempt in the order in which they came.
///
/// # Errors
/// Whatever the database says.
pub async fn all(executor: impl DbExecutor<'_>, attempt: AttemptId) -> Result<Vec<Kept>, sqlx::Error> {
    let rows = sqlx::query(
        "select epoch, branch, received_at, entry from late_line where attempt = $1
         order by received_at, epoch, sequence, hash",
    )
    .bind(attempt.to_string())
    .fetch_all(executor)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(Kept {
                epoch: whole(row, "epoch")?,
                branch: row.try_get("branch")?,
                received_at: Timestamp(row.try_get("received_at")?),
                entry: Bytes(row.try_get("entry")?),
            })
        })
        .collect()
}

/// The late lines of an attempt, in the order in which they came; side branches left out.
///
/// # Errors
/// Whatever the database says.
pub async fn late(executor: impl DbExecutor<'_>, attempt: AttemptId) -> Result<Vec<Bytes>, sqlx::Error> {
    let kept = all(executor, attempt).await?;
    Ok(kept
        .into_iter()
        .filter(|line| line.branch == "late")
        .map(|line| line.entry)
        .collect())
}

/// From now on the late lines of an attempt count, through line `last`.
///
/// # Errors
/// Whatever the database says; a second decision violates the key.
pub async fn decide(
    tx: &mut Tx,
    attempt: AttemptId,
    (proposal, last): (ProposalId, u64),
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query("insert into late_decision (attempt, proposal, at, last) values ($1, $2, $3, $4)")
        .bind(attempt.to_string())
        .bind(proposal.to_string())
        .bind(now.0)
        .bind(i64::try_from(last).unwrap_or(i64::MAX))
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Through which line the late lines of an attempt count; none without a decision.
///
/// # Errors
/// Whatever the database says.
pub async fn decided(executor: impl DbExecutor<'_>, attempt: AttemptId) -> Result<Option<u64>, sqlx::Error> {
    let row = sqlx::query("select last from late_decision where attempt = $1")
        .bind(attempt.to_string())
        .fetch_optional(executor)
        .await?;
    row.map(|row| whole(&row, "last")).transpose()
}
