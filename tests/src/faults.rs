//! Faults: a whole sitting answers, something breaks, and afterwards every acknowledged answer must still be there.
//!
//! A round is *load + one fault + restart + account*. Rounds are kept in a [`Ledger`] and add up over many runs. Nothing here
//! decides what is lost but the comparison of two lists: the lines that candidates hold an acknowledgement for, and the lines
//! that `exam-server export journal` gives afterwards.

mod answering;
mod bare;
mod disk_full;
mod disk_image;
mod injection;
mod kill;
mod ledger;
mod power_cut;
mod write_error;

pub use disk_image::may_mount;
pub use ledger::Ledger;

use crate::load::allow_descriptors;
use anyhow::Result;
use serde::{Deserialize, Serialize};
use std::fmt::{self, Display};
use std::time::Duration;

/// What breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    /// The server is killed (SIGKILL) and started again.
    Kill,
    /// The disk is copied at one instant, as a power cut would leave it, and read after a reboot.
    PowerCut,
    /// From one moment on every sync of the disk fails; then the power is cut.
    WriteError,
    /// Every sync takes a fifth of a second; then the power is cut.
    SlowSync,
    /// The disk is full; then there is room again, every other time after the server was killed.
    DiskFull,
    /// Control: a power cut with a server whose syncs do nothing (libeatmydata). Must lose answers.
    ControlWithoutSync,
    /// Control: a power cut with SQLite under `synchronous = normal`. Must lose commits.
    ControlNormal,
}

impl Fault {
    /// Whether this only shows that the method sees a loss where there must be one.
    pub fn is_control(self) -> bool {
        matches!(self, Self::ControlWithoutSync | Self::ControlNormal)
    }
}

impl Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Kill => "server killed with SIGKILL",
            Self::PowerCut => "power cut",
            Self::WriteError => "every sync fails, then power cut",
            Self::SlowSync => "a sync takes 200 ms, then power cut",
            Self::DiskFull => "disk full, then room again",
            Self::ControlWithoutSync => "control: power cut, syncs do nothing",
            Self::ControlNormal => "control: power cut, SQLite with `synchronous = normal`",
        })
    }
}

/// How much is done.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// What breaks.
    pub fault: Fault,
    /// How often.
    pub rounds: usize,
    /// Candidates that answer.
    pub candidates: usize,
    /// Time between two answers of a candidate.
    pub think: Duration,
    /// Seed of what is left to chance.
    pub seed: u64,
}

/// One round, as the ledger keeps it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Round {
    /// What broke.
    pub fault: Fault,
    /// Candidates that answered.
    pub candidates: usize,
    /// Answers that were acknowledged since the round before.
    pub acknowledged: usize,
    /// Acknowledged answers, from the first round of the sitting on, that were not there afterwards.
    pub lost: usize,
    /// From the order to start to the first answer of the server, in milliseconds; none where it was not started again.
    pub ready_ms: Option<u64>,
}

/// Whether rounds show what they have to: nothing lost, and with a control something, in one cut or another.
pub fn hold(fault: Fault, lost: usize) -> bool {
    (lost > 0) == fault.is_control()
}

/// Runs rounds and gives each to `note` as soon as it is over.
///
/// # Errors
/// When the installation can't be made, the server does not come back, or a candidate can't.
pub async fn run(options: Options, note: impl FnMut(Round) -> Result<()>) -> Result<()> {
    allow_descriptors()?;
    match options.fault {
        Fault::Kill => kill::rounds(options, note).await,
        Fault::PowerCut | Fault::ControlWithoutSync => power_cut::rounds(options, note).await,
        Fault::WriteError | Fault::SlowSync => write_error::rounds(options, note).await,
        Fault::DiskFull => disk_full::rounds(options, note).await,
        Fault::ControlNormal => bare::rounds(options, note).await,
    }
}
