//! The control: SQLite alone under `synchronous = normal`, cut in the same way. It must lose commits, or the method could not
//! see a loss at all.

use super::disk_image::{DiskImage, run};
use super::{Fault, Options, Round};
use anyhow::{Context, Result};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, SqliteConnection};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::sleep;

/// Cuts `rounds` times.
pub async fn rounds(options: Options, mut note: impl FnMut(Round) -> Result<()>) -> Result<()> {
    let disk = DiskImage::lay()?;
    let file = disk.path().join("bare.sqlite");
    let connection = open(&file).await?;
    // On the disk before the first cut, table and all.
    run(&mut Command::new("sync"))?;
    let committed = Arc::new(AtomicUsize::new(0));
    let (stop, stopped) = watch::channel(false);
    let writing = tokio::spawn(write(connection, committed.clone(), stopped));
    let mut before = 0;
    for _ in 0..options.rounds {
        sleep(Duration::from_secs(1)).await;
        let known = committed.load(Ordering::SeqCst);
        let after = disk.cut_power()?;
        let copy = after.path().join("bare.sqlite");
        let found: usize = run(Command::new("sqlite3").arg(copy).arg("select count(*) from line"))?
            .trim()
            .parse()?;
        note(Round {
            fault: Fault::ControlNormal,
            candidates: options.candidates,
            acknowledged: known - before,
            lost: known.saturating_sub(found),
            ready_ms: None,
        })?;
        before = known;
    }
    stop.send_replace(true);
    // The file must be closed before the disk goes.
    writing.await.context("the writer")?
}

async fn open(file: &Path) -> Result<SqliteConnection> {
    let mut connection = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Normal)
        .connect()
        .await?;
    sqlx::raw_sql("create table line (number integer primary key, entry blob not null)")
        .execute(&mut connection)
        .await?;
    Ok(connection)
}

async fn write(
    mut connection: SqliteConnection,
    committed: Arc<AtomicUsize>,
    stopped: watch::Receiver<bool>,
) -> Result<()> {
    while !*stopped.borrow() {
        sqlx::query("insert into line (entry) values (randomblob(150))")
            .execute(&mut connection)
            .await?;
        committed.fetch_add(1, Ordering::SeqCst);
    }
    Ok(connection.close().await?)
}
