//! Faults in system calls of the running server, by strace(1): `--inject`.

use anyhow::{Context, Result, ensure};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tokio::time::sleep;

/// System calls of a process that are tampered with; they are themselves again when this is dropped.
#[derive(Debug)]
pub struct Injection {
    strace: Child,
}

impl Injection {
    /// Tampers with the syncs of a process, its threads included: `what` as in strace(1), such as `error=EIO`.
    ///
    /// # Errors
    /// When strace is missing or may not.
    pub async fn into_syncs(process: u32, what: &str) -> Result<Self> {
        let mut strace = Command::new("strace")
            .args(["-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync,fdatasync"])
            .args(["-e", &format!("inject=fsync,fdatasync:{what}")])
            .args(["-p", &process.to_string()])
            .stdout(Stdio::null())
            .spawn()
            .context("strace")?;
        for _ in 0..100 {
            ensure!(strace.try_wait()?.is_none(), "strace may not trace the server");
            if is_traced(process)? {
                return Ok(Self { strace });
            }
            sleep(Duration::from_millis(20)).await;
        }
        strace.kill()?;
        anyhow::bail!("strace did not come to trace the server")
    }
}

impl Drop for Injection {
    fn drop(&mut self) {
        // SIGTERM makes strace let go; a SIGKILL would, too, but leaves stopped threads behind.
        let told = Command::new("kill")
            .args(["-TERM", &self.strace.id().to_string()])
            .status();
        let ended = self.strace.wait();
        if let (Err(error), _) | (_, Err(error)) = (told, ended) {
            eprintln!("strace: {error}");
        }
    }
}

/// Whether all threads of the process are traced.
fn is_traced(process: u32) -> Result<bool> {
    for thread in std::fs::read_dir(format!("/proc/{process}/task"))? {
        let status = std::fs::read_to_string(thread?.path().join("status"))?;
        let tracer = status.lines().find_map(|line| line.strip_prefix("TracerPid:"));
        if tracer.context("TracerPid")?.trim() == "0" {
            return Ok(false);
        }
    }
    Ok(true)
}
