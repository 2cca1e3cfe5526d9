//! The command line: reads files, calls the library, prints. Everything else is in the library.

use clap::{Parser, Subcommand};
use command::paper::PaperArgs;
use std::path::PathBuf;
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
        /// Take the questions into this bank; a new one is made where there is none. Word files give the questions that
        /// were understood, and list the others with paragraph and reason.
        #[arg(long, value_name = "BANK")]
        bank: Option<PathBuf>,
        /// The bank's signing key (PKCS #8 PEM); without it `BANK.key`, made with a new bank.
        #[arg(long, value_name = "FILE", requires = "bank")]
        key: Option<PathBuf>,
        /// Who brings the questions in; nobody judges their own.
        #[arg(long, default_value = "import")]
        author: String,
        /// Write a page for each file into this folder that shows source and result side by side.
        #[arg(long, value_name = "FOLDER", requires = "bank")]
        fidelity: Option<PathBuf>,
        #[command(flatten)]
        paper: PaperArgs,
    },
    /// Write the questions of a bank for another program.
    Export {
        /// The bank.
        bank: PathBuf,
        /// The format.
        #[arg(long, value_enum)]
        format: ExportFormat,
        /// Write here instead of printing.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Check a bank: its signature, its items, their references. Exit code 1: something is wrong.
    Check {
        /// The bank.
        bank: PathBuf,
    },
    /// Print what differs between two banks, one JSON object to a line. Exit code 1: something differs.
    Diff {
        /// The bank before.
        before: PathBuf,
        /// The bank after.
        after: PathBuf,
    },
    /// Print an item of a bank with its key.
    Render {
        /// The item's identifier.
        item: String,
        /// The bank.
        #[arg(long)]
        bank: PathBuf,
        /// As a page with its pictures instead of plain text.
        #[arg(long)]
        html: bool,
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

/// Formats of other programs.
#[derive(Clone, Copy, clap::ValueEnum)]
enum ExportFormat {
    Gift,
    MoodleXml,
    Aiken,
}

impl From<ExportFormat> for question_bank::export::Format {
    fn from(format: ExportFormat) -> Self {
        match format {
            ExportFormat::Gift => Self::Gift,
            ExportFormat::MoodleXml => Self::MoodleXml,
            ExportFormat::Aiken => Self::Aiken,
        }
    }
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
            bank,
            key,
            author,
            fidelity,
            paper,
        } => {
            if let Some(bank) = bank {
                let intake = command::bank::Intake {
                    bank: &bank,
                    key: key.as_deref(),
                    author: &author,
                    report: report.as_deref(),
                    fidelity: fidelity.as_deref(),
                    dry_run,
                };
                return command::bank::import(&files, &intake);
            }
            command::paper::import(&files, report.as_deref(), dry_run, json, &paper)
        }
        Command::Preview {
            files,
            seed,
            code,
            paper,
        } => command::paper::preview(&files, seed.as_deref(), &code, &paper),
        Command::Export { bank, format, out } => command::bank::export(&bank, format.into(), out.as_deref()),
        Command::Check { bank } => command::bank::check(&bank),
        Command::Diff { before, after } => command::bank::diff(&before, &after),
        Command::Render { item, bank, html } => command::bank::render(&bank, &item, html),
        Command::Omml2mathml { file } => command::convert::omml(&file).map(|()| ExitCode::SUCCESS),
        Command::Mtef2mathml { file } => command::convert::mtef(&file).map(|()| ExitCode::SUCCESS),
        Command::QtiScore {
            item,
            responses,
            seed,
        } => command::qti::score(&item, &responses, seed).map(|()| ExitCode::SUCCESS),
        Command::Scheme { name } => command::paper::print_scheme(&name),
    }
}
