//! The door to the database: opening, migrations, and the two kinds of access.
//!
//! One SQL text serves SQLite and PostgreSQL through sqlx's `Any` driver: parameters are `$1`, columns are `text`, `bigint`
//! and `bytea`, and no statement may use what only one of the two understands. Outside of this folder nothing names a
//! database. Reading goes through a pool of connections that can't write; writing through [`Db::write`] alone.

pub mod column;
mod sqlite;

use sqlx::any::{AnyArguments, AnyRow};
use sqlx::query::Query;
use sqlx::{Any, AnyConnection, AnyPool, Transaction};
use std::ops::{Deref, DerefMut};
use std::path::Path;

pub use sqlx::AnyExecutor as DbExecutor;

/// What a read query runs on.
pub type Reader = AnyPool;

/// A row of a result.
pub type DbRow = AnyRow;

/// A connection: what a transaction's statements run on.
pub type DbConnection = AnyConnection;

/// A statement with its parameters.
pub type DbQuery<'q> = Query<'q, Any, AnyArguments>;

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("./migrations");

/// The database.
#[derive(Clone, Debug)]
pub struct Db {
    write: AnyPool,
    read: AnyPool,
}

impl Db {
    /// Opens the file, makes it if it is not there, and brings its tables up to date.
    ///
    /// # Errors
    /// When the file can't be opened, is no database, or a migration fails.
    pub async fn open(path: &Path) -> Result<Self, sqlx::Error> {
        sqlx::any::install_default_drivers();
        sqlite::open(path).await
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
        Ok(Tx(self.write.begin_with(sqlite::BEGIN).await?))
    }

    /// Finishes what is under way and closes the database.
    pub async fn close(&self) {
        self.read.close().await;
        self.write.close().await;
    }
}

/// A transaction that may write.
#[derive(Debug)]
pub struct Tx(Transaction<'static, Any>);

impl Tx {
    /// Makes everything durable that was done in it.
    ///
    /// # Errors
    /// When the database did not say that it is durable; whether it is, is then unknown.
    pub async fn commit(self) -> Result<(), sqlx::Error> {
        self.0.commit().await
    }
}

impl Deref for Tx {
    type Target = DbConnection;

    fn deref(&self) -> &DbConnection {
        &self.0
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut DbConnection {
        &mut self.0
    }
}
