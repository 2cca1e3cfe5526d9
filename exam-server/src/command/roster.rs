//! `exam-server roster import` and `roster template`.

use super::workplace::{Installation, Workplace, print_json, read_file};
use super::written::Existing;
use crate::exam::roster::date::Day;
use crate::exam::roster::plan::{Difference, DifferenceKind, Plan, plan};
use crate::exam::roster::report::{Finding, folded};
use crate::exam::roster::seating::CAPACITY;
use crate::exam::roster::{Roster as File, read};
use crate::exam::store::roster as store;
use crate::table::template;
use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand};
use exam_protocol::id::{AttemptId, SittingId};
use serde::Serialize;
use serde_json::json;
use std::path::PathBuf;
use std::process::ExitCode;

/// Rosters.
#[derive(Debug, Args)]
pub struct Roster {
    #[command(subcommand)]
    command: RosterCommand,
}

#[derive(Debug, Subcommand)]
enum RosterCommand {
    /// Take a roster (XLSX or CSV) into a sitting, whole or not at all; prints what differs from what is stored
    Import(Import),
    /// Ghi tệp mẫu (XLSX hoặc CSV) có sẵn tiêu đề cột / write an empty roster (XLSX or CSV) with its headings
    Template(Template),
}

/// Headings of a roster, in the order that people fill in.
const HEADINGS: [&str; 10] = [
    "STT",
    "Số báo danh",
    "Số CCCD",
    "Họ và tên",
    "Ngày sinh",
    "Giới tính",
    "Lớp",
    "Trường",
    "Phòng thi",
    "Vị trí",
];

#[derive(Debug, Args)]
struct Template {
    /// Tệp .xlsx hoặc .csv / a file ending in .xlsx or .csv
    file: PathBuf,
    #[command(flatten)]
    existing: Existing,
}

#[derive(Debug, Args)]
struct Import {
    #[command(flatten)]
    installation: Installation,
    /// XLSX or CSV
    file: PathBuf,
    /// The sitting
    #[arg(long)]
    sitting: SittingId,
    /// Seats of each room, where the file does not say who sits where
    #[arg(long, default_value_t = CAPACITY)]
    capacity: usize,
    /// Only show what would change
    #[arg(long)]
    dry_run: bool,
    /// Print every warning and fault on a line of its own, also where only the row differs
    #[arg(long)]
    verbose: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What happened to the file.
#[derive(Serialize)]
struct Report {
    /// Whether the file was taken (with `--dry-run`: could be).
    taken: bool,
    /// Candidates in it.
    candidates: usize,
    faults: Vec<Finding>,
    warnings: Vec<Finding>,
    differences: Vec<Difference>,
}

impl Roster {
    /// Runs the command.
    ///
    /// # Errors
    /// When file, sitting or database can't be used.
    pub async fn run(self) -> Result<ExitCode> {
        match self.command {
            RosterCommand::Import(import) => import.run().await,
            RosterCommand::Template(template) => template.run(),
        }
    }
}

impl Template {
    fn run(&self) -> Result<ExitCode> {
        let bytes = template::of_file(&self.file, "Danh sách thí sinh", &HEADINGS)?;
        self.existing.write(&self.file, &bytes)?;
        println!("{}", self.file.display());
        Ok(ExitCode::SUCCESS)
    }
}

impl Import {
    async fn run(self) -> Result<ExitCode> {
        let bytes = read_file(&self.file)?;
        let work = self.installation.open().await?;
        let today = Day::of(work.now())
            .context("đồng hồ của máy chủ sai; hãy chỉnh lại / the server's clock is wrong; set it")?;
        let report = match read(&bytes, today) {
            Ok(roster) => self.take(&work, &bytes, roster).await?,
            Err(faults) => refused(0, faults, Vec::new()),
        };
        work.db.close().await;
        if self.json {
            print_json(&report)?;
        } else {
            print(&report, self.dry_run, self.verbose);
        }
        Ok(if report.taken {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        })
    }

    async fn take(&self, work: &Workplace, bytes: &[u8], roster: File) -> Result<Report> {
        let mut tx = work.db.write().await?;
        let stored = store::stored(&mut tx, self.sitting).await?;
        let stored = stored.with_context(|| {
            format!(
                "--sitting {}: không có ca thi này / no such sitting",
                self.sitting
            )
        })?;
        let seed: [u8; 32] = work.random.bytes()?;
        let Plan { places, differences } = match plan(&roster.entries, &stored, &seed, self.capacity) {
            Ok(plan) => plan,
            Err(faults) => return Ok(refused(roster.entries.len(), faults, roster.warnings)),
        };
        if !places.is_empty() && store::is_open(&mut tx, self.sitting).await? {
            bail!(
                "ca thi đã mở phòng, danh sách không đổi được nữa / a room of the sitting is open, the roster can't change any more"
            );
        }
        if !self.dry_run && !places.is_empty() {
            let new_id = || {
                let bytes = work
                    .random
                    .bytes()
                    .map_err(|e| sqlx::Error::Configuration(Box::new(e)))?;
                Ok(AttemptId::from_random(bytes))
            };
            store::apply(&mut tx, self.sitting, &places, new_id).await?;
            let file = hex::encode(certs::hash::sha256(bytes));
            let detail = json!({ "candidates": places.len(), "seed": hex::encode(seed), "file": file });
            work.audit(
                &mut tx,
                "roster.import",
                &format!("sitting:{}", self.sitting),
                &detail,
            )
            .await?;
            tx.commit().await?;
        }
        let candidates = roster.entries.len();
        Ok(Report {
            taken: true,
            candidates,
            faults: Vec::new(),
            warnings: roster.warnings,
            differences,
        })
    }
}

fn refused(candidates: usize, faults: Vec<Finding>, warnings: Vec<Finding>) -> Report {
    Report {
        taken: false,
        candidates,
        faults,
        warnings,
        differences: Vec::new(),
    }
}

fn print(report: &Report, dry_run: bool, verbose: bool) {
    for warning in lines(&report.warnings, verbose) {
        println!("chú ý/warning · {warning}");
    }
    for fault in lines(&report.faults, verbose) {
        println!("lỗi/fault · {fault}");
    }
    for difference in &report.differences {
        let kind = match difference.kind {
            DifferenceKind::Added => "thêm/added",
            DifferenceKind::Changed => "sửa/changed",
            DifferenceKind::Moved => "chuyển/moved",
            DifferenceKind::Missing => "vắng trong file, vẫn giữ/missing, kept",
        };
        println!(
            "{kind} · {} · {} · {}",
            difference.candidate_number, difference.name, difference.detail
        );
    }
    let count = |kind| {
        report
            .differences
            .iter()
            .filter(|difference| difference.kind == kind)
            .count()
    };
    println!(
        "{}: {} thí sinh/candidates, {} thêm/added, {} sửa/changed, {} chuyển/moved, {} vắng/missing, {} lỗi/faults",
        match (report.taken, dry_run) {
            (false, _) => "không nhận, không đổi gì / refused, nothing changed",
            (true, true) => "chạy thử, không đổi gì / dry run, nothing changed",
            (true, false) => "đã nhận / taken",
        },
        report.candidates,
        count(DifferenceKind::Added),
        count(DifferenceKind::Changed),
        count(DifferenceKind::Moved),
        count(DifferenceKind::Missing),
        report.faults.len(),
    );
}

fn lines(findings: &[Finding], verbose: bool) -> Vec<String> {
    if verbose {
        findings.iter().map(ToString::to_string).collect()
    } else {
        folded(findings)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exam::roster::header;
    use crate::table::sheet;

    #[test]
    fn the_import_knows_every_heading_of_the_template() {
        for name in ["a.xlsx", "a.csv"] {
            let bytes = template::of_file(name.as_ref(), "Danh sách", &HEADINGS).unwrap();
            let known = |sheet: &sheet::Sheet| header::find(sheet).map_or(0, |header| header.known);
            let sheets = sheet::read(&bytes, known).unwrap();
            let header = header::find(&sheets[0]).unwrap();
            assert_eq!(header.known, HEADINGS.len(), "{name}");
            assert!(header.missing().is_empty());
        }
    }

    #[test]
    fn folds_lines_but_not_json() {
        let zeros = |row| Finding::at(row, "thêm lại số 0", "zeros restored");
        let report = refused(2, Vec::new(), vec![zeros(5), zeros(6)]);
        assert_eq!(
            lines(&report.warnings, false),
            ["thêm lại số 0: 2 dòng (5–6) / zeros restored: 2 rows (5–6)"]
        );
        assert_eq!(
            lines(&report.warnings, true),
            [
                "dòng 5: thêm lại số 0 / row 5: zeros restored",
                "dòng 6: thêm lại số 0 / row 6: zeros restored"
            ]
        );
        let json = serde_json::to_value(&report).unwrap();
        assert_eq!(json["warnings"].as_array().map(Vec::len), Some(2));
    }
}
