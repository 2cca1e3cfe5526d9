//! Where the program writes its log: the screen, or a file where nobody watches one (a service). `RUST_LOG` says how much.
//!
//! Must not be given numbers, names or APDUs; whoever logs sees to that.

use anyhow::{Context, Result};
use std::fs::{self, File, OpenOptions};
use std::path::Path;
use std::sync::Mutex;
use tracing_subscriber::EnvFilter;

/// A log that is longer than this when the program starts, in bytes, is put aside as `.old`; the one before it goes.
const LONG: u64 = 5 * 1024 * 1024;

/// Libraries that write whole messages, and with them card data and one-time codes, into a fine log: never below `info`,
/// whatever `RUST_LOG` asks for.
const WATCHED: [&str; 6] = [
    "tungstenite=info",
    "tokio_tungstenite=info",
    "rustls=info",
    "reqwest=info",
    "hyper=info",
    "hyper_util=info",
];

fn filter() -> Result<EnvFilter> {
    let mut filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    for library in WATCHED {
        filter = filter.add_directive(library.parse()?);
    }
    Ok(filter)
}

/// To this file, or to the error output.
///
/// # Errors
/// The file cannot be written.
pub fn open(file: Option<&Path>) -> Result<()> {
    if let Some(path) = file {
        return to_file(path);
    }
    tracing_subscriber::fmt()
        .with_env_filter(filter()?)
        .with_writer(std::io::stderr)
        .init();
    Ok(())
}

fn to_file(path: &Path) -> Result<()> {
    let file = append(path).with_context(|| {
        format!(
            "không ghi được nhật ký {0} / cannot write the log {0}",
            path.display()
        )
    })?;
    tracing_subscriber::fmt()
        .with_env_filter(filter()?)
        .with_ansi(false)
        .with_writer(Mutex::new(file))
        .init();
    Ok(())
}

fn append(path: &Path) -> std::io::Result<File> {
    if fs::metadata(path).is_ok_and(|log| log.len() > LONG) {
        fs::rename(path, path.with_extension("old"))?;
    }
    OpenOptions::new().create(true).append(true).open(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn a_log_goes_on_and_a_long_one_is_put_aside() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("station.log");
        for _ in 0..2 {
            append(&path).unwrap().write_all(b"line\n").unwrap();
        }
        assert_eq!(fs::read(&path).unwrap(), b"line\nline\n");
        append(&path).unwrap().set_len(LONG + 1).unwrap();
        append(&path).unwrap().write_all(b"new\n").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new\n");
        assert_eq!(
            fs::metadata(folder.path().join("station.old")).unwrap().len(),
            LONG + 1
        );
        assert!(append(folder.path()).is_err());
    }
}
