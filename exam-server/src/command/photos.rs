//! `exam-server photos import`: roster photos of a sitting from a folder.

use super::workplace::{Installation, Workplace, print_json};
use crate::db::Tx;
use crate::exam::photo::{Fault, MOST_BYTES, keep, normalise, number};
use crate::exam::store::photo as store;
use crate::keys::Keys;
use anyhow::{Context, Result, ensure};
use clap::{Args, Subcommand};
use exam_protocol::citizen::CitizenNumber;
use exam_protocol::id::{AttemptId, SittingId};
use exam_protocol::personal_data::{PhotoFinding, PhotoImport};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Roster photos.
#[derive(Debug, Args)]
pub struct Photos {
    #[command(subcommand)]
    command: PhotosCommand,
}

#[derive(Debug, Subcommand)]
enum PhotosCommand {
    /// Take photos (JPEG or PNG, 3 × 4, at most 2 MB) whose file names are citizen numbers; a file with a fault is left out
    Import(Import),
}

#[derive(Debug, Args)]
struct Import {
    #[command(flatten)]
    installation: Installation,
    /// Folder
    folder: PathBuf,
    /// The sitting
    #[arg(long)]
    sitting: SittingId,
    /// Only show what would be taken
    #[arg(long)]
    dry_run: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Photos {
    /// Runs the command. Exit code 1 when a file has a fault.
    ///
    /// # Errors
    /// What went wrong, for the person at the terminal.
    pub async fn run(self) -> Result<ExitCode> {
        let PhotosCommand::Import(command) = self.command;
        command.run().await
    }
}

impl Import {
    async fn run(self) -> Result<ExitCode> {
        let files = files(&self.folder)?;
        let work = self.installation.open().await?;
        let keys = Keys::read(&work.config)?;
        let mut tx = work.db.write().await?;
        let candidates = store::candidates(&mut tx, self.sitting).await?;
        ensure!(
            !candidates.is_empty(),
            "{}: ca thi chưa có thí sinh / the sitting has no candidates",
            self.sitting
        );
        let report = self.take(&work, &mut tx, (&keys, &candidates), &files).await?;
        if self.dry_run {
            drop(tx);
        } else {
            let particulars = json!({ "taken": report.taken, "faults": report.findings.len() });
            let object = format!("sitting:{}", self.sitting);
            work.audit(&mut tx, "photo.import", &object, &particulars).await?;
            tx.commit().await?;
        }
        work.db.close().await;
        self.tell(&report)?;
        Ok(if report.findings.is_empty() {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        })
    }

    async fn take(
        &self,
        work: &Workplace,
        tx: &mut Tx,
        (keys, candidates): (&Keys, &BTreeMap<CitizenNumber, AttemptId>),
        files: &[PathBuf],
    ) -> Result<PhotoImport> {
        let (mut findings, mut seen): (Vec<PhotoFinding>, BTreeSet<AttemptId>) = Default::default();
        for path in files {
            let name = path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            match one(path, &name, candidates, &mut seen)? {
                Ok((attempt, jpeg)) => {
                    let sealed = keep(&keys.node, work.random.ring(), attempt, &jpeg)?;
                    store::put(tx, attempt, &sealed, work.now()).await?;
                }
                Err(fault) => findings.push(fault.finding(&name)),
            }
        }
        Ok(PhotoImport {
            taken: u32::try_from(files.len() - findings.len())?,
            without: store::without(tx, self.sitting).await?,
            findings,
        })
    }

    fn tell(&self, report: &PhotoImport) -> Result<()> {
        if self.json {
            return print_json(report);
        }
        for finding in &report.findings {
            println!("{}: {} / {}", finding.file, finding.detail, finding.detail_en);
        }
        let (taken, faults, without) = (report.taken, report.findings.len(), report.without.len());
        if self.dry_run {
            println!("(chạy thử / dry run)");
        }
        println!("Nhận {taken} ảnh, {faults} tệp lỗi; còn {without} thí sinh chưa có ảnh.");
        println!("{taken} photos taken, {faults} files with a fault; {without} candidates are without one.");
        Ok(())
    }
}

/// The folder's files by name; what begins with a dot is not meant.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let place = || format!("{}: không đọc được / can't be read", folder.display());
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(place)? {
        let entry = entry.with_context(place)?;
        let hidden = entry.file_name().to_string_lossy().starts_with('.');
        if !hidden && entry.file_type().with_context(place)?.is_file() {
            files.push(entry.path());
        }
    }
    files.sort();
    Ok(files)
}

fn one(
    path: &Path,
    name: &str,
    candidates: &BTreeMap<CitizenNumber, AttemptId>,
    seen: &mut BTreeSet<AttemptId>,
) -> Result<Result<(AttemptId, Vec<u8>), Fault>> {
    let place = || path.display().to_string();
    if std::fs::metadata(path).with_context(place)?.len() > MOST_BYTES {
        return Ok(Err(Fault::TooLarge));
    }
    let number = match number(name) {
        Ok(number) => number,
        Err(fault) => return Ok(Err(fault)),
    };
    let Some(attempt) = candidates.get(&number).copied() else {
        return Ok(Err(Fault::NotOnRoster));
    };
    let bytes = std::fs::read(path).with_context(place)?;
    Ok(normalise(&bytes).and_then(|jpeg| {
        if seen.insert(attempt) {
            Ok((attempt, jpeg))
        } else {
            Err(Fault::Twice)
        }
    }))
}
