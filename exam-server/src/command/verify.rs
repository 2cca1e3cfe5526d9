//! `exam-server verify`: checks an exported submission without a database.

use super::workplace::{conclude, read_file};
use crate::sitting::submission::verify::{Bad, Confirmed, Record, verify};
use anyhow::{Context, Result};
use clap::Args;
use exam_protocol::record::SubmissionFile;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use std::path::PathBuf;
use std::process::ExitCode;

/// Check a submission file.
#[derive(Debug, Args)]
pub struct Verify {
    /// File exported by the proctor's page or by `exam-server export submissions`
    file: PathBuf,
    /// Certificate of the exam CA (PEM): the only thing that is trusted
    #[arg(long)]
    trust: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Verify {
    /// Checks and reports. Exit code 0: all records hold; 1: one does not.
    ///
    /// # Errors
    /// When a file can't be read or the certificate is none.
    pub fn run(self) -> Result<ExitCode> {
        let ca = CertificateDer::from_pem_slice(&read_file(&self.trust)?).with_context(|| {
            format!(
                "{}: không phải chứng thư PEM / not a PEM certificate",
                self.trust.display()
            )
        })?;
        let outcome = match serde_json::from_slice::<SubmissionFile>(&read_file(&self.file)?) {
            Ok(file) => verify(&file, &ca),
            Err(error) => Err(unreadable(&error)),
        };
        conclude(&outcome, self.json.then_some("submission"), print)
    }
}

fn unreadable(error: &serde_json::Error) -> Bad {
    let (line, column) = (error.line(), error.column());
    Bad {
        record: Record::File,
        line: None,
        message: format!("dòng {line}, cột {column}: không phải tệp bài nộp"),
        message_en: format!("line {line}, column {column}: not a submission file"),
    }
}

fn print(outcome: &Result<Confirmed, Bad>) {
    match outcome {
        Ok(confirmed) => {
            println!("HỢP LỆ: mọi chữ ký, biên nhận và nhật ký đều khớp.");
            println!("VALID: every signature, the receipt and the journal hold.");
            println!("bài thi/attempt {}", confirmed.attempt);
            println!("mã đề/form {}", confirmed.form);
            println!(
                "{} dòng nhật ký/journal lines, {} câu đã trả lời/answered",
                confirmed.lines, confirmed.answered
            );
            if confirmed.late {
                println!("NỘP MUỘN / LATE");
            }
        }
        Err(bad) => {
            let place = bad.line.map_or_else(String::new, |line| format!(" {line}"));
            println!("KHÔNG HỢP LỆ: {:?}{place}: {}", bad.record, bad.message);
            println!("NOT VALID: {:?}{place}: {}", bad.record, bad.message_en);
        }
    }
}
