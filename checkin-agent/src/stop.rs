//! When to stop: Ctrl-C everywhere, SIGTERM where there is one. The only file with code for one kind of system.

/// Waits for the request to stop.
///
/// # Errors
/// The system gives no signals.
pub async fn requested() -> std::io::Result<()> {
    #[cfg(unix)]
    {
        let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
        tokio::select! {
            interrupted = tokio::signal::ctrl_c() => interrupted,
            _ = terminate.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}
