//! The command line. Each command is a file; here is the list.

pub mod init;
pub mod serve;
pub mod staff;

use anyhow::Result;
use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Máy chủ thi Trường Thi / the exam server of Trường Thi.
#[derive(Debug, Parser)]
#[command(name = "exam-server", version)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a new installation in a folder: exam CA, keys, configuration, database
    Init(init::Init),
    /// Run the server until it is told to stop (SIGTERM or Ctrl-C)
    Serve(serve::Serve),
    /// Members of staff
    Staff(staff::Staff),
}

impl Arguments {
    /// Runs the command.
    ///
    /// # Errors
    /// What went wrong, for the person at the terminal.
    pub async fn run(self) -> Result<ExitCode> {
        match self.command {
            Command::Init(command) => command.run().await,
            Command::Serve(command) => command.run().await,
            Command::Staff(command) => command.run().await,
        }
    }
}
