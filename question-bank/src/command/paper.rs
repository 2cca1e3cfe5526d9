//! `import`, `preview` and `scheme`: files as one paper. All or nothing.

use anyhow::{Context, bail};
use clap::Args;
use question_bank::fault::{Fault, Note};
use question_bank::item::{Item, Kind};
use question_bank::paper::{Paper, PaperHead, check_items};
use question_bank::scheme::{Scheme, TrueFalseRule};
use question_bank::{form::Form, import, redact};
use serde::Serialize;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::view;

/// How files become one paper.
#[derive(Args)]
pub struct PaperArgs {
    /// Marking scheme: a JSON file, `even`, or a subject of the graduation exam since 2025 such as `toan`. With it the
    /// files are checked as one paper; without it, as a bank of single questions.
    #[arg(long, value_name = "FILE|NAME")]
    scheme: Option<String>,
    /// The paper's title.
    #[arg(long, default_value = "Đề kiểm tra")]
    title: String,
    /// The paper's subject.
    #[arg(long, default_value = "")]
    subject: String,
    /// Minutes allowed.
    #[arg(long, default_value_t = 45)]
    minutes: i64,
}

/// What `import` found.
#[derive(Serialize)]
struct Report {
    accepted: bool,
    files: Vec<FileReport>,
    /// What is wrong with the questions, or why together they make no paper under the scheme.
    paper_faults: Vec<Fault>,
    items: Vec<Item>,
}

#[derive(Serialize)]
struct FileReport {
    file: String,
    questions: usize,
    kinds: Vec<(Kind, usize)>,
    pictures: usize,
    notes: Vec<Note>,
    faults: Vec<Fault>,
}

/// Reads files as one paper, reports, and says by the exit code whether they are accepted.
pub fn import(
    files: &[PathBuf],
    report: Option<&Path>,
    dry_run: bool,
    json: bool,
    paper: &PaperArgs,
) -> anyhow::Result<ExitCode> {
    let found = read_all(files, paper)?;
    let accepted = found.accepted;
    let shown = if dry_run {
        Report {
            items: Vec::new(),
            ..found
        }
    } else {
        found
    };
    if let Some(path) = report {
        let text = serde_json::to_string_pretty(&shown)?;
        fs::write(path, text).with_context(|| path.display().to_string())?;
    }
    if json {
        println!("{}", serde_json::to_string_pretty(&shown)?);
    } else {
        print_summary(&shown);
    }
    Ok(if accepted {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn read_all(files: &[PathBuf], paper: &PaperArgs) -> anyhow::Result<Report> {
    let mut report = Report {
        accepted: true,
        files: Vec::new(),
        paper_faults: Vec::new(),
        items: Vec::new(),
    };
    for path in files {
        let bytes = fs::read(path).with_context(|| path.display().to_string())?;
        let (import, faults) = match import::any(&bytes) {
            Ok(import) => (import, Vec::new()),
            Err(faults) => (import::Import::default(), faults),
        };
        report.accepted &= faults.is_empty();
        report.files.push(file_report(path, &import, faults));
        report.items.extend(import.items);
    }
    if report.accepted {
        report.paper_faults = match &paper.scheme {
            Some(name) => Paper::new(paper.head(), report.items.clone(), scheme(name)?)
                .err()
                .unwrap_or_default(),
            None => check_items(&report.items, &any_statements()),
        };
        report.accepted = report.paper_faults.is_empty();
    }
    Ok(report)
}

/// A scheme that takes true/false groups of any size: a bank may hold what no paper has asked for yet.
fn any_statements() -> Scheme {
    Scheme {
        true_false: TrueFalseRule::PerStatement,
        ..Scheme::even()
    }
}

fn file_report(path: &Path, import: &import::Import, faults: Vec<Fault>) -> FileReport {
    let count = |kind: Kind| {
        import
            .items
            .iter()
            .filter(|item| item.kind.kind() == kind)
            .count()
    };
    FileReport {
        file: path.display().to_string(),
        questions: import.items.len(),
        kinds: Kind::ALL
            .into_iter()
            .map(|kind| (kind, count(kind)))
            .filter(|(_, count)| *count > 0)
            .collect(),
        pictures: import.items.iter().map(|item| item.media.len()).sum(),
        notes: import.notes.clone(),
        faults,
    }
}

fn print_summary(report: &Report) {
    for file in &report.files {
        if file.faults.is_empty() {
            println!(
                "{}: {} câu hỏi, {} hình",
                file.file, file.questions, file.pictures
            );
            for (kind, count) in &file.kinds {
                println!("  {count:>4}  {}", kind.name_vi());
            }
        } else {
            println!("{}: bị từ chối, {} lỗi", file.file, file.faults.len());
        }
        for fault in &file.faults {
            println!("  lỗi: {fault}");
        }
        for note in &file.notes {
            println!("  lưu ý: {note}");
        }
    }
    for fault in &report.paper_faults {
        println!("lỗi: {fault}");
    }
    println!(
        "{}",
        if report.accepted {
            "Dùng được."
        } else {
            "Không dùng được; chưa có gì được nhập."
        }
    );
}

/// Prints what one candidate would see.
pub fn preview(
    files: &[PathBuf],
    seed: Option<&str>,
    code: &str,
    args: &PaperArgs,
) -> anyhow::Result<ExitCode> {
    let report = read_all(files, args)?;
    if !report.accepted {
        print_summary(&report);
        return Ok(ExitCode::FAILURE);
    }
    let paper = Paper::new(args.head(), report.items, args.scheme_or_even()?).map_err(|faults| {
        anyhow::anyhow!(
            faults
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join("\n")
        )
    })?;
    let form = match seed {
        Some(seed) => Form::make(&paper, code, seed_bytes(seed)?),
        None => Form::unshuffled(&paper, code),
    };
    println!(
        "{}",
        serde_json::to_string_pretty(&view::paper(&redact::candidate_paper(&paper, &form)))?
    );
    Ok(ExitCode::SUCCESS)
}

impl PaperArgs {
    fn scheme_or_even(&self) -> anyhow::Result<Scheme> {
        scheme(self.scheme.as_deref().unwrap_or("even"))
    }

    fn head(&self) -> PaperHead {
        let duration = exam_protocol::time::Millis::minutes(self.minutes);
        PaperHead {
            title: self.title.clone(),
            subject: self.subject.clone(),
            duration,
        }
    }
}

/// Prints a marking scheme to be changed.
pub fn print_scheme(name: &str) -> anyhow::Result<ExitCode> {
    println!("{}", serde_json::to_string_pretty(&scheme(name)?)?);
    Ok(ExitCode::SUCCESS)
}

fn scheme(name: &str) -> anyhow::Result<Scheme> {
    if name == "even" {
        return Ok(Scheme::even());
    }
    if let Some(scheme) = Scheme::graduation_2025(name) {
        return Ok(scheme);
    }
    if !Path::new(name).exists() {
        bail!(
            "không có thang điểm «{name}»: hãy dùng even, {} hoặc một tệp JSON",
            Scheme::GRADUATION_2025.join(", ")
        );
    }
    let text = fs::read_to_string(name).with_context(|| name.to_owned())?;
    Scheme::from_json(&text).with_context(|| name.to_owned())
}

/// Up to 32 bytes of hexadecimal digits, filled up with zeros on the right.
fn seed_bytes(text: &str) -> anyhow::Result<[u8; 32]> {
    let mut seed = [0; 32];
    if text.is_empty() || text.len() > 64 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
        bail!("hạt giống (seed) phải gồm từ 1 đến 64 chữ số hệ 16");
    }
    let padded = format!("{text:0<64}");
    for (byte, digits) in seed.iter_mut().zip(padded.as_bytes().as_chunks::<2>().0) {
        *byte = u8::from_str_radix(std::str::from_utf8(digits)?, 16)?;
    }
    Ok(seed)
}
