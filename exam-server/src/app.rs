//! What all handlers share.

use crate::clock::{Clock, Randomness};
use crate::config::Config;
use crate::db::Db;
use crate::keys::Keys;
use crate::shell::changes::Changes;
use crate::shell::limit::Limit;
use std::sync::Arc;

/// The running server.
pub struct App {
    /// Settings.
    pub config: Config,
    /// Time.
    pub clock: Arc<Clock>,
    /// Randomness.
    pub random: Randomness,
    /// Keys.
    pub keys: Keys,
    /// Database.
    pub db: Db,
    /// Who watches which room.
    pub changes: Changes,
    /// Tries per login name.
    pub login_limit: Limit,
}

impl App {
    /// Reads keys and opens the database.
    ///
    /// # Errors
    /// Names what is missing or broken.
    pub async fn start(config: Config, clock: Arc<Clock>) -> anyhow::Result<Arc<Self>> {
        let keys = Keys::read(&config)?;
        let db = Db::open(&config.data.database).await?;
        Ok(Arc::new(Self {
            config,
            clock,
            random: Randomness::system(),
            keys,
            db,
            changes: Changes::default(),
            login_limit: Limit::default(),
        }))
    }
}
