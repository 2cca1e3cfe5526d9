//! Knocks at the server's door for check-in desks with a client certificate, by the command `openssl s_client`: a TLS
//! implementation that shares no code with ours. Tells what the server said. Must never judge it.

use anyhow::{Context, Result, bail};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::Command;
use tokio::time::timeout;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// The upgrade that a desk asks for (RFC 6455, section 1.2).
const UPGRADE: &str = "GET /api/station/live HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
                       Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

/// What the server said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// HTTP status; 101 opens the desk's socket.
    Status(u16),
    /// A TLS alert (RFC 8446, section 6) instead of an answer.
    Alert(u8),
}

/// A client certificate with its key and what is shown beside it. PEM files.
#[derive(Clone, Debug)]
pub struct Papers {
    /// Certificates, leaf first.
    pub chain: PathBuf,
    /// The leaf's private key.
    pub key: PathBuf,
}

/// Knocks with these papers, or with none.
///
/// # Errors
/// When `openssl` is missing or says neither status nor alert.
pub async fn knock(server: SocketAddr, exam_ca: &Path, papers: Option<&Papers>) -> Result<Answer> {
    let mut command = Command::new("openssl");
    command
        .args([
            "s_client",
            "-quiet",
            "-ign_eof",
            "-tls1_3",
            "-verify_return_error",
        ])
        // The weakest keys must be judged by the server, not kept back by the client.
        .args(["-cipher", "DEFAULT@SECLEVEL=0", "-servername", "localhost"])
        .args([
            "-verify_hostname",
            "localhost",
            "-connect",
            &server.to_string(),
            "-CAfile",
        ])
        .arg(exam_ca);
    if let Some(papers) = papers {
        command
            .arg("-cert")
            .arg(&papers.chain)
            .arg("-cert_chain")
            .arg(&papers.chain);
        command.arg("-key").arg(&papers.key);
    }
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .context("openssl")?;
    let mut stdin = child.stdin.take().context("standard input")?;
    // An alert may end it before it has read.
    let _sent = stdin.write_all(UPGRADE.as_bytes()).await;
    let mut said = BufReader::new(child.stdout.take().context("standard output")?);
    let mut line = String::new();
    timeout(PATIENCE, said.read_line(&mut line))
        .await
        .context("no answer")??;
    if let Some(status) = line.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)) {
        return Ok(Answer::Status(status.parse()?));
    }
    drop(stdin);
    let mut errors = String::new();
    let mut stderr = child.stderr.take().context("standard error")?;
    timeout(PATIENCE, stderr.read_to_string(&mut errors))
        .await
        .context("openssl does not end")??;
    let alert = errors.split("SSL alert number ").nth(1);
    match alert.and_then(|rest| rest.split_whitespace().next()?.parse().ok()) {
        Some(alert) => Ok(Answer::Alert(alert)),
        None => bail!("openssl: {line}{errors}"),
    }
}
