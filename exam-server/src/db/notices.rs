//! Messages of PostgreSQL about what other processes committed, on a connection of their own.

use crate::config::Server;
use sqlx::postgres::{PgListener, PgPoolOptions};
use std::time::Duration;

/// Where changes are told; `migrations/protect/postgresql.sql` names the same.
const CHANNEL: &str = "exam_change";

/// Messages from now on.
#[derive(Debug)]
pub struct Notices(PgListener);

impl Notices {
    pub(super) async fn begin(server: &Server) -> Result<Self, sqlx::Error> {
        let pool = PgPoolOptions::new()
            .max_connections(1)
            .acquire_timeout(Duration::from_secs(10))
            .connect_with(server.own_options()?)
            .await?;
        let mut listener = PgListener::connect_with(&pool).await?;
        listener.ignore_pool_close_event(true);
        listener.listen(CHANNEL).await?;
        Ok(Self(listener))
    }

    /// The next message.
    ///
    /// # Errors
    /// When the connection was lost: messages may be missing.
    pub async fn next(&mut self) -> Result<String, sqlx::Error> {
        match self.0.try_recv().await? {
            Some(notice) => Ok(notice.payload().to_owned()),
            None => Err(sqlx::Error::PoolClosed),
        }
    }
}

/// Whether the database undid a transaction only because of others at the same time: the same again may succeed.
pub fn is_worth_a_retry(error: &sqlx::Error) -> bool {
    let code = error
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code);
    matches!(code.as_deref(), Some("40001" | "40P01"))
}
