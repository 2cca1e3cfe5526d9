//! Starts the command line of the exam server.

use clap::Parser;
use exam_server::command::Arguments;
use exam_server::words;
use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    match Arguments::parse().run().await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("exam-server: {}", words::line(&error));
            ExitCode::FAILURE
        }
    }
}
