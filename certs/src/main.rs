//! The command `certs`: makes the exam CA and its certificates, and judges files of an identity card on the command line.
//!
//! Only arguments, files and printing are here; every rule is in the library.

mod command;

use clap::{Parser, Subcommand};
use command::{authority, document, evidence, trust};
use std::process::ExitCode;

/// Certificates of an exam and genuineness of identity cards.
#[derive(Parser)]
#[command(version, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make the exam CA, and certificates for servers and check-in stations.
    #[command(subcommand)]
    Ca(authority::Command),
    /// Judge the files of a card: integrity, issuer, chip. Exit code 0 only when integrity is valid and none is invalid.
    VerifyDocument(document::Arguments),
    /// Judge the evidence of a check-in again, with the chip's signature over its derived challenge. Exit code as above.
    VerifyEvidence(evidence::Arguments),
    /// Keep the certificates of states whose cards can be confirmed, and their revocation lists, in a folder.
    #[command(subcommand)]
    Trust(trust::Command),
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Ca(command) => authority::run(command).map(|()| ExitCode::SUCCESS),
        Command::VerifyDocument(arguments) => document::run(&arguments),
        Command::VerifyEvidence(arguments) => evidence::run(&arguments),
        Command::Trust(command) => trust::run(command).map(|()| ExitCode::SUCCESS),
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("certs: {}", line(&error));
        ExitCode::from(2)
    })
}

/// An error with its causes in each language: those that have two texts, "vi / en", are not mixed.
fn line(error: &anyhow::Error) -> String {
    let (mut vi, mut en) = (Vec::new(), Vec::new());
    for cause in error.chain() {
        let text = cause.to_string();
        let (in_vi, in_en) = match text.split_once(" / ") {
            Some((first, second)) if !second.contains(" / ") => (first.to_owned(), second.to_owned()),
            _ => (text.clone(), text),
        };
        vi.push(in_vi);
        en.push(in_en);
    }
    let (vi, en) = (vi.join(": "), en.join(": "));
    if vi == en { vi } else { format!("{vi} / {en}") }
}
