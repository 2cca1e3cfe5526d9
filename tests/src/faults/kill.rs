//! The server is killed in the middle of everybody's answering, started again, and called to account.

use super::answering::Answering;
use super::{Fault, Options, Round};
use crate::dice::Dice;
use crate::load::{LoadHall, lost};
use anyhow::{Result, ensure};
use std::time::{Duration, Instant};
use tokio::time::sleep;

/// Rounds of one sitting; then a new one begins, so that an account stays short.
const OF_A_SITTING: usize = 25;

/// Kills `rounds` times.
pub async fn rounds(options: Options, mut note: impl FnMut(Round) -> Result<()>) -> Result<()> {
    let mut left = options.rounds;
    let mut sitting = 0;
    while left > 0 {
        let rounds = left.min(OF_A_SITTING);
        let seed = options.seed + sitting;
        one_sitting(
            Options {
                rounds,
                seed,
                ..options
            },
            &mut note,
        )
        .await?;
        left -= rounds;
        sitting += 1;
    }
    Ok(())
}

async fn one_sitting(options: Options, note: &mut impl FnMut(Round) -> Result<()>) -> Result<()> {
    let mut hall = LoadHall::open_in(crate::hall::Hall::make()?, options.candidates).await?;
    let answering = Answering::begin(&hall, options).await?;
    let mut dice = Dice::new(options.seed, "kill");
    let mut before = 0;
    for _ in 0..options.rounds {
        answering.in_full_swing().await?;
        sleep(Duration::from_millis(u64::from(dice.below(1_000)))).await;
        hall.hall().kill()?;
        // What stands in a candidate's hands now was acknowledged by the server that is dead.
        let receipts = answering.receipts().all();
        let began = Instant::now();
        hall.hall().start().await?;
        let ready = began.elapsed();
        note(Round {
            fault: Fault::Kill,
            candidates: options.candidates,
            acknowledged: receipts.len() - before,
            lost: lost(&receipts, &hall.exported_journal()?),
            ready_ms: u64::try_from(ready.as_millis()).ok(),
        })?;
        before = receipts.len();
    }
    let receipts = answering.end().await?.all();
    let stored = hall.exported_journal()?;
    ensure!(lost(&receipts, &stored) == 0, "answers were lost at the end");
    ensure!(
        stored.len() == receipts.len(),
        "{} lines are stored, {} were acknowledged: lines were doubled or invented",
        stored.len(),
        receipts.len()
    );
    hall.stop().await
}
