//! What happened to others when a disk was full, failed, or lost its power in mid-exam; each in its short form. The long
//! runs are those of `exam-faults` (docs/reliability.md).
//!
//! Disks that can be filled and cut have to be mounted, which only an administrator may. Where that is not allowed the tests
//! say so and leave it.

use anyhow::{Result, ensure};
use exam_tests::faults::{Fault, Options, Round, hold, may_mount, run};
use std::time::Duration;

/// Runs the rounds of one fault; none where mounting is not allowed.
async fn rounds(fault: Fault, rounds: usize) -> Result<Vec<Round>> {
    if !may_mount() {
        println!("left out, because mounting is not allowed here: {fault}");
        return Ok(vec![]);
    }
    let mut seen = Vec::new();
    let options = Options {
        fault,
        rounds,
        candidates: 48,
        think: Duration::from_millis(250),
        seed: 1,
    };
    run(options, |round| {
        seen.push(round);
        Ok(())
    })
    .await?;
    let lost = seen.iter().map(|round| round.lost).sum();
    ensure!(hold(fault, lost), "{fault}: {lost} lost");
    ensure!(
        seen.len() == rounds && seen.iter().all(|round| round.acknowledged > 0),
        "nobody answered: {seen:?}"
    );
    Ok(seen)
}

/// Abitti, 15 Sep 2025: tens of schools stood still for hours because the disks of their hall servers were full. Here
/// nothing is acknowledged that is not saved, the seats keep it, and all goes on by itself once there is room.
#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_loses_nothing_and_needs_no_restart() -> Result<()> {
    for round in rounds(Fault::DiskFull, 2).await?.iter().step_by(2) {
        ensure!(round.ready_ms.is_none(), "the server was started again");
    }
    Ok(())
}

/// A prototype with `synchronous = normal` lost acknowledged answers in a power cut.
#[tokio::test(flavor = "multi_thread")]
async fn a_power_cut_loses_nothing_that_was_acknowledged() -> Result<()> {
    rounds(Fault::PowerCut, 3).await.map(drop)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_power_cut_is_seen_to_lose_what_was_not_synced() -> Result<()> {
    rounds(Fault::ControlWithoutSync, 2).await.map(drop)
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_acknowledged_once_a_sync_has_failed() -> Result<()> {
    rounds(Fault::WriteError, 2).await.map(drop)
}
