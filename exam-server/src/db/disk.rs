//! Whether the disk under a SQLite file has failed since the server started. After a failed sync the operating system may have
//! dropped what it could not write, and a later sync would say nothing of it: so nothing is written, and nothing
//! acknowledged, until somebody has looked and started the server again.

use super::sqlite;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The disk, as it is known to all users of a database.
#[derive(Clone, Debug, Default)]
pub struct Disk {
    failed: Arc<AtomicBool>,
}

impl Disk {
    /// Refuses to write to a disk that has failed.
    pub fn writable(&self) -> Result<(), sqlx::Error> {
        if self.failed.load(Ordering::SeqCst) {
            let why =
                "the disk has failed: nothing is written until it was looked at and the server started again";
            return Err(sqlx::Error::Io(io::Error::other(why)));
        }
        Ok(())
    }

    /// Takes notice of how a commit ended.
    pub fn note<T>(&self, committed: Result<T, sqlx::Error>) -> Result<T, sqlx::Error> {
        if let Err(error) = &committed
            && sqlite::is_disk_failure(error)
            && !self.failed.swap(true, Ordering::SeqCst)
        {
            tracing::error!(%error, "the disk has failed; nothing is written any more");
        }
        committed
    }
}
