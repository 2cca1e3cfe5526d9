//! The power is cut while everybody answers; what the disk holds after the reboot must have every acknowledged answer.
//!
//! The server itself lives on: the cut is a copy of its disk at one instant. So a run can cut many times.

use super::answering::Answering;
use super::disk_image::{AfterPowerCut, DiskImage, run};
use super::{Fault, Options, Round};
use crate::dice::Dice;
use crate::hall::Hall;
use crate::load::{LoadHall, Seen, lost, read_journal};
use anyhow::{Context, Result, ensure};
use std::path::Path;
use std::process::Command;
use std::time::Duration;
use tokio::time::sleep;

/// Cuts `rounds` times.
pub async fn rounds(options: Options, mut note: impl FnMut(Round) -> Result<()>) -> Result<()> {
    let disk = DiskImage::lay()?;
    let mut hall = Hall::make_in(disk.path())?;
    if options.fault == Fault::ControlWithoutSync {
        hall.set_environment("LD_PRELOAD", &library_without_sync()?);
    }
    let mut hall = LoadHall::open_in(hall, options.candidates).await?;
    let answering = Answering::begin(&hall, options).await?;
    let mut dice = Dice::new(options.seed, "power");
    let mut before = 0;
    for _ in 0..options.rounds {
        answering.in_full_swing().await?;
        sleep(Duration::from_millis(u64::from(dice.below(1_000)))).await;
        // First what the candidates hold, then the cut: what is acknowledged in between is not asked for.
        let receipts = answering.receipts().all();
        let after = disk.cut_power()?;
        note(Round {
            fault: options.fault,
            candidates: options.candidates,
            acknowledged: receipts.len() - before,
            lost: lost_after(&after, &hall, &receipts)?,
            ready_ms: None,
        })?;
        before = receipts.len();
    }
    answering.end().await?;
    hall.stop().await
}

/// How many acknowledged lines the disk does not have after the reboot, as `exam-server export journal` reads it.
pub fn lost_after(after: &AfterPowerCut, hall: &LoadHall, receipts: &[Seen]) -> Result<usize> {
    let (program, arguments) = hall.export_command()?;
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match after.run(&program, &arguments) {
        Ok(said) => {
            ensure!(
                is_whole(after, hall)?,
                "the database is damaged after the power cut"
            );
            Ok(lost(receipts, &read_journal(&said)?))
        }
        // A database that can't even be opened has lost everything.
        Err(error) => {
            eprintln!("{error:#}");
            Ok(receipts.len())
        }
    }
}

fn is_whole(after: &AfterPowerCut, hall: &LoadHall) -> Result<bool> {
    let database = hall.database_file();
    let database = database.to_str().context("a path that is text")?;
    let said = after.run(Path::new("sqlite3"), &[database, "pragma integrity_check"])?;
    Ok(said.trim() == "ok")
}

fn library_without_sync() -> Result<String> {
    let files = run(Command::new("dpkg").args(["-L", "libeatmydata1"]))?;
    let library = files.lines().find(|line| line.ends_with("libeatmydata.so"));
    Ok(library.context("libeatmydata1 is not installed")?.to_owned())
}
