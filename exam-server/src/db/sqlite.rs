//! SQLite in a file: one writing connection, one transaction after another, each beginning with `BEGIN IMMEDIATE` so that it
//! can't fail half-way for want of the lock. WAL with `synchronous=FULL`: what is committed survives a power cut.

use super::disk::Disk;
use super::{Backend, Db, MIGRATIONS};
use sqlx::Connection;
use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::error::DatabaseError;
use std::path::Path;
use std::time::Duration;

/// How a writing transaction begins.
pub const BEGIN: &str = "begin immediate";

/// What makes tables of the record insert-only in this database; PostgreSQL has grants for that.
const PROTECT: &str = include_str!("../../migrations/protect/sqlite.sql");

/// Said on every connection that writes. What was erased is overwritten in the file too.
const WRITER: &str = "pragma busy_timeout = 10000; pragma journal_mode = wal; pragma synchronous = full;
    pragma foreign_keys = on; pragma secure_delete = on";

/// Said on every connection that reads.
const READER: &str = "pragma busy_timeout = 10000; pragma query_only = on";

/// Opens the file, makes it if it is not there, and brings its tables up to date.
pub async fn open(path: &Path) -> Result<Db, sqlx::Error> {
    let write = pool(1, WRITER).connect_with(options(path, "rwc")?).await?;
    MIGRATIONS.run(&write).await?;
    sqlx::raw_sql(PROTECT).execute(&write).await?;
    let read = pool(4, READER).connect_with(options(path, "ro")?).await?;
    Ok(Db {
        answers: write.clone(),
        write,
        read,
        backend: Backend::Sqlite,
        disk: Disk::default(),
        server: None,
    })
}

fn pool(connections: u32, settings: &'static str) -> AnyPoolOptions {
    AnyPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(Duration::from_secs(30))
        .after_connect(move |connection, _| {
            Box::pin(async move {
                sqlx::raw_sql(settings).execute(connection).await?;
                Ok(())
            })
        })
        // On a full disk SQLite undoes a transaction by itself, and the driver, whose own undoing then fails, takes it to be
        // open for ever: no other could begin. The ping waits for that undoing; a new connection takes this one's place.
        .after_release(|connection, _| {
            Box::pin(async move {
                connection.ping().await?;
                Ok(!connection.is_in_transaction())
            })
        })
}

/// Whether a commit failed because the disk could not do what it was told (SQLITE_IOERR, with whatever extension): other than
/// with a full disk, nobody knows what is on it then.
pub fn is_disk_failure(error: &sqlx::Error) -> bool {
    const SQLITE_IOERR: i32 = 10;
    let code = error.as_database_error().and_then(DatabaseError::code);
    code.and_then(|code| code.parse::<i32>().ok())
        .is_some_and(|code| code & 0xff == SQLITE_IOERR)
}

/// The file as a URL, which is how the driver takes it.
fn options(path: &Path, mode: &str) -> Result<AnyConnectOptions, sqlx::Error> {
    let path = std::path::absolute(path)?;
    let Some(path) = path.to_str() else {
        let reason = format!("{}: the path is not UTF-8", path.display());
        return Err(sqlx::Error::Configuration(reason.into()));
    };
    let mut escaped = String::with_capacity(path.len());
    for letter in path.chars() {
        match letter {
            '%' => escaped.push_str("%25"),
            '?' => escaped.push_str("%3F"),
            '#' => escaped.push_str("%23"),
            other => escaped.push(other),
        }
    }
    format!("sqlite:{escaped}?mode={mode}").parse()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_path_may_have_any_letters() {
        sqlx::any::install_default_drivers();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kỳ thi #1 100%25? a.sqlite");
        open(&path).await.unwrap().close().await;
        assert!(path.is_file());
    }

    #[tokio::test]
    async fn what_is_committed_is_synced_and_readers_cannot_write() {
        sqlx::any::install_default_drivers();
        let folder = tempfile::tempdir().unwrap();
        let db = open(&folder.path().join("x.sqlite")).await.unwrap();
        for (pragma, value) in [("synchronous", 2), ("foreign_keys", 1), ("secure_delete", 1)] {
            let text = sqlx::AssertSqlSafe(format!("pragma {pragma}"));
            let mut tx = db.write().await.unwrap();
            let found: i64 = sqlx::query_scalar(text).fetch_one(&mut *tx).await.unwrap();
            assert_eq!(found, value, "{pragma}");
        }
        let journal: String = sqlx::query_scalar("pragma journal_mode")
            .fetch_one(db.reader())
            .await
            .unwrap();
        assert_eq!(journal, "wal");
        let refused = sqlx::query("delete from organisation").execute(db.reader()).await;
        assert!(refused.unwrap_err().to_string().contains("readonly"));
    }
}
