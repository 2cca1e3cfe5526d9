//! `exam-server personal-data`: inventory, erasure with minutes, what is held about one person, unmasking.

mod unmask;

use super::workplace::{Installation, print_json, read_file};
use super::written::{self, Existing};
use crate::audit::chain::Actor;
use crate::checkin::admit::Reason;
use crate::keys::Keys;
use crate::personal_data::erase::{Request, erase};
use crate::personal_data::inventory::{INVENTORY, as_markdown};
use crate::personal_data::route::{about, note};
use anyhow::{Context, Result, anyhow, ensure};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use clap::{Args, Subcommand};
use exam_protocol::citizen::CitizenNumber;
use exam_protocol::id::SittingId;
use exam_protocol::time::{Millis, Timestamp};
use std::path::PathBuf;
use std::process::ExitCode;

/// Personal data.
#[derive(Debug, Args)]
pub struct PersonalData {
    #[command(subcommand)]
    command: PersonalDataCommand,
}

#[derive(Debug, Subcommand)]
enum PersonalDataCommand {
    /// Every column with its class and retention rule
    Inventory(Inventory),
    /// Erase what the retention rules say is due, and leave minutes
    Erase(Erase),
    /// Write all that is held about one person to a folder
    Export(ExportPerson),
    /// Open the sealed portrait or chip data of one check-in, once, when two people have approved it
    Unmask(unmask::Unmask),
}

#[derive(Debug, Args)]
struct Inventory {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct Erase {
    #[command(flatten)]
    installation: Installation,
    /// Only what was due on this day (YYYY-MM-DD, in Vietnam) already; today if not given
    #[arg(long)]
    before: Option<String>,
    /// Only of this sitting
    #[arg(long)]
    sitting: Option<SittingId>,
    /// Only show what would be erased
    #[arg(long)]
    dry_run: bool,
}

#[derive(Debug, Args)]
struct ExportPerson {
    #[command(flatten)]
    installation: Installation,
    /// File that holds the citizen number: on the command line other users of the machine could read it
    #[arg(long)]
    number_file: PathBuf,
    /// Why
    #[arg(long)]
    reason: String,
    /// Folder; made if it is not there
    #[arg(long)]
    out: PathBuf,
    #[command(flatten)]
    existing: Existing,
}

impl PersonalData {
    /// Runs the command.
    ///
    /// # Errors
    /// What went wrong, for the person at the terminal.
    pub async fn run(self) -> Result<ExitCode> {
        match self.command {
            PersonalDataCommand::Inventory(command) => command.run()?,
            PersonalDataCommand::Erase(command) => command.run().await?,
            PersonalDataCommand::Export(command) => command.run().await?,
            PersonalDataCommand::Unmask(command) => command.run().await?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Inventory {
    fn run(&self) -> Result<()> {
        if self.json {
            return print_json(&INVENTORY);
        }
        print!("{}", as_markdown());
        Ok(())
    }
}

/// Midnight of a day in Vietnam (UTC+7 all year).
pub(super) fn midnight(text: &str) -> Result<Timestamp> {
    let format = time::macros::format_description!("[year]-[month]-[day]");
    let day = time::Date::parse(text, format)
        .with_context(|| format!("{text}: viết như / write it as 2026-12-31"))?;
    let utc = day.midnight().assume_utc().unix_timestamp() * 1000;
    Ok(Timestamp(utc - Millis::minutes(7 * 60).0))
}

impl Erase {
    async fn run(&self) -> Result<()> {
        let work = self.installation.open().await?;
        let now = work.now();
        let due_at = self.before.as_deref().map(midnight).transpose()?.unwrap_or(now);
        ensure!(due_at <= now, "ngày còn ở tương lai / the day is in the future");
        let request = Request {
            rules: &work.config.personal_data,
            due_at,
            sitting: self.sitting,
            actor: &Actor::command(),
            now,
        };
        let mut tx = work.db.write().await?;
        let minutes = erase(&mut tx, &request).await?;
        if self.dry_run {
            drop(tx);
            println!("(chạy thử, chưa xóa gì / dry run, nothing was erased)");
        } else {
            tx.commit().await?;
        }
        work.db.close().await;
        match minutes {
            Some(minutes) => println!("{}", minutes.text),
            None => println!("Không có dữ liệu nào đến hạn xóa. / Nothing is due."),
        }
        Ok(())
    }
}

fn reason(text: &str) -> Result<Reason> {
    Reason::new(text).map_err(|_| anyhow!("--reason: 5 đến 500 ký tự / 5 to 500 characters"))
}

impl ExportPerson {
    async fn run(&self) -> Result<()> {
        let reason = reason(&self.reason)?;
        let text = String::from_utf8(read_file(&self.number_file)?)?;
        let number: CitizenNumber = text.trim().parse().map_err(|error| anyhow!("{error}"))?;
        let work = self.installation.open().await?;
        let keys = Keys::read(&work.config)?;
        let export = about(work.db.reader(), &keys.node, &number, work.now()).await??;
        ensure!(
            !export.tables.is_empty(),
            "không có dữ liệu của người này / nothing is held about this person"
        );
        let names = export.files.iter().map(|file| file.name.as_str());
        let paths = names.chain(["person.json"]).map(|name| self.out.join(name));
        self.existing.refuse(paths)?;
        let mut tx = work.db.write().await?;
        note(&mut tx, &Actor::command(), (&export, reason.as_str()), work.now()).await?;
        tx.commit().await?;
        work.db.close().await;
        written::folder(&self.out)?;
        let write = |name: &str, bytes: &[u8]| self.existing.write(&self.out.join(name), bytes);
        for file in &export.files {
            write(&file.name, &STANDARD.decode(&file.content)?)?;
        }
        write("person.json", &serde_json::to_vec_pretty(&export)?)?;
        println!("{}", self.out.display());
        Ok(())
    }
}
