//! What the command line does, a file per command, and the two things they share: the clock and writing files. The
//! library knows neither.

pub(crate) mod authority;
pub(crate) mod document;

use anyhow::{Context, Result};
use certs::Time;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

fn now() -> Result<Time> {
    let seconds = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .context("the clock is before 1970; set it")?;
    Ok(Time(i64::try_from(seconds.as_secs())?))
}

fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("can't read {}", path.display()))
}

/// Writes a new file. An existing one is never overwritten: it may be the only copy of a key.
fn write_new(path: &Path, text: &str, secret: bool) -> Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, if secret { 0o600 } else { 0o644 });
    #[cfg(not(unix))]
    let _ = secret;
    let mut file = options.open(path).with_context(|| {
        format!(
            "can't write {} (an existing file is never overwritten: move it away first)",
            path.display()
        )
    })?;
    file.write_all(text.as_bytes())
        .with_context(|| format!("can't write {}", path.display()))
}
