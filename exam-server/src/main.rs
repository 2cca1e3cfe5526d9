//! Starts the command line of the exam server.

use clap::Parser;
use exam_server::command::Arguments;
use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    match Arguments::parse().run().await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("exam-server: {error:#}");
            ExitCode::FAILURE
        }
    }
}
