//! PostgreSQL: three pools, so that neither consoles nor readers can take the answers' connections; the sessions' settings;
//! what the owner of the tables does once, and what the server checks before it trusts a database.
//!
//! The server connects as a role that owns no table and may only insert into the record. Acts are serial as on SQLite: each
//! takes one advisory lock, for the audit has one head anyway. Answers do not wait for it; row locks keep them apart from
//! acts on the same attempt and room.

use super::disk::Disk;
use super::{Backend, Db, MIGRATIONS};
use crate::config::Server;
use exam_protocol::time::Timestamp;
use reqwest::Url;
use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AnyPool, Row};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// How a transaction of the answer path begins.
pub const BEGIN: &str = "begin isolation level read committed";

/// How every other writing transaction begins: one at a time, over all nodes.
pub const BEGIN_SERIAL: &str =
    "begin isolation level read committed; select pg_advisory_xact_lock(6073014202137)";

/// What the role of the server may do with the tables.
const PROTECT: &str = include_str!("../../migrations/protect/postgresql.sql");

/// Said on every connection. `synchronous_commit` may not be weaker than this, whatever the role's default is; a standby that
/// has to have applied the commit is not asked for.
const WRITER: &str = "set synchronous_commit = on; set lock_timeout = '10s'; set statement_timeout = '30s';
    set idle_in_transaction_session_timeout = '60s'; set search_path = public, pg_temp; set client_min_messages = warning";

/// Said on connections that read.
const READER: &str = "set default_transaction_read_only = on; set statement_timeout = '15s';
    set idle_in_transaction_session_timeout = '60s'; set search_path = public, pg_temp; set client_min_messages = warning";

/// Said on the connection of the owner: a migration may take its time.
const OWNER: &str =
    "set synchronous_commit = on; set lock_timeout = '30s'; set client_min_messages = warning";

/// The oldest version, as the server numbers it.
const OLDEST: i64 = 150_000;

/// Opens the database as the server: its tables are there already, and its record is protected from it.
pub async fn open(server: &Server) -> Result<Db, sqlx::Error> {
    let options = server.options()?;
    let read = pool(8, READER).connect_with(options.clone()).await?;
    let checked = check(&read).await;
    if let Err(error) = checked {
        read.close().await;
        return Err(error);
    }
    Ok(Db {
        write: pool(4, WRITER).connect_lazy_with(options.clone()),
        answers: pool(2, WRITER).connect_lazy_with(options),
        read,
        backend: Backend::Postgresql,
        disk: Disk::default(),
        server: Some(Arc::new(server.clone())),
    })
}

/// Makes the tables or brings them up to date, as their owner, and says what the server's role may do.
pub async fn prepare(owner: &Server) -> Result<(), sqlx::Error> {
    let pool = pool(1, OWNER).connect_with(owner.options()?).await?;
    let done = async {
        suits(&pool).await?;
        MIGRATIONS.run(&pool).await?;
        sqlx::raw_sql(PROTECT).execute(&pool).await?;
        Ok(())
    }
    .await;
    pool.close().await;
    done
}

fn pool(connections: u32, settings: &'static str) -> AnyPoolOptions {
    AnyPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(Duration::from_secs(10))
        .after_connect(move |connection, _| {
            Box::pin(async move {
                sqlx::raw_sql(settings).execute(connection).await?;
                Ok(())
            })
        })
}

/// Refuses a database that the server can't rely on.
async fn check(pool: &AnyPool) -> Result<(), sqlx::Error> {
    suits(pool).await?;
    let applied: Vec<i64> =
        match sqlx::query_scalar("select version from _sqlx_migrations where success order by version")
            .fetch_all(pool)
            .await
        {
            Ok(applied) => applied,
            Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some(NO_SUCH_TABLE) => Vec::new(),
            Err(error) => return Err(error),
        };
    // More may have been applied than this program knows: nodes are replaced one by one.
    let mut wanted = MIGRATIONS.iter().map(|migration| migration.version);
    if !wanted.all(|version| applied.contains(&version)) {
        return Err(refused(
            "bảng không đúng phiên bản của chương trình; chạy `exam-server database prepare` / \
             the tables are not those of this program's version; run `exam-server database prepare`",
        ));
    }
    let row = sqlx::query(
        "select exists (select 1 from pg_tables where schemaname = 'public'
                 and pg_has_role(tableowner, 'member')) as owner,
             exists (select 1 from pg_tables where schemaname = 'public' and tablename in ('audit', 'erasure')
                 and (has_table_privilege(quote_ident(tablename), 'update, delete, truncate')
                     or has_any_column_privilege(quote_ident(tablename), 'update'))) as may",
    )
    .fetch_one(pool)
    .await?;
    if row.try_get("owner")? || row.try_get("may")? {
        return Err(refused(
            "vai trò của máy chủ được phép sửa sổ nhật ký; dùng vai trò exam_server, không dùng chủ sở hữu bảng / \
             the server's role could change the audit; use the role exam_server, not the owner of the tables",
        ));
    }
    Ok(())
}

/// The time by the database's clock.
pub async fn time(pool: &AnyPool) -> Result<Timestamp, sqlx::Error> {
    let row = sqlx::query("select cast(extract(epoch from clock_timestamp()) * 1000 as bigint) as now")
        .fetch_one(pool)
        .await?;
    Ok(Timestamp(row.try_get("now")?))
}

/// Version and character set.
async fn suits(pool: &AnyPool) -> Result<(), sqlx::Error> {
    let row = sqlx::query(
        "select cast(current_setting('server_version_num') as bigint) as version,
             current_setting('server_encoding') as encoding",
    )
    .fetch_one(pool)
    .await?;
    if row.try_get::<i64, _>("version")? < OLDEST {
        return Err(refused(
            "cần PostgreSQL 15 trở lên / PostgreSQL 15 or newer is needed",
        ));
    }
    if row.try_get::<String, _>("encoding")? != "UTF8" {
        return Err(refused(
            "cơ sở dữ liệu phải dùng UTF8 / the database must use UTF8",
        ));
    }
    Ok(())
}

/// What a server says of itself.
#[derive(Clone, Debug)]
pub struct ServerFacts {
    /// Its version, `15.14`.
    pub version: String,
    /// Whether a commit survives a power cut.
    pub durable: bool,
    /// Whether commits wait for a standby.
    pub standby: bool,
    /// By which rules it sorts.
    pub collation: String,
}

/// What the server says of itself.
pub async fn facts(pool: &AnyPool) -> Result<ServerFacts, sqlx::Error> {
    let row = sqlx::query(
        "select current_setting('server_version') as version,
             current_setting('fsync') = 'on' and current_setting('full_page_writes') = 'on' as durable,
             current_setting('synchronous_standby_names') <> '' as standby,
             cast(datcollate as text) as collation
         from pg_database where datname = current_database()",
    )
    .fetch_one(pool)
    .await?;
    Ok(ServerFacts {
        version: row.try_get("version")?,
        durable: row.try_get("durable")?,
        standby: row.try_get("standby")?,
        collation: row.try_get("collation")?,
    })
}

const NO_SUCH_TABLE: &str = "42P01";

fn refused(reason: &'static str) -> sqlx::Error {
    sqlx::Error::Configuration(reason.into())
}

/// Whether group or world may read a file.
#[cfg(unix)]
fn readable_by_others(path: &Path) -> std::io::Result<bool> {
    use std::os::unix::fs::PermissionsExt;
    Ok(std::fs::metadata(path)?.permissions().mode() & 0o077 != 0)
}

/// Rights of files are no modes here.
#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "the other system's can fail")]
fn readable_by_others(_: &Path) -> std::io::Result<bool> {
    Ok(false)
}

impl Server {
    /// The URL with the password, as the driver takes it. Never shown: it stays in the options.
    fn options(&self) -> Result<AnyConnectOptions, sqlx::Error> {
        sqlx::ConnectOptions::from_url(&self.url_with_password()?)
    }

    /// The same for the driver of PostgreSQL alone.
    pub(super) fn own_options(&self) -> Result<PgConnectOptions, sqlx::Error> {
        sqlx::ConnectOptions::from_url(&self.url_with_password()?)
    }

    fn url_with_password(&self) -> Result<Url, sqlx::Error> {
        let mut url = self.url().clone();
        if let Some(path) = self.password_file() {
            let named = |error: std::io::Error| {
                let reason = format!(
                    "{place}: không đọc được tệp mật khẩu ({error}) / {place}: the password file can't be read ({error})",
                    place = path.display()
                );
                sqlx::Error::Configuration(reason.into())
            };
            let text = std::fs::read_to_string(path).map_err(named)?;
            if readable_by_others(path).map_err(named)? {
                return Err(sqlx::Error::Configuration(
                    format!(
                        "{place}: người khác trên máy đọc được mật khẩu; chạy `chmod 600 {place}` / \
                         {place}: others on this machine can read the password; run `chmod 600 {place}`",
                        place = path.display()
                    )
                    .into(),
                ));
            }
            if url
                .set_password(Some(text.trim_end_matches(['\r', '\n'])))
                .is_err()
            {
                return Err(refused(
                    "URL này không nhận mật khẩu / this URL takes no password",
                ));
            }
        }
        Ok(url)
    }
}
