//! What the command line does, a file per command, and the two things they share: the clock and writing files. The
//! library knows neither.

pub(crate) mod authority;
pub(crate) mod document;
pub(crate) mod evidence;
mod store;
pub(crate) mod trust;

use anyhow::{Context, Result, bail};
use certs::Time;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

fn now() -> Result<Time> {
    let seconds = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .context("đồng hồ máy trước năm 1970; hãy chỉnh lại / the clock is before 1970; set it")?;
    Ok(Time(i64::try_from(seconds.as_secs())?))
}

/// An instant as `YYYY-MM-DDThh:mm:ssZ`, or as its number of seconds where the calendar ends.
fn instant(time: Time) -> String {
    let date = OffsetDateTime::from_unix_timestamp(time.0).ok();
    let text = date.and_then(|date| date.format(&Rfc3339).ok());
    text.unwrap_or_else(|| time.0.to_string())
}

fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("không đọc được {0} / can't read {0}", path.display()))
}

/// Writes a certificate (`NAME.pem`) and its key (`NAME.key`, for the owner's eyes only) into a folder, both or none.
fn write_pair(dir: &Path, name: &str, certificate: &str, key: &str) -> Result<[PathBuf; 2]> {
    std::fs::create_dir_all(dir).with_context(|| {
        format!(
            "không tạo được thư mục {0} / can't make the folder {0}",
            dir.display()
        )
    })?;
    let paths = ["pem", "key"].map(|ending| dir.join(format!("{name}.{ending}")));
    if let Some(there) = paths.iter().find(|path| path.exists()) {
        bail!(
            "{0} đã có, không ghi đè; chuyển đi trước / {0} is there already and is never overwritten: move it away first",
            there.display()
        );
    }
    write_new(&paths[1], key, true)?;
    write_new(&paths[0], certificate, false)?;
    Ok(paths)
}

/// Writes a new file. An existing one is never overwritten: it may be the only copy of a key.
fn write_new(path: &Path, text: &str, secret: bool) -> Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, if secret { 0o600 } else { 0o644 });
    #[cfg(not(unix))]
    let _ = secret;
    let mut file = options
        .open(path)
        .with_context(|| format!("không ghi được {0} / can't write {0}", path.display()))?;
    file.write_all(text.as_bytes())
        .with_context(|| format!("không ghi được {0} / can't write {0}", path.display()))
}
