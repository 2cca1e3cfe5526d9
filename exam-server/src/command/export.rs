//! `exam-server export submissions`, `export journal` and `export marks`: the record, for inspectors and for the archive.
//! What was superseded or replaced is exported beside what counts.

use super::workplace::{Installation, print_json};
use super::written::{self, Existing};
use crate::keys::Keys;
use crate::result;
use crate::result::store::history;
use crate::sitting::store;
use anyhow::{Result, ensure};
use clap::{Args, Subcommand};
use exam_protocol::id::{AttemptId, SittingId};
use serde_json::json;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

/// Exports.
#[derive(Debug, Args)]
pub struct Export {
    #[command(subcommand)]
    command: ExportCommand,
}

#[derive(Debug, Subcommand)]
enum ExportCommand {
    /// Every hand-in of a sitting with its receipt and journal, one file each, for `exam-server verify`; those that were
    /// superseded when an attempt was opened again too
    Submissions(Submissions),
    /// Every stored journal line of a sitting, one JSON object per line
    Journal(Journal),
    /// The mark list of each closed room of a sitting as CSV, and each list as it stood before marks were replaced
    Marks(Marks),
}

#[derive(Debug, Args)]
struct Marks {
    #[command(flatten)]
    installation: Installation,
    /// The sitting
    #[arg(long)]
    sitting: SittingId,
    /// Folder for the files; made if it is not there
    #[arg(long)]
    out: PathBuf,
    #[command(flatten)]
    existing: Existing,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct Submissions {
    #[command(flatten)]
    installation: Installation,
    /// The sitting
    #[arg(long)]
    sitting: SittingId,
    /// Folder for the files; made if it is not there
    #[arg(long)]
    out: PathBuf,
    #[command(flatten)]
    existing: Existing,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct Journal {
    #[command(flatten)]
    installation: Installation,
    /// The sitting
    #[arg(long)]
    sitting: SittingId,
}

impl Export {
    /// Runs the command.
    ///
    /// # Errors
    /// When the sitting does not exist or a file can't be written.
    pub async fn run(self) -> Result<ExitCode> {
        match self.command {
            ExportCommand::Submissions(command) => command.run().await,
            ExportCommand::Journal(command) => command.run().await,
            ExportCommand::Marks(command) => command.run().await,
        }
    }
}

impl Submissions {
    async fn run(self) -> Result<ExitCode> {
        let work = self.installation.open().await?;
        let keys = Keys::read(&work.config)?;
        let attempts = attempts(&work.db, self.sitting).await?;
        written::folder(&self.out)?;
        let (mut written, mut superseded) = (0, 0);
        for attempt in &attempts {
            let (reader, server) = (work.db.reader(), keys.receipt_certificate.as_slice());
            if let Some(file) = store::hand_in::submission(reader, server, *attempt).await? {
                self.write(&format!("{attempt}.submission.json"), &serde_json::to_vec(&file)?)?;
                written += 1;
            }
            for hand_in in store::hand_in::superseded(reader, *attempt).await? {
                let name = format!("{attempt}.superseded-{}.submission.json", hand_in.epoch);
                let file = store::hand_in::file(reader, server, *attempt, hand_in).await?;
                self.write(&name, &serde_json::to_vec(&file)?)?;
                superseded += 1;
            }
        }
        let mut tx = work.db.write().await?;
        let object = format!("sitting:{}", self.sitting);
        work.audit(
            &mut tx,
            "submission.export",
            &object,
            &json!({ "files": written, "superseded": superseded }),
        )
        .await?;
        tx.commit().await?;
        work.db.close().await;
        if self.json {
            let count = attempts.len();
            print_json(&json!({ "attempts": count, "submissions": written, "superseded": superseded }))?;
        } else {
            println!(
                "{written} bài nộp/submissions, {superseded} bài đã bị thay/superseded, {} thí sinh/candidates",
                attempts.len()
            );
        }
        Ok(ExitCode::SUCCESS)
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result<()> {
        self.existing.write(&self.out.join(name), bytes)
    }
}

impl Marks {
    async fn run(self) -> Result<ExitCode> {
        let work = self.installation.open().await?;
        let mut tx = work.db.write().await?;
        let rooms = history::closed_rooms(&mut tx, self.sitting).await?;
        ensure!(
            !rooms.is_empty(),
            "--sitting {}: chưa có phòng nào đóng / no room is closed yet",
            self.sitting
        );
        written::folder(&self.out)?;
        let mut files = Vec::new();
        for room in &rooms {
            let reader = work.db.reader();
            let mut lists = vec![(format!("{room}.csv"), result::store::NOW)];
            for (at, proposal) in history::replacements(reader, *room).await? {
                lists.push((format!("{room}.before-{proposal}.csv"), at));
            }
            for (name, before) in lists {
                let rows = result::store::rows(reader, *room, before).await?;
                self.existing
                    .write(&self.out.join(&name), &result::csv::write(&rows)?)?;
                files.push(name);
            }
        }
        let object = format!("sitting:{}", self.sitting);
        let particulars = json!({ "rooms": rooms, "files": files.len() });
        work.audit(&mut tx, "result.export", &object, &particulars)
            .await?;
        tx.commit().await?;
        work.db.close().await;
        if self.json {
            print_json(&json!({ "files": files }))?;
        } else {
            println!("{} bảng điểm/mark lists: {}", files.len(), self.out.display());
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Journal {
    async fn run(self) -> Result<ExitCode> {
        let work = self.installation.open().await?;
        let attempts = attempts(&work.db, self.sitting).await?;
        let mut tx = work.db.write().await?;
        let object = format!("sitting:{}", self.sitting);
        let particulars = json!({ "attempts": attempts.len() });
        work.audit(&mut tx, "journal.export", &object, &particulars)
            .await?;
        tx.commit().await?;
        let mut out = std::io::BufWriter::new(std::io::stdout().lock());
        for attempt in attempts {
            for entry in store::journal::lines(work.db.reader(), attempt).await? {
                serde_json::to_writer(&mut out, &json!({ "attempt": attempt, "entry": entry }))?;
                out.write_all(b"\n")?;
            }
            // Beside the journal: what came too late, or from a seat that was taken over.
            for kept in store::late::all(work.db.reader(), attempt).await? {
                let line = json!({ "attempt": attempt, "branch": kept.branch, "epoch": kept.epoch,
                    "received_at": kept.received_at, "late_entry": kept.entry });
                serde_json::to_writer(&mut out, &line)?;
                out.write_all(b"\n")?;
            }
        }
        out.flush()?;
        work.db.close().await;
        Ok(ExitCode::SUCCESS)
    }
}

async fn attempts(db: &crate::db::Db, sitting: SittingId) -> Result<Vec<AttemptId>> {
    let attempts = store::attempts(db.reader(), sitting).await?;
    ensure!(
        !attempts.is_empty(),
        "--sitting {sitting}: không có ca thi này hoặc chưa có thí sinh / no such sitting, or no candidates"
    );
    Ok(attempts)
}
