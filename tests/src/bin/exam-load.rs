//! `exam-load`: many candidates against a server of this machine, with figures.

use anyhow::Result;
use clap::Parser;
use exam_tests::load::{Options, run};
use std::process::ExitCode;
use std::time::Duration;

/// A sitting of many headless candidates on this machine, measured. Exit 0 only if no acknowledged answer is lost and
/// nothing went wrong.
#[derive(Debug, Parser)]
#[command(name = "exam-load")]
struct Arguments {
    /// Candidates
    #[arg(long, default_value_t = 200)]
    candidates: usize,
    /// Mean time between two answers of a candidate
    #[arg(long, default_value_t = 10.0, value_parser = seconds)]
    think_seconds: f64,
    /// How long they answer
    #[arg(long, default_value_t = 30)]
    seconds: u64,
    /// No thinking: the next answer as soon as the last is saved
    #[arg(long)]
    saturate: bool,
    /// Measure as well what SQLite alone takes for the same lines with as many syncs
    #[arg(long)]
    bare_sqlite: bool,
    /// PostgreSQL instead of a file: URL of an empty database of the role exam_owner, for the server's role exam_server
    #[arg(long)]
    database: Option<String>,
    /// Server processes on that database; without --database more than one makes a PostgreSQL of its own that is not durable
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=8))]
    nodes: u8,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

fn seconds(text: &str) -> Result<f64, String> {
    let seconds: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    if (0.001..=3600.0).contains(&seconds) {
        Ok(seconds)
    } else {
        Err("0.001 to 3600 seconds".to_owned())
    }
}

#[tokio::main]
async fn main() -> Result<ExitCode> {
    let arguments = Arguments::parse();
    let think = (!arguments.saturate).then(|| Duration::from_secs_f64(arguments.think_seconds));
    let report = run(Options {
        candidates: arguments.candidates,
        think,
        answering: Duration::from_secs(arguments.seconds),
        bare_sqlite: arguments.bare_sqlite,
        database: arguments.database,
        nodes: usize::from(arguments.nodes),
    })
    .await?;
    if arguments.json {
        println!("{}", serde_json::to_string(&report)?);
    } else {
        println!("{report:#?}");
    }
    Ok(if report.acknowledged_lost == 0 && report.errors == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
