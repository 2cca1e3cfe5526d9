//! The demo: builds everything and starts `exam-day`, which runs a whole exam room on this machine.

use crate::shell::{become_program, cargo, run, target};
use crate::{pages, setup};
use anyhow::Result;
use clap::Args;
use std::process::Command;

/// A whole exam room on this machine.
#[derive(Debug, Args)]
pub struct Demo {
    /// Do the whole day without a person: check in, sit, hand in, mark, export; exit 0 only if every step happened
    #[arg(long)]
    check: bool,
    /// Open no browser; print what to do instead
    #[arg(long)]
    no_browser: bool,
}

impl Demo {
    /// Installs, builds and runs.
    pub fn run(self) -> Result<()> {
        setup::everything()?;
        pages::build()?;
        run(cargo().args(["build", "--locked", "--workspace", "--bins"]))?;
        if self.check {
            return check();
        }
        let mut command = exam_day();
        if self.no_browser {
            command.arg("--no-browser");
        }
        become_program(command)
    }
}

/// The whole day without a person, with the programs as they were built last.
pub fn check() -> Result<()> {
    run(exam_day().arg("--check"))
}

fn exam_day() -> Command {
    Command::new(target().join("debug/exam-day"))
}
