//! Beside the requests: what was kept for desks goes every minute, and once a day (by the configuration) what the retention
//! rules say is due. Begins when the server starts.

use super::erase::{Request, erase};
use crate::app::App;
use crate::audit::chain::Actor;
use crate::checkin;
use exam_protocol::time::{Millis, Timestamp};
use std::sync::Arc;
use std::time::Duration;

const MINUTE: Duration = Duration::from_mins(1);

/// Runs until it is dropped.
pub async fn run(app: Arc<App>) {
    let interval = app.config.personal_data.erase_interval_seconds.max(1);
    let look = MINUTE.min(Duration::from_secs(interval.into()));
    let mut erased_at = Timestamp(i64::MIN / 2);
    loop {
        let now = app.clock.now();
        if let Err(error) = desk(&app, now).await {
            tracing::error!(%error, "what was kept for desks is not erased");
        }
        if app.config.personal_data.erase_daily && now - erased_at >= Millis::seconds(interval.into()) {
            match daily(&app, now).await {
                Ok(()) => erased_at = now,
                Err(error) => tracing::error!(%error, "personal data that is due is not erased"),
            }
        }
        tokio::time::sleep(look).await;
    }
}

async fn desk(app: &App, now: Timestamp) -> Result<(), sqlx::Error> {
    let mut tx = app.db.write().await?;
    checkin::store::desk::remove_expired(&mut tx, now).await?;
    tx.commit().await
}

async fn daily(app: &App, now: Timestamp) -> Result<(), super::erase::NotErased> {
    let mut tx = app.db.write().await?;
    let request = Request {
        rules: &app.config.personal_data,
        due_at: now,
        sitting: None,
        actor: &Actor::server(),
        now,
    };
    if let Some(minutes) = erase(&mut tx, &request).await? {
        tracing::info!(minutes = minutes.number, "personal data erased");
    }
    tx.commit().await?;
    Ok(())
}
