//! `checkin-agent run`: the service at the door.

use crate::config::Settings;
use crate::desk::DeskThread;
use crate::link::Link;
use crate::stop;
use anyhow::Result;
use std::path::Path;
use tokio::sync::mpsc;

/// Messages that may wait for the line.
const QUEUE: usize = 64;

/// Serves until it is told to stop.
///
/// # Errors
/// Settings, certificate or key cannot be used.
pub async fn run(config: &Path) -> Result<()> {
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
        "trạm kiểm tra thẻ bắt đầu / station started"
    );
    tokio::select! {
        ended = link.run() => ended?,
        asked = stop::requested() => asked?,
    }
    desk.cancel_all();
    tracing::info!("trạm kiểm tra thẻ dừng / station stopped");
    Ok(())
}
