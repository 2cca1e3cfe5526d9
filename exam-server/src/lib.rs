//! The judge and the memory: one binary that keeps rosters, sittings, answers and receipts, and judges every card.
//!
//! The slices stand in the order of an exam day; a later slice may use an earlier one, never the reverse:
//! `audit → staff → machine → exam → checkin → paper → sitting → result → room → node → personal_data`.
//! Within a slice the file name says what it may touch: `route.rs` HTTP and WebSocket, `store.rs` SQL, `task.rs` what runs beside the requests, every other file plain rules.

pub mod clock;
pub mod config;
pub mod db;
pub mod keys;
pub mod app;
pub mod error;
pub mod shell;
pub mod door;
pub mod router;
pub mod words;
pub mod audit;
pub mod staff;
pub mod machine;
pub mod table;
pub mod exam;
pub mod checkin;
pub mod paper;
pub mod sitting;
pub mod result;
pub mod room;
pub mod node;
pub mod personal_data;
pub mod doctor;
pub mod command;
#[cfg(test)]
mod trial;

use anyhow::Result;
use std::future::Future;
use std::sync::Arc;
use tokio::net::TcpListener;

/// Runs the server until `stop` resolves; then finishes what is under way and closes the database.
///
/// # Errors
/// When keys, certificates or the database can't be opened.
pub async fn serve(
    config: config::Config,
    listener: TcpListener,
    clock: Arc<clock::Clock>,
    stop: impl Future<Output = ()>,
) -> Result<()> {
    let tls = shell::tls::server_config(&config.http.certificate, &config.http.key, &config.http.exam_ca)?;
    let app = app::App::start(config, clock).await?;
    tracing::info!(address = %listener.local_addr()?, "serving");
    let erasing = tokio::spawn(personal_data::task::run(app.clone()));
    let feeding = tokio::spawn(audit::task::run(app.clone()));
    let closing = tokio::spawn(sitting::task::closing::run(app.clone()));
    let living = tokio::spawn(node::task::run(app.clone()));
    let watching = tokio::spawn(node::watch::run(app.clone()));
    let revoking = tokio::spawn(machine::task::run(app.clone()));
    let stopped = async {
        stop.await;
        // Seats close their sockets when they see this, and come back to the next process.
        app.stopping.send_replace(true);
    };
    shell::ready::measurements(app.clone()).await?;
    let limits = shell::accept::Limits {
        per_address: app.config.http.connections_per_address,
        metrics: app.metrics.clone(),
    };
    shell::accept::serve(listener, (tls, limits), router::router(app.clone()), stopped).await;
    closing.abort();
    feeding.abort();
    erasing.abort();
    revoking.abort();
    living.abort();
    watching.abort();
    app.writer.flush().await;
    let written = app.writer.written();
    tracing::info!(
        lines = written.lines(),
        commits = written.commits(),
        "journal closed"
    );
    app.db.close().await;
    tracing::info!("stopped");
    Ok(())
}
