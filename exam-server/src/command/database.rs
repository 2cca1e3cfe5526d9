//! `exam-server database`: the tables of an installation.

use crate::command::workplace::Installation;
use crate::config::{Config, Database as Where};
use crate::db::Db;
use anyhow::{Context, Result};
use clap::{Args, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;

/// The tables.
#[derive(Debug, Args)]
pub struct Database {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make the tables or bring them up to date, and say what the server's role may do with them
    Prepare(Prepare),
}

/// Make the tables or bring them up to date.
#[derive(Debug, Args)]
struct Prepare {
    #[command(flatten)]
    installation: Installation,
    /// The role that owns the tables on a PostgreSQL server; the server itself never uses it
    #[arg(long, default_value = "exam_owner")]
    owner: String,
    /// File with that role's password
    #[arg(long)]
    owner_password_file: Option<PathBuf>,
}

impl Database {
    /// Runs it.
    ///
    /// # Errors
    /// When the database can't be reached, or refuses.
    pub async fn run(self) -> Result<ExitCode> {
        let Command::Prepare(prepare) = self.command;
        prepare.run().await
    }
}

impl Prepare {
    async fn run(self) -> Result<ExitCode> {
        let at = Config::read(self.installation.path())?.data.database;
        if let Where::Server(server) = &at {
            let owner = server.as_role(&self.owner, self.owner_password_file)?;
            Db::prepare(&owner)
                .await
                .with_context(|| owner.url().to_string())?;
        }
        // A file is brought up to date by being opened; a server is looked at as the server will.
        Db::open(&at).await.with_context(|| at.to_string())?.close().await;
        println!("{at}: sẵn sàng / ready");
        Ok(ExitCode::SUCCESS)
    }
}
