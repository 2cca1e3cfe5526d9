//! Has the server's web surface judged from outside: `cargo xtask judge web` installs the judges and calls this.

use anyhow::Result;
use clap::Parser;
use exam_tests::web_judge::{Thoroughness, judge};
use std::path::PathBuf;

/// schemathesis and testssl.sh against a trial hall; exits 0 only if neither found anything.
#[derive(Debug, Parser)]
#[command(name = "web-judge")]
struct Arguments {
    /// Most examples for each operation and caller
    #[arg(long, default_value_t = 300)]
    examples: u32,
    /// Most seconds for each caller
    #[arg(long, default_value_t = 300)]
    seconds: u32,
    /// Folder for the judges' reports
    #[arg(long, value_name = "FOLDER")]
    reports: PathBuf,
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    judge(&Thoroughness {
        examples: arguments.examples,
        seconds: arguments.seconds,
        reports: std::path::absolute(arguments.reports)?,
    })
    .await
}
