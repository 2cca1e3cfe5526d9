//! What every command at the terminal works with: configuration, database, time, randomness.

use crate::audit::{
    self,
    chain::{Act, Actor},
};
use crate::clock::{Clock, Randomness};
use crate::config::Config;
use crate::db::{Db, Tx};
use anyhow::{Context, Result};
use clap::Args;
use exam_protocol::time::Timestamp;
use serde::Serialize;
use serde_json::json;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// The organisation of an installation that has only one.
pub const DEFAULT_ORGANISATION: &str = "Đơn vị tổ chức thi";

/// Where the installation is.
#[derive(Debug, Args)]
pub struct Installation {
    /// Configuration file
    #[arg(long)]
    config: PathBuf,
}

/// An opened installation.
pub struct Workplace {
    /// Settings.
    pub config: Config,
    /// Database.
    pub db: Db,
    /// Time.
    pub clock: Clock,
    /// Randomness.
    pub random: Randomness,
}

impl Installation {
    /// Of this configuration file.
    pub fn at(config: PathBuf) -> Self {
        Self { config }
    }

    /// The configuration file.
    pub fn path(&self) -> &Path {
        &self.config
    }

    /// Reads the configuration and opens the database.
    ///
    /// # Errors
    /// Names what is missing or broken.
    pub async fn open(&self) -> Result<Workplace> {
        let config = Config::read(&self.config)?;
        let db = Db::open(&config.data.database)
            .await
            .with_context(|| format!("{}", config.data.database))?;
        Ok(Workplace {
            config,
            db,
            clock: Clock::start(),
            random: Randomness::system(),
        })
    }
}

impl Workplace {
    /// Now.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Appends to the audit that somebody at the terminal did something.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn audit(
        &self,
        tx: &mut Tx,
        act: &str,
        object: &str,
        detail: &serde_json::Value,
    ) -> Result<()> {
        let detail = detail.to_string();
        let act = Act {
            at: self.now(),
            actor: &Actor::command(),
            act,
            object,
            was: "",
            became: &detail,
            reason: "",
        };
        Ok(audit::store::append(tx, &act).await?)
    }
}

/// Prints a report as JSON.
///
/// # Errors
/// When it can't be written as JSON.
pub fn print_json(report: &impl Serialize) -> Result<()> {
    println!("{}", serde_json::to_string_pretty(report)?);
    Ok(())
}

/// Reports a verification, as JSON with what was confirmed under `name` or for people as `print` does. Fails the command
/// when something is bad.
///
/// # Errors
/// When the report is not serialisable.
pub fn conclude<C: Serialize, B: Serialize>(
    outcome: &Result<C, B>,
    name: Option<&str>,
    print: impl FnOnce(&Result<C, B>),
) -> Result<ExitCode> {
    match (name, outcome) {
        (None, _) => print(outcome),
        (Some(name), Ok(confirmed)) => print_json(&json!({ "valid": true, (name): confirmed }))?,
        (Some(_), Err(bad)) => print_json(&json!({ "valid": false, "bad": bad }))?,
    }
    Ok(if outcome.is_ok() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Reads a file that the command names.
///
/// # Errors
/// Names the file.
pub fn read_file(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("{}: không đọc được / can't be read", path.display()))
}
