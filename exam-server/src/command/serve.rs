//! `exam-server serve`.

use crate::clock::Clock;
use crate::config::{Config, Log};
use anyhow::{Context, Result};
use clap::Args;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

/// Run the server.
#[derive(Debug, Args)]
pub struct Serve {
    /// Configuration file
    #[arg(long)]
    config: PathBuf,
}

impl Serve {
    /// Serves until SIGTERM or Ctrl-C.
    ///
    /// # Errors
    /// When the configuration is wrong or the port is taken.
    pub async fn run(self) -> Result<ExitCode> {
        let config = Config::read(&self.config)?;
        start_log(&config.log)?;
        let listener = TcpListener::bind(&config.http.listen)
            .await
            .with_context(|| format!("listen = \"{}\"", config.http.listen))?;
        crate::serve(config, listener, Arc::new(Clock::start()), stop_signal()).await?;
        Ok(ExitCode::SUCCESS)
    }
}

/// These write raw frames and statements at their finest levels, keys and answers among them: never, whatever the filter.
const QUIET: [&str; 4] = [
    "tungstenite=info",
    "tokio_tungstenite=info",
    "hyper=info",
    "sqlx=info",
];

fn start_log(log: &Log) -> Result<()> {
    let mut filter =
        EnvFilter::try_new(&log.filter).with_context(|| format!("log.filter = \"{}\"", log.filter))?;
    for library in QUIET {
        filter = filter.add_directive(library.parse()?);
    }
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        // A file or a journal is read without colours.
        .with_ansi(std::io::stderr().is_terminal())
        // A log that can't be written, on a full disk for instance, must not end the work that it tells of.
        .log_internal_errors(false)
        .with_writer(std::io::stderr);
    let started = if log.json {
        builder.json().try_init()
    } else {
        builder.try_init()
    };
    started.map_err(|error| anyhow::anyhow!("log: {error}"))
}

#[cfg(unix)]
async fn stop_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        tracing::error!("SIGTERM can't be watched");
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}

#[cfg(not(unix))]
async fn stop_signal() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending().await
    }
}
