//! Writes this process's signs of life; ends with the server.

use super::store;
use crate::app::App;
use crate::db;
use std::sync::Arc;
use std::time::Duration;

/// So often.
const EVERY: Duration = Duration::from_secs(2);

/// Writes a sign of life every two seconds.
pub async fn run(app: Arc<App>) {
    loop {
        tokio::time::sleep(EVERY).await;
        if let Err(error) = db::in_time(sign(&app)).await {
            tracing::warn!(%error, "no sign of life written");
        }
    }
}

async fn sign(app: &App) -> Result<(), sqlx::Error> {
    let mut tx = app.db.write_answers().await?;
    store::seen(&mut tx, &app.node, app.clock.now()).await?;
    tx.commit().await?;
    app.vitals.wrote(app.clock.now());
    Ok(())
}
