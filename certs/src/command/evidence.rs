//! `certs verify-evidence`: judges the evidence of a check-in again, as an exam server exported it.

use super::document::{as_json, exit_code, print};
use super::{instant, read, store};
use anyhow::{Context, Result};
use certs::Time;
use certs::travel_document::TrustAnchors;
use certs::travel_document::evidence::KeptEvidence;
use clap::Args;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Args)]
pub(crate) struct Arguments {
    /// The evidence, evidence.cbor of `exam-server personal-data unmask`.
    file: PathBuf,
    /// What is trusted: as for verify-document.
    #[arg(long, num_args = 1..)]
    trust: Vec<PathBuf>,
    /// Judge as of this day (YYYY-MM-DD) or second (YYYY-MM-DDThh:mm:ssZ), UTC, instead of the moment of the check-in.
    #[arg(long)]
    at: Option<String>,
    /// Report as JSON; this is the default.
    #[arg(long, conflicts_with = "text")]
    json: bool,
    /// Report in plain words instead.
    #[arg(long)]
    text: bool,
}

/// Judges and reports.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let evidence = KeptEvidence::parse(&read(&arguments.file)?).with_context(|| {
        format!(
            "{0}: không phải bằng chứng đọc thẻ / {0} is no evidence of a check-in",
            arguments.file.display()
        )
    })?;
    let at =
        match &arguments.at {
            Some(text) => Some(Time::parse(text).with_context(|| {
                format!("--at {text}: viết như 2026-12-31 / --at {text}: give YYYY-MM-DD")
            })?),
            None => None,
        };
    let received = Time(evidence.received_at.div_euclid(1000));
    let mut anchors = TrustAnchors::empty();
    for path in &arguments.trust {
        store::add_path(&mut anchors, path, at.unwrap_or(received))?;
    }
    let judgement = evidence.judge(&anchors, at);
    if arguments.text && !arguments.json {
        print(&judgement);
        println!(
            "check-in   {}, {}",
            hex::encode(&evidence.checkin),
            instant(received)
        );
        if let Some(proven) = evidence.agreement_proven {
            println!("server     says that chip authentication {}", outcome(proven));
        }
    } else {
        let mut report = as_json(&judgement);
        if let Value::Object(fields) = &mut report {
            fields.insert("check_in".to_owned(), check_in(&evidence));
        }
        println!("{report:#}");
    }
    Ok(exit_code(&judgement))
}

fn outcome(proven: bool) -> &'static str {
    if proven {
        "proved the chip"
    } else {
        "did not prove the chip"
    }
}

/// What the evidence is tied to, and what has to be taken on the server's word.
fn check_in(evidence: &KeptEvidence) -> Value {
    let took = evidence.challenged_at.map(|at| evidence.received_at - at);
    json!({
        "checkin": hex::encode(&evidence.checkin),
        "sitting": hex::encode(&evidence.sitting),
        "attempt": hex::encode(&evidence.attempt),
        "station": hex::encode(&evidence.station),
        "challenge": hex::encode(evidence.derived_challenge()),
        "checkpoint": hex::encode(&evidence.checkpoint),
        "received_at": instant(Time(evidence.received_at.div_euclid(1000))),
        "milliseconds_after_challenge": took,
        "server_says": { "chip_authentication": evidence.agreement_proven.map(outcome) },
    })
}
