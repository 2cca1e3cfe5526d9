//! The disk is full in the middle of everybody's answering. When there is room again, all goes on without a restart.

use super::answering::Answering;
use super::disk_image::run;
use super::{Fault, Options, Round};
use crate::hall::Hall;
use crate::load::{LoadHall, lost};
use anyhow::{Context, Result, ensure};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::time::sleep;

/// How long the disk stays full.
const FULL: Duration = Duration::from_secs(3);

/// Fills the disk `rounds` times; every other time the server is killed while it is full.
pub async fn rounds(options: Options, mut note: impl FnMut(Round) -> Result<()>) -> Result<()> {
    let disk = SmallDisk::lay()?;
    let hall = Hall::make_in(&disk.path)?;
    let mut hall = LoadHall::open_in(hall, options.candidates).await?;
    let answering = Answering::begin(&hall, options).await?;
    let mut before = 0;
    for round in 0..options.rounds {
        answering.in_full_swing().await?;
        let filler = disk.fill()?;
        sleep(FULL).await;
        let killed = round % 2 == 1;
        if killed {
            hall.hall().kill()?;
        }
        let receipts = answering.receipts().all();
        std::fs::remove_file(&filler)?;
        let began = Instant::now();
        if killed {
            hall.hall().start().await?;
        }
        let ready = began.elapsed();
        note(Round {
            fault: Fault::DiskFull,
            candidates: options.candidates,
            acknowledged: receipts.len() - before,
            lost: lost(&receipts, &hall.exported_journal()?),
            ready_ms: killed.then(|| u64::try_from(ready.as_millis()).unwrap_or(u64::MAX)),
        })?;
        before = receipts.len();
    }
    let receipts = answering.end().await?.all();
    ensure!(
        lost(&receipts, &hall.exported_journal()?) == 0,
        "answers were lost at the end"
    );
    hall.stop().await
}

/// A file system of 64 MB in memory.
struct SmallDisk {
    path: PathBuf,
    _folder: TempDir,
}

impl SmallDisk {
    fn lay() -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("exam-small-").tempdir()?;
        let path = folder.path().join("disk");
        std::fs::create_dir(&path)?;
        run(Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=64m", "tmpfs"])
            .arg(&path))?;
        Ok(Self {
            path,
            _folder: folder,
        })
    }

    /// Takes all the room that is left.
    fn fill(&self) -> Result<PathBuf> {
        let path = self.path.join("filler");
        write_until_full(&path).with_context(|| format!("{}", path.display()))?;
        Ok(path)
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        if let Err(error) = run(Command::new("umount").arg(&self.path)) {
            eprintln!("{error:#}");
        }
    }
}

fn write_until_full(path: &Path) -> Result<()> {
    let mut file = std::fs::File::create(path)?;
    for size in [1 << 20, 4096] {
        loop {
            match file.write_all(&vec![0; size]) {
                Ok(()) => {}
                Err(error) if error.kind() == ErrorKind::StorageFull => break,
                Err(error) => return Err(error.into()),
            }
        }
    }
    Ok(())
}
