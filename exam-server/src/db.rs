//! The door to the database: opening, migrations, and the two kinds of access.
//!
//! Reading goes through a pool of read-only connections; writing through a single connection, one transaction after
//! another, each beginning with `BEGIN IMMEDIATE` so that it can't fail half-way for want of the lock. SQLite runs in WAL
//! mode with `synchronous=FULL`: what is committed survives a power cut.

pub mod column;

use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{Sqlite, Transaction};
use std::path::Path;
use std::time::Duration;

/// A transaction that may write.
pub type Tx = Transaction<'static, Sqlite>;

/// What a read query runs on.
pub type Reader = SqlitePool;

/// The database.
#[derive(Clone, Debug)]
pub struct Db {
    write: SqlitePool,
    read: SqlitePool,
}

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("./migrations");

/// What makes tables of the record insert-only in this database; PostgreSQL has grants for that.
const PROTECT: &str = include_str!("../migrations/protect/sqlite.sql");

impl Db {
    /// Opens the file, makes it if it is not there, and brings its tables up to date.
    ///
    /// # Errors
    /// When the file can't be opened, is no database, or a migration fails.
    pub async fn open(path: &Path) -> Result<Self, sqlx::Error> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            // What was erased is overwritten in the file too.
            .pragma("secure_delete", "on")
            .busy_timeout(Duration::from_secs(10));
        let write = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(Duration::from_secs(30))
            .connect_with(options.clone())
            .await?;
        MIGRATIONS.run(&write).await?;
        sqlx::raw_sql(PROTECT).execute(&write).await?;
        let read = SqlitePoolOptions::new()
            .max_connections(4)
            .connect_with(options.read_only(true))
            .await?;
        Ok(Self { write, read })
    }

    /// For queries that only read.
    pub fn reader(&self) -> &Reader {
        &self.read
    }

    /// Begins a transaction that may write. Dropping it without `commit` undoes everything.
    ///
    /// # Errors
    /// When the database can't be locked or reached.
    pub async fn write(&self) -> Result<Tx, sqlx::Error> {
        self.write.begin_with("BEGIN IMMEDIATE").await
    }

    /// Finishes what is under way and closes the file.
    pub async fn close(&self) {
        self.read.close().await;
        self.write.close().await;
    }
}
