//! `exam-server photos import`: roster photos of a sitting from a folder or a ZIP file.

use super::workplace::{Installation, Workplace, print_json};
use crate::db::Tx;
use crate::exam::photo::archive::{Archive, Entry};
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
use std::fs::File;
use std::io::BufReader;
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
    /// Folder, or a ZIP file of it
    photos: PathBuf,
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
        let mut files = Source::open(&self.photos)?;
        let work = self.installation.open().await?;
        let keys = Keys::read(&work.config)?;
        let mut tx = work.db.write().await?;
        let candidates = store::candidates(&mut tx, self.sitting).await?;
        ensure!(
            !candidates.is_empty(),
            "{}: ca thi chưa có thí sinh / the sitting has no candidates",
            self.sitting
        );
        let report = self
            .take(&work, &mut tx, (&keys, &candidates), &mut files)
            .await?;
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
        files: &mut Source,
    ) -> Result<PhotoImport> {
        let (mut findings, mut seen): (Vec<PhotoFinding>, BTreeSet<AttemptId>) = Default::default();
        let mut taken = 0;
        for index in 0..files.len() {
            let Some((name, bytes)) = files.entry(index)? else {
                continue;
            };
            match bytes.and_then(|bytes| one(&name, &bytes, candidates, &mut seen)) {
                Ok((attempt, jpeg)) => {
                    let sealed = keep(&keys.node, work.random.ring(), attempt, &jpeg)?;
                    store::put(tx, attempt, &sealed, work.now()).await?;
                    taken += 1;
                }
                Err(fault) => findings.push(fault.finding(&name)),
            }
        }
        Ok(PhotoImport {
            taken,
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

/// Where photos come from.
enum Source {
    Folder(Vec<PathBuf>),
    Archive(Box<Archive<BufReader<File>>>),
}

impl Source {
    fn open(path: &Path) -> Result<Self> {
        let place = || format!("{}: không đọc được / can't be read", path.display());
        if path.is_dir() {
            return Ok(Self::Folder(files(path)?));
        }
        let file = BufReader::new(File::open(path).with_context(place)?);
        Ok(Self::Archive(Box::new(Archive::open(file).with_context(place)?)))
    }

    fn len(&self) -> usize {
        match self {
            Self::Folder(files) => files.len(),
            Self::Archive(archive) => archive.len(),
        }
    }

    fn entry(&mut self, index: usize) -> Result<Option<Entry>> {
        match self {
            Self::Folder(files) => read(&files[index]).map(Some),
            Self::Archive(archive) => Ok(archive.entry(index)),
        }
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

fn read(path: &Path) -> Result<Entry> {
    let place = || path.display().to_string();
    let name = path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    if std::fs::metadata(path).with_context(place)?.len() > MOST_BYTES {
        return Ok((name, Err(Fault::TooLarge)));
    }
    Ok((name, Ok(std::fs::read(path).with_context(place)?)))
}

fn one(
    name: &str,
    bytes: &[u8],
    candidates: &BTreeMap<CitizenNumber, AttemptId>,
    seen: &mut BTreeSet<AttemptId>,
) -> Result<(AttemptId, Vec<u8>), Fault> {
    let attempt = candidates
        .get(&number(name)?)
        .copied()
        .ok_or(Fault::NotOnRoster)?;
    let jpeg = normalise(bytes)?;
    if seen.insert(attempt) {
        Ok((attempt, jpeg))
    } else {
        Err(Fault::Twice)
    }
}
