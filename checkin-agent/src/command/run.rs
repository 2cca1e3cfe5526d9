//! `checkin-agent run`: the service at the door.

use crate::config::Settings;
use crate::desk::DeskThread;
use crate::link::Link;
use crate::machine::platform::{asked_to_stop, service};
use anyhow::Result;
use core::future::Future;
use std::path::Path;
use tokio::sync::mpsc;

/// Messages that may wait for the line.
const QUEUE: usize = 64;

/// Serves until it is told to stop by a signal.
///
/// # Errors
/// Settings, certificate or key cannot be used.
pub async fn run(config: &Path) -> Result<()> {
    Box::pin(run_until(config, asked_to_stop())).await
}

/// Serves as a service of Windows, until the service manager says stop.
///
/// # Errors
/// Settings cannot be used, or nobody but the service manager may start it so.
pub fn run_as_service(config: &Path) -> Result<()> {
    // Told here, where somebody may be looking, and not only in the service's log.
    Settings::load(config)?;
    let config = config.to_owned();
    service::serve(move |stop| async move {
        let stopped = async {
            let _told_or_gone = stop.await;
            Ok(())
        };
        let outcome = Box::pin(run_until(&config, stopped)).await;
        outcome.inspect_err(|error| tracing::error!("{error:#}")).is_ok()
    })?;
    Ok(())
}

async fn run_until(config: &Path, stop: impl Future<Output = std::io::Result<()>>) -> Result<()> {
    let settings = Settings::load(config)?;
    let (sender, messages) = mpsc::channel(QUEUE);
    let desk = DeskThread::start(settings.reader.clone(), sender);
    let link = Link {
        settings: &settings,
        desk: &desk,
        messages,
    };
    tracing::info!(
        server = settings.server,
        readers = desk.readers().len(),
        "máy bàn đón bắt đầu / station started"
    );
    tokio::select! {
        ended = link.run() => ended?,
        asked = stop => asked?,
    }
    desk.cancel_all();
    tracing::info!("máy bàn đón dừng / station stopped");
    Ok(())
}
