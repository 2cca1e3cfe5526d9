//! The disk fails, or is slow, in the middle of everybody's answering; then the power is cut.
//!
//! After a failed sync nobody knows what is on the disk (the operating system may have dropped the pages it could not write),
//! so a server that acknowledges anything after it is caught by the cut.

use super::answering::Answering;
use super::disk_image::DiskImage;
use super::injection::Injection;
use super::power_cut::lost_after;
use super::{Fault, Options, Round};
use crate::dice::Dice;
use crate::hall::Hall;
use crate::load::LoadHall;
use anyhow::{Result, ensure};
use std::time::{Duration, Instant};
use tokio::time::sleep;

/// What the server's log says when a sync has failed.
const FAILED: &str = "the disk has failed; nothing is written any more";

/// How long the disk stays broken before the power is cut.
const BROKEN: Duration = Duration::from_secs(2);

/// How long the disk is sound again while the server, which can't know what is on it, must stay silent.
const MENDED: Duration = Duration::from_millis(500);

/// Breaks the disk `rounds` times.
pub async fn rounds(options: Options, mut note: impl FnMut(Round) -> Result<()>) -> Result<()> {
    let disk = DiskImage::lay()?;
    let hall = Hall::make_in(disk.path())?;
    let mut hall = LoadHall::open_in(hall, options.candidates).await?;
    let answering = Answering::begin(&hall, options).await?;
    let mut dice = Dice::new(options.seed, "disk");
    let (mut before, mut failures) = (0, 0);
    for _ in 0..options.rounds {
        answering.in_full_swing().await?;
        let broken = Injection::into_syncs(hall.server_id()?, &fault(options.fault, &mut dice)).await?;
        sleep(BROKEN).await;
        if options.fault == Fault::WriteError {
            hall.hall().wait_for_log(FAILED, failures).await?;
            failures += 1;
        }
        let receipts = answering.receipts().all();
        let after = disk.cut_power()?;
        let lost = lost_after(&after, &hall, &receipts)?;
        drop((after, broken));
        if options.fault == Fault::WriteError {
            sleep(MENDED).await;
            let now = answering.receipts().count();
            ensure!(
                now == receipts.len(),
                "{} answers were acknowledged after a failed sync",
                now - receipts.len()
            );
        }
        // It may have stopped by itself already, as it should where syncs fail.
        hall.hall().end_if_running()?;
        let began = Instant::now();
        hall.hall().start().await?;
        note(Round {
            fault: options.fault,
            candidates: options.candidates,
            acknowledged: receipts.len() - before,
            lost,
            ready_ms: u64::try_from(began.elapsed().as_millis()).ok(),
        })?;
        before = receipts.len();
    }
    answering.end().await?;
    hall.stop().await
}

fn fault(fault: Fault, dice: &mut Dice) -> String {
    match fault {
        Fault::SlowSync => "delay_enter=200000".to_owned(),
        _ => format!("error=EIO:when={}+", 1 + dice.below(100)),
    }
}
