//! `cargo xtask dist`: the programs that are handed out for other systems. Today: the check-in agent for Windows, which is where
//! desks mostly run.
//!
//! Builds with rustc's own target and Debian's linker. Must not ship what only a trial under wine needs.

mod wine;

use crate::setup::{self, Package};
use crate::shell::{cargo, root, run, target};
use anyhow::{Context, Result};
use clap::Args;
use std::fs;
use std::path::PathBuf;

const TARGET: &str = "x86_64-pc-windows-gnu";
const PROGRAM: &str = "checkin-agent.exe";
const LINKER: [Package; 1] = [Package("gcc-mingw-w64-x86-64", "links programs for Windows")];

/// Build checkin-agent.exe for Windows.
#[derive(Debug, Args)]
pub struct Dist {
    /// Start the built program under wine: help, doctor, configurations, and as a service
    #[arg(long = "try")]
    attempt: bool,
    /// Quickly and unoptimised, into the same folder: for trying alone
    #[arg(long)]
    debug: bool,
}

impl Dist {
    /// Builds, or tries what was built.
    pub fn run(self) -> Result<()> {
        setup::install(&LINKER)?;
        if self.attempt {
            return wine::attempt(&folder().join(PROGRAM));
        }
        setup::rust_target(TARGET, "checkin-agent.exe is built for it")?;
        build(self.debug)
    }
}

fn folder() -> PathBuf {
    target().join("dist").join(TARGET)
}

fn build(debug: bool) -> Result<()> {
    let mut command = cargo();
    command.args(["build", "--locked", "-p", "checkin-agent", "--target", TARGET]);
    if !debug {
        command.arg("--release");
    }
    run(&mut command)?;
    let kind = if debug { "debug" } else { "release" };
    let built = target().join(TARGET).join(kind).join(PROGRAM);
    fs::create_dir_all(folder())?;
    fs::copy(&built, folder().join(PROGRAM)).with_context(|| format!("{} is not there", built.display()))?;
    fs::copy(
        root().join("checkin-agent/station.example.toml"),
        folder().join("station.example.toml"),
    )?;
    fs::copy(root().join("docs/windows.md"), folder().join("windows.md"))?;
    println!("{}", folder().display());
    Ok(())
}
