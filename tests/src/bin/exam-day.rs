//! Starts the exam day: `cargo xtask demo` builds everything and calls this.

use anyhow::Result;
use clap::Parser;
use std::path::PathBuf;

/// One whole exam day in a room of 24, on this machine.
#[derive(Debug, Parser)]
#[command(name = "exam-day")]
struct Arguments {
    /// Without a person: exit 0 only if every step really happened
    #[arg(long)]
    check: bool,
    /// Open no browser
    #[arg(long)]
    no_browser: bool,
    /// With --check: save screenshots of the pages in this folder
    #[arg(long, value_name = "FOLDER")]
    pictures: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    if arguments.check {
        exam_tests::exam_day::check(arguments.pictures.as_deref()).await
    } else {
        exam_tests::exam_day::demo(!arguments.no_browser).await
    }
}
