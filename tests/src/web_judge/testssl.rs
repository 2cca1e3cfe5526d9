//! testssl.sh: everything that it knows about TLS, against the one port of browsers and machines. It is given the exam CA,
//! as every PC of the hall is.

use super::Thoroughness;
use crate::hall::Hall;
use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use std::fmt;
use std::fs::{self, File};
use std::process::Command;

/// One line of the report.
#[derive(Clone, Debug, Deserialize)]
struct Finding {
    id: String,
    severity: String,
    #[serde(rename = "finding")]
    text: String,
}

/// What was found.
pub(super) struct Verdict {
    findings: Vec<Finding>,
}

impl Verdict {
    /// Findings above LOW.
    pub(super) fn faults(&self) -> u32 {
        let grave = self.findings.iter().filter(|one| one.is_fault());
        u32::try_from(grave.count()).unwrap_or(u32::MAX)
    }
}

impl Finding {
    /// OK, INFO and LOW are none; WARN is what testssl.sh says about itself, an engine that this machine has not.
    fn is_fault(&self) -> bool {
        !matches!(self.severity.as_str(), "OK" | "INFO" | "LOW" | "WARN")
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "testssl: {} findings, {} above LOW",
            self.findings.len(),
            self.faults()
        )?;
        let shown = self
            .findings
            .iter()
            .filter(|one| !matches!(one.severity.as_str(), "OK" | "INFO"));
        for Finding { id, severity, text } in shown {
            write!(f, "\n  {severity} {id}: {text}")?;
        }
        Ok(())
    }
}

/// Runs it.
pub(super) async fn run(hall: &Hall, how: &Thoroughness) -> Result<Verdict> {
    let report = how.reports.join("testssl.json");
    // It adds to a report that is there.
    if report.exists() {
        fs::remove_file(&report)?;
    }
    let mut command = Command::new("testssl");
    command
        .args([
            "--quiet",
            "--color",
            "0",
            "--warnings",
            "off",
            "--ip",
            "127.0.0.1",
            "--add-ca",
        ])
        .arg(hall.exam_ca())
        .arg("--jsonfile")
        .arg(&report)
        .arg(hall.door()?.url(""))
        .stdout(File::create(how.reports.join("testssl.txt"))?);
    let ended = tokio::task::spawn_blocking(move || command.status()).await?;
    ended.context("testssl is not installed: `cargo xtask judge web` installs it")?;
    let findings: Vec<Finding> = serde_json::from_slice(&fs::read(&report)?).context("testssl.json")?;
    let complete =
        findings.iter().any(|one| one.id == "TLS1_3") && findings.iter().any(|one| one.id == "cert_trust");
    ensure!(
        complete,
        "testssl did not come to its end: see {}",
        how.reports.display()
    );
    Ok(Verdict { findings })
}
