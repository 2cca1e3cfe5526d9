//! A PC is enrolled with a one-time code: the real server and the real `checkin-agent`, as a technician runs them.

use anyhow::{Context, Result, ensure};
use exam_protocol::machine::EnrolmentCode;
use exam_tests::hall::Hall;
use exam_tests::knock::{Answer, Papers, knock};
use exam_tests::programs::program;
use serde::Deserialize;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output};
use std::time::{Duration, Instant};

/// A revoked machine is out everywhere in this time.
const OUT: Duration = Duration::from_mins(1);

#[derive(Deserialize)]
struct Listed {
    id: String,
    name: String,
    kind: String,
}

async fn house() -> Result<Hall> {
    let mut hall = Hall::make()?;
    hall.create_exam()?;
    hall.start().await?;
    Ok(hall)
}

fn code(hall: &Hall, kind: &str, name: &str) -> Result<String> {
    let said = hall.server_command(&["machine", "code", "--kind", kind, "--name", name, "--json"])?;
    let codes: Vec<EnrolmentCode> = serde_json::from_str(&said)?;
    Ok(codes.into_iter().next().context("a code")?.code)
}

fn enroll(hall: &Hall, code: &str, out: &Path, more: &[&str]) -> Result<Output> {
    let server = format!("https://localhost:{}", hall.address().port());
    let output = Command::new(program("checkin-agent")?)
        .args([
            "enroll",
            "--server",
            &server,
            "--code",
            code,
            "--address",
            "127.0.0.1",
            "--out",
        ])
        .arg(out)
        .args(more)
        .output()?;
    Ok(output)
}

/// Must refuse, saying this, and leave no certificate.
fn refuses(output: &Output, out: &Path, expected: &str) -> Result<()> {
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(
        !output.status.success() && said.contains(expected),
        "{expected}: {said}"
    );
    ensure!(
        !out.join("machine.pem").exists(),
        "a certificate in spite of: {said}"
    );
    Ok(())
}

fn succeeds(output: &Output) -> Result<String> {
    ensure!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(String::from_utf8(output.stdout.clone())?)
}

fn papers(out: &Path) -> Papers {
    Papers {
        chain: out.join("machine.pem"),
        key: out.join("machine.key"),
    }
}

fn machines(hall: &Hall) -> Result<Vec<Listed>> {
    Ok(serde_json::from_str(
        &hall.server_command(&["machine", "list", "--json"])?,
    )?)
}

/// A running agent; ends with the handle.
struct Agent(Child, PathBuf);

impl Agent {
    fn start(hall: &Hall, out: &Path) -> Result<Self> {
        let log = hall.path("agent.log");
        let child = Command::new(program("checkin-agent")?)
            .args(["run", "--config"])
            .arg(out.join("station.toml"))
            .stderr(File::create(&log)?)
            .spawn()?;
        Ok(Self(child, log))
    }

    /// Waits until its log says this.
    async fn says(&self, words: &str, within: Duration) -> Result<Duration> {
        let begin = Instant::now();
        while begin.elapsed() < within {
            if std::fs::read_to_string(&self.1)?.contains(words) {
                return Ok(begin.elapsed());
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        anyhow::bail!("not “{words}” in: {}", std::fs::read_to_string(&self.1)?)
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        // Already gone is as good.
        let _gone = self.0.kill();
        let _status = self.0.wait();
    }
}

#[tokio::test]
async fn a_desk_is_enrolled_joins_and_is_revoked() -> Result<()> {
    let hall = house().await?;
    let out = hall.path("cua-01");
    let told = succeeds(&enroll(&hall, &code(&hall, "desk", "Cửa P01")?, &out, &[])?)?;
    ensure!(
        told.contains("Cửa P01") && told.contains("station.toml"),
        "{told}"
    );
    let known = machines(&hall)?;
    ensure!(
        known.len() == 1 && known[0].name == "Cửa P01" && known[0].kind == "desk",
        "the list"
    );
    let knocked = knock(hall.address(), &hall.exam_ca(), Some(&papers(&out))).await?;
    ensure!(knocked == Answer::Status(101), "{knocked:?}");

    let agent = Agent::start(&hall, &out)?;
    agent.says("/ joined", Duration::from_secs(20)).await?;
    hall.server_command(&[
        "machine",
        "revoke",
        "--machine",
        &known[0].id,
        "--reason",
        "bị mất cắp",
    ])?;
    let after = agent.says("/ not connected", OUT).await?;
    println!("out after {after:?}");
    let knocked = knock(hall.address(), &hall.exam_ca(), Some(&papers(&out))).await?;
    ensure!(knocked == Answer::Status(403), "{knocked:?}");
    drop(agent);

    let undone = Command::new(program("checkin-agent")?)
        .args(["unenroll", "--dir"])
        .arg(&out)
        .output()?;
    succeeds(&undone)?;
    ensure!(!out.exists(), "everything is taken back");
    Ok(())
}

#[tokio::test]
async fn a_seat_is_enrolled_and_is_no_desk() -> Result<()> {
    let hall = house().await?;
    let out = hall.path("may-07");
    succeeds(&enroll(&hall, &code(&hall, "seat", "Máy 07")?, &out, &[])?)?;
    ensure!(!out.join("station.toml").exists(), "a seat has no card reader");
    let knocked = knock(hall.address(), &hall.exam_ca(), Some(&papers(&out))).await?;
    ensure!(knocked == Answer::Status(403), "{knocked:?}");
    Ok(())
}

#[tokio::test]
async fn a_code_works_once_and_only_as_it_was_given_out() -> Result<()> {
    let hall = house().await?;
    let (first, second) = (hall.path("a"), hall.path("b"));
    let good = code(&hall, "desk", "Cửa P01")?;
    let groups: Vec<&str> = good.split('-').collect();
    ensure!(groups.len() == 7, "{} groups", groups.len());

    // The fingerprint of another exam CA.
    let last = if groups[6] == "0000" { "1111" } else { "0000" };
    let other_ca = [&groups[..6], &[last]].concat().join("-");
    refuses(&enroll(&hall, &other_ca, &first, &[])?, &first, "STOP")?;
    // A secret that nobody gave out.
    let guessed = [&["0000", "0000", "0000"], &groups[3..]].concat().join("-");
    refuses(
        &enroll(&hall, &guessed, &first, &[])?,
        &first,
        "wrong, used or too old",
    )?;
    // The short form needs the CA's file, and then does.
    let short = groups[..3].join("-");
    refuses(&enroll(&hall, &short, &first, &[])?, &first, "--ca")?;
    ensure!(machines(&hall)?.is_empty(), "nobody was enrolled so far");
    let ca = hall.exam_ca().to_string_lossy().into_owned();
    let typed = short.to_lowercase().replace('-', " ");
    succeeds(&enroll(&hall, &typed, &first, &["--ca", &ca])?)?;
    // Used.
    refuses(
        &enroll(&hall, &good, &second, &[])?,
        &second,
        "wrong, used or too old",
    )?;
    let again = enroll(&hall, &good, &first, &[])?;
    ensure!(
        String::from_utf8_lossy(&again.stderr).contains("unenroll"),
        "enrolled already"
    );
    ensure!(machines(&hall)?.len() == 1, "one machine");
    Ok(())
}
