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
    /// The demo as a check.
    pub fn check() -> Self {
        Self {
            check: true,
            no_browser: true,
        }
    }

    /// Installs, builds and runs.
    pub fn run(self) -> Result<()> {
        setup::everything()?;
        pages::build()?;
        run(cargo().args([
            "build",
            "--locked",
            "--package",
            "exam-server",
            "--package",
            "checkin-agent",
            "--package",
            "exam-tests",
            "--bins",
        ]))?;
        let mut command = Command::new(target().join("debug/exam-day"));
        if self.check {
            command.arg("--check");
        }
        if self.no_browser {
            command.arg("--no-browser");
        }
        if self.check {
            run(&mut command)
        } else {
            become_program(command)
        }
    }
}
