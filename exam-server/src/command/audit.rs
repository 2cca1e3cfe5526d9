//! `exam-server audit export`, `audit search` and `audit verify`: the audit for inspectors, and whether it holds.

mod search;

use super::workplace::{Installation, Workplace, conclude};
use super::written::{Draft, Existing};
use crate::audit::chain::GENESIS;
use crate::audit::file::{Export, HEAD_BEGINS, HeadLine, read};
use crate::audit::head::{Head, NotBelieved, installation};
use crate::audit::store;
use crate::audit::verify::{Bad, Confirmed, Database, File};
use crate::keys::Keys;
use anyhow::{Context, Result, bail, ensure};
use clap::{Args, Subcommand};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use serde_json::json;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// The audit.
#[derive(Debug, Args)]
pub struct Audit {
    #[command(subcommand)]
    command: AuditCommand,
}

#[derive(Debug, Subcommand)]
enum AuditCommand {
    /// Write the chain to a file that anybody can check
    Export(ExportAudit),
    /// List records, newest first
    Search(search::SearchAudit),
    /// Check a file, or the live database
    Verify(VerifyAudit),
}

/// Export the audit.
#[derive(Debug, Args)]
struct ExportAudit {
    #[command(flatten)]
    installation: Installation,
    /// File to write
    #[arg(long)]
    out: PathBuf,
    #[command(flatten)]
    existing: Existing,
    /// First record
    #[arg(long, default_value_t = 1)]
    from: i64,
    /// Last record; the newest one if not given
    #[arg(long)]
    to: Option<i64>,
}

/// Verify the audit.
#[derive(Debug, Args)]
struct VerifyAudit {
    /// File exported by `audit export` or by the console
    #[arg(
        required_unless_present = "config",
        requires = "trust",
        conflicts_with = "config"
    )]
    file: Option<PathBuf>,
    /// Certificate of the exam CA (PEM): the only thing that is trusted
    #[arg(long)]
    trust: Option<PathBuf>,
    /// Configuration file of an installation whose database is checked
    #[arg(long)]
    config: Option<PathBuf>,
    /// An older export, or its last line, kept elsewhere: the chain must go through it
    #[arg(long)]
    head: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Audit {
    /// Runs the command.
    ///
    /// # Errors
    /// What went wrong, for the person at the terminal.
    pub async fn run(self) -> Result<ExitCode> {
        match self.command {
            AuditCommand::Export(command) => command.run().await,
            AuditCommand::Search(command) => command.run().await,
            AuditCommand::Verify(command) => command.run().await,
        }
    }
}

impl ExportAudit {
    async fn run(self) -> Result<ExitCode> {
        let work = self.installation.open().await?;
        let keys = Keys::read(&work.config)?;
        let newest = store::newest(work.db.reader())
            .await?
            .map_or(0, |newest| newest.sequence);
        let to = self.to.unwrap_or(newest);
        ensure!(
            self.from >= 1 && to >= self.from - 1 && to <= newest,
            "không có đoạn bản ghi đó; nhật ký có {newest} bản ghi / there is no such range; the audit has {newest} records"
        );
        let previous = match self.from {
            1 => GENESIS,
            from => store::hash_of(work.db.reader(), from - 1)
                .await?
                .context("audit")?,
        };
        let out = self.existing.begin(&self.out)?;
        let mut tx = work.db.write().await?;
        work.audit(
            &mut tx,
            "audit.export",
            "audit",
            &json!({ "from": self.from, "to": to }),
        )
        .await?;
        tx.commit().await?;
        let ca = certificate(&work.config.http.exam_ca)?;
        let (export, first) = Export::begin(installation(&ca), (self.from, to), previous);
        self.write(out, (&work, &keys), (export, first), to).await?;
        work.db.close().await;
        println!("{}: {} – {to}", self.out.display(), self.from);
        Ok(ExitCode::SUCCESS)
    }

    async fn write(
        &self,
        mut out: Draft,
        (work, keys): (&Workplace, &Keys),
        (mut export, first): (Export, String),
        to: i64,
    ) -> Result<()> {
        let place = || self.out.display().to_string();
        out.write_all(first.as_bytes()).with_context(place)?;
        while export.next() <= to {
            let records = store::after(work.db.reader(), export.next() - 1).await?;
            ensure!(
                !records.is_empty(),
                "thiếu bản ghi / records are gone: {}",
                export.next()
            );
            for record in records.iter().filter(|record| record.sequence <= to) {
                out.write_all(export.record(record).as_bytes())
                    .with_context(place)?;
            }
        }
        let signer = (&keys.receipt, keys.receipt_certificate.as_slice());
        let head = export.finish(work.now(), signer, work.random.ring())?;
        out.write_all(head.as_bytes()).with_context(place)?;
        out.finish()
    }
}

fn certificate(path: &Path) -> Result<CertificateDer<'static>> {
    CertificateDer::from_pem_file(path).with_context(|| {
        format!(
            "{}: không phải chứng thư PEM / not a PEM certificate",
            path.display()
        )
    })
}

/// Each line of a file with its line feed.
fn lines(path: &Path) -> Result<impl Iterator<Item = Result<Vec<u8>>>> {
    let place = path.display().to_string();
    let file =
        std::fs::File::open(path).with_context(|| format!("{place}: không đọc được / can't be read"))?;
    let mut reader = BufReader::new(file);
    Ok(std::iter::from_fn(move || {
        let mut line = Vec::new();
        match reader.read_until(b'\n', &mut line) {
            Ok(0) => None,
            Ok(_) => Some(Ok(line)),
            Err(error) => Some(Err(error).with_context(|| place.clone())),
        }
    }))
}

impl VerifyAudit {
    async fn run(self) -> Result<ExitCode> {
        let outcome = match (&self.file, &self.config) {
            (Some(file), None) => {
                let ca = certificate(self.trust.as_deref().context("--trust")?)?;
                let known = self.known(&ca)?;
                verify_file(file, &ca, known)?
            }
            (None, Some(_)) => self.database().await?,
            _ => bail!("FILE --trust, --config"),
        };
        conclude(&outcome, self.json.then_some("audit"), print)
    }

    /// The head that was kept elsewhere.
    fn known(&self, ca: &[u8]) -> Result<Option<Head>> {
        let Some(path) = &self.head else {
            return Ok(None);
        };
        let mut last = None;
        for line in lines(path)? {
            last = Some(line?);
        }
        let text = String::from_utf8(last.unwrap_or_default()).unwrap_or_default();
        let line: Option<HeadLine> = text.starts_with(HEAD_BEGINS).then(|| read(&text)).flatten();
        let place = path.display();
        let line = line.with_context(|| format!("{place}: không có phần ký / no signed head"))?;
        let head = Head::verify(&line.head.0, &line.certificates.0, ca)
            .map_err(|NotBelieved(vi, en)| anyhow::anyhow!("{place}: {vi} / {en}"))?;
        Ok(Some(head))
    }

    async fn database(&self) -> Result<Result<Confirmed, Bad>> {
        let installation = Installation::at(self.config.clone().context("--config")?);
        let work = installation.open().await?;
        let ca = certificate(&work.config.http.exam_ca)?;
        let mut chain = Database::new(self.known(&ca)?);
        // From below the first number on: what somebody put there is no record of the chain.
        let mut last = i64::MIN;
        let outcome = loop {
            let records = match store::after(work.db.reader(), last).await {
                Ok(records) => records,
                Err(error @ (sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_))) => {
                    break Err(chain.unreadable(&error));
                }
                Err(error) => return Err(error.into()),
            };
            if records.is_empty() {
                break chain.finish();
            }
            if let Some(bad) = records.iter().find_map(|record| chain.take(record).err()) {
                break Err(bad);
            }
            last = chain.last();
        };
        work.db.close().await;
        Ok(outcome)
    }
}

fn verify_file(path: &Path, ca: &[u8], known: Option<Head>) -> Result<Result<Confirmed, Bad>> {
    let mut file = File::new(ca, known);
    for line in lines(path)? {
        if let Err(bad) = file.take(&line?) {
            return Ok(Err(bad));
        }
    }
    Ok(file.finish())
}

fn print(outcome: &Result<Confirmed, Bad>) {
    match outcome {
        Ok(confirmed) => {
            let (from, to) = (confirmed.from, confirmed.sequence);
            println!("HỢP LỆ: các bản ghi {from} – {to} khớp với chuỗi.");
            println!("VALID: records {from} – {to} fit the chain.");
            println!("{}", confirmed.hash);
            if confirmed.erased_reasons > 0 {
                println!(
                    "nội dung lý do đã xóa/reasons erased: {}",
                    confirmed.erased_reasons
                );
            }
        }
        Err(bad) => {
            let line = if bad.line == 0 {
                String::new()
            } else {
                format!(" dòng/line {}", bad.line)
            };
            let record = bad
                .sequence
                .map_or_else(String::new, |sequence| format!(" bản ghi/record {sequence}"));
            println!("KHÔNG HỢP LỆ:{line}{record}: {}", bad.message);
            println!("NOT VALID:{line}{record}: {}", bad.message_en);
        }
    }
}
