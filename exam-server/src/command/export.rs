//! `exam-server export submissions` and `export journal`: the record, for inspectors and for the archive.

use super::workplace::{Installation, print_json};
use crate::keys::Keys;
use crate::sitting::store;
use anyhow::{Context, Result, ensure};
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
    /// Every hand-in of a sitting with its receipt and journal, one file each, for `exam-server verify`
    Submissions(Submissions),
    /// Every stored journal line of a sitting, one JSON object per line
    Journal(Journal),
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
        }
    }
}

impl Submissions {
    async fn run(self) -> Result<ExitCode> {
        let work = self.installation.open().await?;
        let keys = Keys::read(&work.config)?;
        let attempts = attempts(&work.db, self.sitting).await?;
        std::fs::create_dir_all(&self.out).with_context(|| self.out.display().to_string())?;
        let mut written = 0;
        for attempt in &attempts {
            let file =
                store::hand_in::submission(work.db.reader(), &keys.receipt_certificate, *attempt).await?;
            let Some(file) = file else { continue };
            let path = self.out.join(format!("{attempt}.submission.json"));
            std::fs::write(&path, serde_json::to_vec(&file)?).with_context(|| path.display().to_string())?;
            written += 1;
        }
        let mut tx = work.db.write().await?;
        let object = format!("sitting:{}", self.sitting);
        work.audit(
            &mut tx,
            "submission.export",
            &object,
            &json!({ "files": written }),
        )
        .await?;
        tx.commit().await?;
        work.db.close().await;
        if self.json {
            print_json(&json!({ "attempts": attempts.len(), "submissions": written }))?;
        } else {
            println!(
                "{written} bài nộp/submissions, {} thí sinh/candidates",
                attempts.len()
            );
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Journal {
    async fn run(self) -> Result<ExitCode> {
        let work = self.installation.open().await?;
        let mut out = std::io::BufWriter::new(std::io::stdout().lock());
        for attempt in attempts(&work.db, self.sitting).await? {
            for entry in store::journal::lines(work.db.reader(), attempt).await? {
                serde_json::to_writer(&mut out, &json!({ "attempt": attempt, "entry": entry }))?;
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
