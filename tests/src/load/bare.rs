//! The measure to compare with: the same lines in a table of the same shape, inserted in batches by nothing but SQLite.

use super::account::Seen;
use super::measure::{count, rounded};
use anyhow::Result;
use certs::hash::sha256;
use serde::Serialize;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, SqliteConnection};
use std::path::PathBuf;
use std::time::Instant;

/// What SQLite alone takes.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Bare {
    /// Lines inserted.
    pub lines: usize,
    /// Lines of one transaction, which is one sync.
    pub lines_of_a_commit: usize,
    /// Lines by second.
    pub lines_per_second: f64,
}

/// Inserts `lines`, so many with each commit, into a new file in `folder`.
pub async fn measure(folder: PathBuf, lines: &[Seen], of_a_commit: usize) -> Result<Bare> {
    let mut file = SqliteConnectOptions::new()
        .filename(folder.join("bare.sqlite"))
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .connect()
        .await?;
    sqlx::raw_sql(
        "create table journal (attempt text not null, epoch bigint not null, sequence bigint not null,
             question bigint not null, blank bigint not null, entry bytea not null, hash bytea not null,
             received_at bigint not null, primary key (attempt, sequence))",
    )
    .execute(&mut file)
    .await?;
    let began = Instant::now();
    for batch in lines.chunks(of_a_commit) {
        insert(&mut file, batch).await?;
    }
    let seconds = began.elapsed().as_secs_f64();
    file.close().await?;
    Ok(Bare {
        lines: lines.len(),
        lines_of_a_commit: of_a_commit,
        lines_per_second: rounded(f64::from(count(lines.len())) / seconds),
    })
}

async fn insert(file: &mut SqliteConnection, batch: &[Seen]) -> Result<()> {
    let mut tx = file.begin().await?;
    for line in batch {
        sqlx::query(
            "insert into journal (attempt, epoch, sequence, question, blank, entry, hash, received_at)
             values ($1, 1, $2, 1, 0, $3, $4, 0)",
        )
        .bind(line.attempt.to_string())
        .bind(i64::try_from(line.sequence)?)
        .bind(&line.bytes)
        .bind(sha256(&line.bytes).as_slice())
        .execute(&mut *tx)
        .await?;
    }
    Ok(tx.commit().await?)
}
