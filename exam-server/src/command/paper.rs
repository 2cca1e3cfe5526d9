//! `exam-server paper import`.

use super::workplace::{Installation, Workplace, print_json, read_file};
use crate::keys::Keys;
use crate::paper::import::{NewPaper, make};
use crate::paper::store::{self, Target};
use anyhow::{Context, Result, bail, ensure};
use clap::{Args, Subcommand};
use exam_protocol::id::SittingId;
use question_bank::fault::{Fault, Note};
use question_bank::import;
use question_bank::item::Item;
use question_bank::paper::{Paper as Built, PaperHead};
use question_bank::scheme::Scheme;
use serde::Serialize;
use serde_json::json;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Name of the scheme that shares 10 points evenly.
const EVEN: &str = "even";

/// Papers.
#[derive(Debug, Args)]
pub struct Paper {
    #[command(subcommand)]
    command: PaperCommand,
}

#[derive(Debug, Subcommand)]
enum PaperCommand {
    /// Make a paper from GIFT or Moodle XML files: one shuffled form for each candidate, sealed until the start
    Import(Import),
}

#[derive(Debug, Args)]
struct Import {
    #[command(flatten)]
    installation: Installation,
    /// Question files (GIFT or Moodle XML)
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// The sitting
    #[arg(long)]
    sitting: SittingId,
    /// Marking scheme: a JSON file, or a subject of the 2025 graduation exam such as `toan`; without it `even`: 10 points
    /// shared evenly
    #[arg(long)]
    scheme: Option<String>,
    /// Title on the paper; otherwise the exam's
    #[arg(long)]
    title: Option<String>,
    /// Only check
    #[arg(long)]
    dry_run: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What happened to the files.
#[derive(Default, Serialize)]
struct Report {
    taken: bool,
    questions: usize,
    forms: usize,
    /// Marks of the whole paper, in hundredths.
    maximum: u32,
    faults: Vec<Placed<Fault>>,
    notes: Vec<Placed<Note>>,
}

/// Something about one of the files.
#[derive(Serialize)]
struct Placed<T> {
    file: String,
    #[serde(flatten)]
    what: T,
}

impl Paper {
    /// Runs the command.
    ///
    /// # Errors
    /// When file, sitting or database can't be used.
    pub async fn run(self) -> Result<ExitCode> {
        let PaperCommand::Import(import) = self.command;
        import.run().await
    }
}

impl Import {
    async fn run(self) -> Result<ExitCode> {
        let scheme = self.scheme()?;
        let mut report = Report::default();
        let items = self.items(&mut report)?;
        if report.faults.is_empty() {
            let work = self.installation.open().await?;
            self.take(&work, items, scheme, &mut report).await?;
            work.db.close().await;
        }
        if self.json {
            print_json(&report)?;
        } else {
            print(&report, self.dry_run);
        }
        Ok(if report.taken {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        })
    }

    fn scheme(&self) -> Result<Scheme> {
        let named = self.scheme.as_deref().unwrap_or(EVEN);
        if named == EVEN {
            return Ok(Scheme::even());
        }
        if let Some(scheme) = Scheme::graduation_2025(named) {
            return Ok(scheme);
        }
        if !Path::new(named).exists() {
            bail!(
                "--scheme {named}: không có tệp này; thang điểm có sẵn / no such file; known schemes: {EVEN}, {}",
                Scheme::GRADUATION_2025.join(", ")
            );
        }
        let text =
            String::from_utf8(read_file(Path::new(named))?).with_context(|| format!("{named}: UTF-8"))?;
        Scheme::from_json(&text).with_context(|| format!("{named}: không phải thang điểm / not a scheme"))
    }

    fn items(&self, report: &mut Report) -> Result<Vec<Item>> {
        let mut items = Vec::new();
        for path in &self.files {
            let bytes = read_file(path)?;
            let file = path.display().to_string();
            match import::any(&bytes) {
                Ok(read) => {
                    items.extend(read.items);
                    report.notes.extend(read.notes.into_iter().map(|what| Placed {
                        file: file.clone(),
                        what,
                    }));
                }
                Err(faults) => report.faults.extend(faults.into_iter().map(|what| Placed {
                    file: file.clone(),
                    what,
                })),
            }
        }
        Ok(items)
    }

    /// Where faults of the paper as a whole are: in all its files together.
    fn all_files(&self) -> String {
        let names = self.files.iter().map(|path| path.display().to_string());
        names.collect::<Vec<_>>().join(" + ")
    }

    async fn take(
        &self,
        work: &Workplace,
        items: Vec<Item>,
        scheme: Scheme,
        report: &mut Report,
    ) -> Result<()> {
        let mut tx = work.db.write().await?;
        let target = store::target(&mut tx, self.sitting).await?;
        let target = target.with_context(|| {
            format!(
                "--sitting {}: không có ca thi này / no such sitting",
                self.sitting
            )
        })?;
        if !target.unopened {
            bail!(
                "ca thi đã mở phòng, đề không đổi được nữa / a room of the sitting is open, the paper can't change any more"
            );
        }
        let paper = match Built::new(self.head(&target), items, scheme) {
            Ok(paper) => paper,
            Err(faults) => {
                let file = self.all_files();
                report.faults.extend(faults.into_iter().map(|what| Placed {
                    file: file.clone(),
                    what,
                }));
                return Ok(());
            }
        };
        ensure!(
            !target.attempts.is_empty(),
            "ca thi chưa có thí sinh; hãy nhập danh sách trước / the sitting has no candidates; import the roster first"
        );
        (report.questions, report.maximum) = (paper.questions().count(), paper.maximum());
        report.forms = target.attempts.len();
        report.taken = true;
        if self.dry_run {
            return Ok(());
        }
        let keys = Keys::read(&work.config)?;
        let new = make(
            &paper,
            self.sitting,
            &target.attempts,
            &keys.node,
            work.random.ring(),
        )?;
        store::replace(&mut tx, self.sitting, &new).await?;
        work.audit(
            &mut tx,
            "paper.import",
            &format!("sitting:{}", self.sitting),
            &commitments(&new),
        )
        .await?;
        tx.commit().await?;
        Ok(())
    }

    fn head(&self, target: &Target) -> PaperHead {
        PaperHead {
            title: self.title.clone().unwrap_or_else(|| target.title.clone()),
            subject: target.subject.clone(),
            duration: target.duration,
        }
    }
}

/// What the audit says of the forms: commitments to their keys and seeds, never the keys and seeds.
fn commitments(new: &NewPaper) -> serde_json::Value {
    let forms = new
        .forms
        .iter()
        .map(|form| json!({ "form": form.id, "key": form.key_commitment, "seed": form.seed_commitment }));
    json!({ "questions": new.questions, "forms": forms.collect::<Vec<_>>() })
}

fn print(report: &Report, dry_run: bool) {
    for Placed { file, what } in &report.notes {
        println!("chú ý/note · {file} · {what} / {}", what.message_en);
    }
    for Placed { file, what } in &report.faults {
        println!("lỗi/fault · {file} · {what} / {}", what.message_en);
    }
    println!(
        "{}: {} câu/questions, {} mã đề/forms, {},{:02} điểm/points, {} lỗi/faults",
        match (report.taken, dry_run) {
            (false, _) => "không nhận, không đổi gì / refused, nothing changed",
            (true, true) => "chạy thử, không đổi gì / dry run, nothing changed",
            (true, false) => "đã nhận và niêm phong / taken and sealed",
        },
        report.questions,
        report.forms,
        report.maximum / 100,
        report.maximum % 100,
        report.faults.len(),
    );
}
