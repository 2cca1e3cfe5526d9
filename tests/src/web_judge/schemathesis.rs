//! schemathesis: examples for every operation of the OpenAPI document, good ones and bad ones, as one caller.

use super::Thoroughness;
use super::trial::{Caller, Pass, Trial};
use crate::hall::Hall;
use crate::programs::outside;
use anyhow::{Context, Result};
use exam_protocol::route;
use serde::Deserialize;
use std::fmt::{self, Write};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

/// What is asked of every answer. Not that every well-formed request succeeds: most need more than a form, a room in the
/// right state for instance.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
    response_headers_conformance,response_schema_conformance,negative_data_rejection,unsupported_method,ignored_auth";

/// How often a parameter of a path names something that exists.
const PROBABILITY: f32 = 0.7;

/// What came of one pass.
pub(super) struct Verdict {
    name: String,
    operations: u32,
    cases: u32,
    /// Faults found.
    pub(super) faults: u32,
    told: String,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            name,
            operations,
            cases,
            faults,
            told,
        } = self;
        write!(
            f,
            "schemathesis as {name}: {operations} operations, {cases} cases, {faults} faults"
        )?;
        if *faults > 0 {
            write!(f, "\n{told}")?;
        }
        Ok(())
    }
}

/// The report, as far as it is read.
#[derive(Deserialize)]
struct Report {
    exit_code: i32,
    operations: Operations,
    test_cases: Cases,
    failures: Vec<Failure>,
    errors: Vec<Failure>,
}

#[derive(Deserialize)]
struct Operations {
    tested: u32,
}

#[derive(Deserialize)]
struct Cases {
    generated: u32,
}

#[derive(Deserialize)]
struct Failure {
    title: String,
    count: u32,
}

/// Runs one pass.
pub(super) async fn run(trial: &Trial, pass: &Pass, how: &Thoroughness) -> Result<Verdict> {
    let report = how.reports.join(format!("schemathesis-{}.json", pass.name));
    let said = how.reports.join(format!("schemathesis-{}.txt", pass.name));
    let settings = trial.crowd.hall.path(&format!("schemathesis-{}.toml", pass.name));
    fs::write(&settings, configuration(trial, pass, how).await?)?;
    let door = trial.crowd.hall.door()?;
    let mut command = Command::new(outside("schemathesis/bin/schemathesis")?);
    command.arg("--config-file").arg(settings);
    command.args(["run", &door.url(route::OPENAPI), "--no-color", "-c", CHECKS]);
    command.arg("--report-json-path").arg(&report);
    for path in &pass.only {
        command.args(["--include-path", path]);
    }
    for path in &pass.not {
        command.args(["--exclude-path", path]);
    }
    command.current_dir(&how.reports).stdout(File::create(&said)?);
    // A report of an earlier run must not stand in for this one.
    if report.exists() {
        fs::remove_file(&report)?;
    }
    tokio::task::spawn_blocking(move || command.status()).await??;
    verdict(pass, &report, &said)
}

fn verdict(pass: &Pass, report: &Path, said: &PathBuf) -> Result<Verdict> {
    let told = fs::read_to_string(said)?;
    let text = fs::read(report).with_context(|| format!("schemathesis made no report:\n{told}"))?;
    let report: Report = serde_json::from_slice(&text)?;
    let all = report.failures.iter().chain(&report.errors);
    let found = all.clone().map(|one| one.count).sum::<u32>();
    let mut list = String::new();
    for Failure { title, count } in all {
        writeln!(list, "  {count} × {title}")?;
    }
    writeln!(list, "  told in {}", said.display())?;
    Ok(Verdict {
        name: pass.name.clone(),
        operations: report.operations.tested,
        cases: report.test_cases.generated,
        // Whatever else made it fail counts as one.
        faults: found.max(u32::from(report.exit_code != 0)),
        told: list,
    })
}

async fn configuration(trial: &Trial, pass: &Pass, how: &Thoroughness) -> Result<String> {
    let hall = &trial.crowd.hall;
    let mut text = general(hall, how)?;
    if let Caller::Machine(certificate, key) = &pass.caller {
        text = format!(
            "request-cert = '{}'\nrequest-cert-key = '{}'\n{text}",
            certificate.display(),
            key.display()
        );
    }
    match &pass.caller {
        Caller::Nobody | Caller::Machine(..) => {}
        Caller::Seat(token) => write!(text, "[auth.openapi.seat]\nbearer = \"{token}\"\n")?,
        Caller::Staff(who) => {
            let console = trial.log_in(who).await?;
            let (_, token) = console.cookie().split_once('=').context("no cookie")?;
            write!(text, "[auth.openapi.session]\napi_key = \"{token}\"\n")?;
        }
    }
    for (name, values) in &trial.there {
        write!(text, "[dictionaries.{name}]\nvalues = {values:?}\n")?;
    }
    // A feed that has nothing new would keep the judge waiting.
    text.push_str("[parameters]\n\"query.wait\" = 0\n");
    for name in trial.there.keys() {
        writeln!(
            text,
            "\"path.{name}\" = {{ dictionary = \"{name}\", probability = {PROBABILITY} }}"
        )?;
    }
    Ok(text)
}

/// What holds for every pass: how long, whom to trust, and the origin that a browser would send.
fn general(hall: &Hall, how: &Thoroughness) -> Result<String> {
    let origin = hall.door()?.url("");
    Ok(format!(
        "tls-verify = '{}'\nrequest-timeout = 30\ncontinue-on-failure = true\nmax-time = {}\n\
         headers = {{ Origin = \"{origin}\" }}\n\
         [generation]\nmax-examples = {}\ndatabase = \"none\"\n\
         [phases.examples]\nenabled = false\n[phases.stateful]\nenabled = false\n",
        hall.exam_ca().display(),
        how.seconds,
        how.examples,
    ))
}
