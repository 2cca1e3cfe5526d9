//! `cargo xtask …`: installs what is missing, builds the pages, runs the demo and every test. Knows no crate of the
//! product: it only starts cargo and other programs.

mod shell;
mod setup;
mod pages;
mod test;
mod demo;
mod dist;
mod fuzz;
mod judge;
mod tidy;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// Build, demo and test Trường Thi.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Install what is missing on this machine, saying what and why
    Setup,
    /// Build the candidate's and the proctor's page into exam-client/dist
    Pages,
    /// A whole exam room on this machine: server, cards, pages; Ctrl-C stops all of it
    Demo(demo::Demo),
    /// Install what is missing and run every test, the browser's included
    Test(test::Test),
    /// Build checkin-agent.exe for Windows, or try it under wine
    Dist(dist::Dist),
    /// Run the fuzz targets for a while
    Fuzz(fuzz::Fuzz),
    /// Have programs that are not ours examine what we made; beside the tests, because it takes long
    Judge(judge::Judge),
    /// Check the layers, sizes, file heads and the map in ARCHITECTURE.md
    Tidy {
        /// Print the measured sizes
        #[arg(long)]
        report: bool,
    },
}

fn main() -> Result<()> {
    std::env::set_current_dir(shell::root())?;
    match Arguments::parse().command {
        Command::Setup => setup::everything(),
        Command::Pages => pages::build(),
        Command::Demo(demo) => demo.run(),
        Command::Test(test) => test.run(),
        Command::Dist(dist) => dist.run(),
        Command::Fuzz(fuzz) => fuzz.run(),
        Command::Judge(judge) => judge.run(),
        Command::Tidy { report } => tidy::check(report),
    }
}
