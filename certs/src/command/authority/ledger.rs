//! The ledger's file in a CA folder: lines are appended and seen to the disk, never changed.

use anyhow::{Context, Result};
use certs::authority::{Entry, LEDGER};
use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

/// Appends a line and sees it to the disk.
pub(super) fn append(dir: &Path, entry: &Entry) -> Result<()> {
    let path = path(dir);
    let written = OpenOptions::new().create(true).append(true).open(&path);
    written
        .and_then(|mut file| {
            file.write_all(entry.to_line().as_bytes())
                .and_then(|()| file.sync_all())
        })
        .with_context(|| {
            format!(
                "không ghi được sổ {0} / can't write the ledger {0}",
                path.display()
            )
        })
}

/// All lines, oldest first; none when nothing was issued yet.
pub(super) fn read(dir: &Path) -> Result<Vec<Entry>> {
    let path = path(dir);
    let text = match std::fs::read_to_string(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
        text => text.with_context(|| {
            format!(
                "không đọc được sổ {0} / can't read the ledger {0}",
                path.display()
            )
        })?,
    };
    let entry = |(index, line): (usize, &str)| {
        Entry::from_line(line).with_context(|| {
            let (path, line) = (path.display(), index + 1);
            format!("sổ {path} hỏng ở dòng {line} / the ledger {path} is broken in line {line}")
        })
    };
    text.lines().enumerate().map(entry).collect()
}

/// Where the ledger is.
pub(super) fn path(dir: &Path) -> PathBuf {
    dir.join(LEDGER)
}
