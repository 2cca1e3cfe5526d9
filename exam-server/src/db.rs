//! The door to the database: opening, migrations, and the kinds of access.
//!
//! One SQL text serves SQLite and PostgreSQL through sqlx's `Any` driver: parameters are `$1`, columns are `text`, `bigint`
//! and `bytea`, and no statement may use what only one of the two understands; `dialect` holds the few that must. Outside of
//! this folder nothing names a database. Reading goes through connections that can't write; writing through [`Db::write`],
//! one transaction at a time, and for answers through [`Db::write_answers`].

pub mod column;
mod dialect;
mod disk;
mod sqlite;
mod postgresql;
mod notices;
mod warned;
pub mod said;

pub use dialect::Dialect;
pub use notices::{Notices, is_worth_a_retry};
pub use postgresql::ServerFacts;
pub use sqlx::AnyExecutor as DbExecutor;

use crate::config::{Database, Server};
use disk::Disk;
use exam_protocol::time::Timestamp;
use sqlx::any::{AnyArguments, AnyRow};
use sqlx::query::Query;
use sqlx::{Any, AnyConnection, AnyPool, Transaction};
use std::io;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

/// What a read query runs on.
pub type Reader = AnyPool;

/// A row of a result.
pub type DbRow = AnyRow;

/// A connection: what a transaction's statements run on.
pub type DbConnection = AnyConnection;

/// A statement with its parameters.
pub type DbQuery<'q> = Query<'q, Any, AnyArguments>;

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("./migrations");

/// How long a commit may take, standby included. Whoever waits for it is told then that its outcome is unknown.
const COMMIT_WAIT: Duration = Duration::from_secs(30);

/// After how long without an answer the database counts as lost; longer than anything that it may take itself.
const LOST_AFTER: Duration = Duration::from_secs(45);

/// The database.
#[derive(Clone, Debug)]
pub struct Db {
    write: AnyPool,
    answers: AnyPool,
    read: AnyPool,
    backend: Backend,
    disk: Disk,
    server: Option<Arc<Server>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Backend {
    Sqlite,
    Postgresql,
}

impl Db {
    /// Opens the database. A file is made if it is not there, and its tables are brought up to date; on a server the owner of
    /// the tables has done that with [`Db::prepare`].
    ///
    /// # Errors
    /// When it can't be opened or reached, is no database of this version, or a migration fails; on a server also when the
    /// role could change the record.
    pub async fn open(at: &Database) -> Result<Self, sqlx::Error> {
        sqlx::any::install_default_drivers();
        match at {
            Database::File(path) => sqlite::open(path).await,
            Database::Server(server) => postgresql::open(server).await,
        }
    }

    /// Makes the tables on a server, or brings them up to date, and says what the server's role may do with them.
    ///
    /// # Errors
    /// When it can't be reached, is too old, or the role does not own the tables.
    pub async fn prepare(owner: &Server) -> Result<(), sqlx::Error> {
        sqlx::any::install_default_drivers();
        postgresql::prepare(owner).await
    }

    /// What a PostgreSQL server says of itself; none for a file.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn server_facts(&self) -> Result<Option<ServerFacts>, sqlx::Error> {
        match self.backend {
            Backend::Sqlite => Ok(None),
            Backend::Postgresql => postgresql::facts(&self.read).await.map(Some),
        }
    }

    /// Whether several processes may serve this database.
    pub fn is_shared(&self) -> bool {
        self.backend == Backend::Postgresql
    }

    /// The time of the database, which all processes share; none for a file.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn time(&self) -> Result<Option<Timestamp>, sqlx::Error> {
        match self.backend {
            Backend::Sqlite => Ok(None),
            Backend::Postgresql => postgresql::time(&self.read).await.map(Some),
        }
    }

    /// What other processes change, from now on.
    ///
    /// # Errors
    /// When the database can't be reached, or is a file.
    pub async fn notices(&self) -> Result<Notices, sqlx::Error> {
        match &self.server {
            Some(server) => Notices::begin(server).await,
            None => Err(sqlx::Error::Configuration("a file tells nothing".into())),
        }
    }

    /// For queries that only read.
    pub fn reader(&self) -> &Reader {
        &self.read
    }

    /// What has to be said differently in this database.
    pub fn dialect(&self) -> &'static Dialect {
        self.backend.dialect()
    }

    /// Begins a transaction that may write, after every other of this kind has ended. Dropping it without `commit` undoes
    /// everything.
    ///
    /// # Errors
    /// When the database can't be locked or reached.
    pub async fn write(&self) -> Result<Tx, sqlx::Error> {
        let begin = match self.backend {
            Backend::Sqlite => sqlite::BEGIN,
            Backend::Postgresql => postgresql::BEGIN_SERIAL,
        };
        self.begin(&self.write, begin).await
    }

    /// Begins a transaction of the answer path. It does not wait for acts on PostgreSQL: what it touches it must lock, and
    /// whatever must not change under it, too.
    ///
    /// # Errors
    /// When the database can't be locked or reached.
    pub async fn write_answers(&self) -> Result<Tx, sqlx::Error> {
        let begin = match self.backend {
            Backend::Sqlite => sqlite::BEGIN,
            Backend::Postgresql => postgresql::BEGIN,
        };
        self.begin(&self.answers, begin).await
    }

    async fn begin(&self, pool: &AnyPool, begin: &'static str) -> Result<Tx, sqlx::Error> {
        self.disk.writable()?;
        Ok(Tx {
            inner: pool.begin_with(begin).await?,
            backend: self.backend,
            disk: self.disk.clone(),
        })
    }

    /// Finishes what is under way and closes the database.
    pub async fn close(&self) {
        self.read.close().await;
        self.answers.close().await;
        self.write.close().await;
    }
}

impl Backend {
    fn dialect(self) -> &'static Dialect {
        match self {
            Self::Sqlite => &dialect::SQLITE,
            Self::Postgresql => &dialect::POSTGRESQL,
        }
    }
}

/// A transaction that may write.
#[derive(Debug)]
pub struct Tx {
    inner: Transaction<'static, Any>,
    backend: Backend,
    disk: Disk,
}

impl Tx {
    /// What has to be said differently in this database.
    pub fn dialect(&self) -> &'static Dialect {
        self.backend.dialect()
    }

    /// Makes everything durable that was done in it.
    ///
    /// # Errors
    /// When the database did not say that it is durable; whether it is, is then unknown.
    pub async fn commit(mut self) -> Result<(), sqlx::Error> {
        if self.backend == Backend::Sqlite {
            return self.disk.note(self.inner.commit().await);
        }
        // After a failed statement COMMIT would undo everything and call that success; this fails then. And no time limit
        // may cancel the wait for the standby, which would leave the commit on one machine.
        sqlx::raw_sql("set local statement_timeout = 0")
            .execute(&mut *self.inner)
            .await?;
        let (committed, warned) = warned::watch(timeout(COMMIT_WAIT, self.inner.commit())).await;
        committed.map_err(|_| unknown("the database does not answer"))??;
        if warned {
            return Err(unknown("the standby has not confirmed the commit"));
        }
        Ok(())
    }
}

/// Waits for work with the database no longer than [`LOST_AFTER`]; what came of it is unknown then. A machine that is gone
/// closes no connection, and TCP alone would wait for many minutes.
///
/// # Errors
/// What the work says, or that there was no answer.
pub async fn in_time<T>(work: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, sqlx::Error> {
    timeout(LOST_AFTER, work)
        .await
        .map_err(|_| unknown("the database does not answer"))?
}

fn unknown(why: &'static str) -> sqlx::Error {
    sqlx::Error::Io(io::Error::new(io::ErrorKind::TimedOut, why))
}

impl Deref for Tx {
    type Target = DbConnection;

    fn deref(&self) -> &DbConnection {
        &self.inner
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut DbConnection {
        &mut self.inner
    }
}

#[cfg(test)]
mod tests;
