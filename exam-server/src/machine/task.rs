//! Reads again and again which machines were revoked, by another node or at the terminal, and ends their connections.

use super::store;
use crate::app::App;
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

/// A revocation counts within this time wherever a machine is connected; at once where it is made.
const EVERY: Duration = Duration::from_secs(1);

/// Looks every second; ends with the server.
pub async fn run(app: Arc<App>) {
    loop {
        tokio::time::sleep(EVERY).await;
        if let Err(error) = close_revoked(&app).await {
            tracing::error!(%error, "revoked machines could not be looked up; trying again");
        }
    }
}

/// Ends the connections of machines that were revoked.
///
/// # Errors
/// Whatever the database says.
pub async fn close_revoked(app: &App) -> Result<(), sqlx::Error> {
    let connected = app.machines.all_connected();
    if connected.is_empty() {
        return Ok(());
    }
    let revoked: HashSet<_> = store::revoked_ids(app.db.reader()).await?.into_iter().collect();
    for machine in connected {
        if revoked.contains(&machine) {
            tracing::info!(%machine, "connection of a revoked machine ended");
            app.machines.close(machine);
        }
    }
    Ok(())
}
