//! `exam-faults`: breaks a running sitting, again and again, and calls the server to account.

use anyhow::{Result, ensure};
use clap::{Parser, Subcommand};
use exam_tests::faults::{Fault, Ledger, Options, hold, run};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

/// Load, one fault, restart, account; and again. Exit 0 only if nothing that was acknowledged is lost, and something with a
/// control.
#[derive(Debug, Parser)]
#[command(name = "exam-faults")]
struct Arguments {
    /// File of rounds, to which this run adds its own
    #[arg(long, default_value = "docs/reliability.jsonl")]
    ledger: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Break something
    Run {
        /// What
        #[arg(long)]
        fault: Fault,
        /// How often
        #[arg(long, default_value_t = 10)]
        rounds: usize,
        /// Candidates that answer
        #[arg(long, default_value_t = 120)]
        candidates: usize,
        /// Mean time between two answers of a candidate
        #[arg(long, default_value_t = 250)]
        think_milliseconds: u64,
    },
    /// Print what all rounds of the ledger add up to
    Report,
}

#[tokio::main]
async fn main() -> Result<ExitCode> {
    let arguments = Arguments::parse();
    let ledger = Ledger::at(arguments.ledger);
    let Command::Run {
        fault,
        rounds,
        candidates,
        think_milliseconds,
    } = arguments.command
    else {
        print!("{}", ledger.table()?);
        return Ok(ExitCode::SUCCESS);
    };
    ensure!(
        rounds > 0 && candidates > 0,
        "at least one round and one candidate"
    );
    let options = Options {
        fault,
        rounds,
        candidates,
        think: Duration::from_millis(think_milliseconds),
        seed: SystemTime::UNIX_EPOCH.elapsed()?.as_secs(),
    };
    let mut lost = 0;
    run(options, |round| {
        println!("{}", serde_json::to_string(&round)?);
        lost += round.lost;
        ledger.add(&round)
    })
    .await?;
    Ok(if hold(fault, lost) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
