//! The command line: reads files, calls the library, prints. Everything else is in the library.

use anyhow::{Context, bail};
use clap::{Args, Parser, Subcommand};
use question_bank::fault::{Fault, Note};
use question_bank::item::{Item, Kind};
use question_bank::paper::{Paper, PaperHead, check_items};
use question_bank::scheme::{Scheme, TrueFalseRule};
use question_bank::{form::Form, import, redact};
use serde::Serialize;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

mod command;
mod view;

/// Exam questions and papers: import, check, preview.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Read GIFT and Moodle XML files and report what they hold; faults name question and line.
    ///
    /// The format is found from the content. A file with one fault is refused as a whole. The messages are in
    /// Vietnamese; the report has both languages. Exit code 1: a file was refused;
    /// 2: it could not be read.
    Import {
        /// The files, together one paper.
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// Write a report with items, notes and faults as JSON.
        #[arg(long, value_name = "FILE")]
        report: Option<PathBuf>,
        /// Only check: leave the questions themselves out of the report.
        #[arg(long)]
        dry_run: bool,
        /// Print the report instead of the summary.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        paper: PaperArgs,
    },
    /// Print what one candidate would see, as JSON: shuffled by the seed, without keys.
    Preview {
        /// The files, together one paper.
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// Seed of the form: up to 64 hexadecimal digits; without it, the order of the files.
        #[arg(long, value_name = "HEX")]
        seed: Option<String>,
        /// The form's printed code (mã đề).
        #[arg(long, default_value = "0000")]
        code: String,
        #[command(flatten)]
        paper: PaperArgs,
    },
    /// Print the formulas of an XML file with Office Math Markup as MathML, one to a line.
    Omml2mathml {
        /// An XML file or a fragment of one, with `m:oMath` elements.
        file: PathBuf,
    },
    /// Print the formula of a `MathType` object as MathML.
    Mtef2mathml {
        /// An OLE object (`oleObject1.bin`), a Windows metafile, or bare MTEF of version 2, 3 or 5.
        file: PathBuf,
    },
    /// Score responses by a QTI item's own processing and print the outcomes as JSON.
    QtiScore {
        /// The item: QTI 2.1, 2.2 or 3.0.
        item: PathBuf,
        /// A JSON object of responses by identifier, or `{"responses": {…}, "seed": …}`.
        responses: PathBuf,
        /// Seed of template variables; wins over that of the file.
        #[arg(long)]
        seed: Option<u32>,
    },
    /// Print a marking scheme as JSON, to be changed and given to --scheme.
    Scheme {
        /// `even`, or a subject of the graduation exam since 2025: toan, vat-li, hoa-hoc, sinh-hoc, dia-li, lich-su,
        /// gdktpl, cong-nghe, ngoai-ngu.
        name: String,
    },
}

#[derive(Args)]
struct PaperArgs {
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

fn main() -> ExitCode {
    run(Cli::parse().command).unwrap_or_else(|error| {
        eprintln!("lỗi: {error:#}");
        ExitCode::from(2)
    })
}

fn run(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Import {
            files,
            report,
            dry_run,
            json,
            paper,
        } => {
            let found = read_all(&files, &paper)?;
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
                fs::write(&path, text).with_context(|| path.display().to_string())?;
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
        Command::Preview {
            files,
            seed,
            code,
            paper,
        } => preview(&files, seed.as_deref(), &code, &paper),
        Command::Omml2mathml { file } => command::convert::omml(&file).map(|()| ExitCode::SUCCESS),
        Command::Mtef2mathml { file } => command::convert::mtef(&file).map(|()| ExitCode::SUCCESS),
        Command::QtiScore {
            item,
            responses,
            seed,
        } => command::qti::score(&item, &responses, seed).map(|()| ExitCode::SUCCESS),
        Command::Scheme { name } => {
            println!("{}", serde_json::to_string_pretty(&scheme(&name)?)?);
            Ok(ExitCode::SUCCESS)
        }
    }
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

fn preview(files: &[PathBuf], seed: Option<&str>, code: &str, args: &PaperArgs) -> anyhow::Result<ExitCode> {
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
