//! Virtual cards read by our own check-in agent through a real PC/SC service, in every make and with every defect.
//!
//! Whether a file that was read is genuine is judged elsewhere; here it must arrive as the card gave it, or the agent
//! must say what went wrong. Skipped, with a message, where the agent or the reader's packages are not there.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    thread,
    time::Duration,
};

use exam_tests::{
    card::{Order, WORDS},
    citizens::{Citizen, draw_portrait, invent, machine_readable_zone, mrz_information},
    reader_service::{ReaderService, missing_package},
};
use serde_json::Value;

const SEED: u64 = 2026;

struct Desk {
    service: ReaderService,
    agent: PathBuf,
    citizen: Citizen,
    out: tempfile::TempDir,
}

impl Desk {
    fn new() -> Option<Self> {
        let tray = Path::new(env!("CARGO_BIN_EXE_virtual-card"));
        let agent = tray.with_file_name("checkin-agent");
        if let Some(package) = missing_package() {
            eprintln!("skipped: the package {package} is not installed");
            return None;
        }
        if !agent.is_file() {
            eprintln!("skipped: {} is not built", agent.display());
            return None;
        }
        let service = ReaderService::start_with(tray, SEED, 2).expect("the reader's service starts");
        let citizen = invent(SEED, 1).remove(0);
        Some(Self {
            service,
            agent,
            citizen,
            out: tempfile::tempdir().expect("a temporary folder"),
        })
    }

    fn read_with(&mut self, words: &str, can: &str) -> Output {
        self.agent(words, can).output().expect("the agent starts")
    }

    /// Lays the card on the reader and prepares the agent to read it.
    fn agent(&mut self, words: &str, can: &str) -> Command {
        self.service
            .insert(&format!("1 {words}"))
            .expect("card 1 is inserted");
        let (name, socket) = self.service.environment();
        let mut command = Command::new(&self.agent);
        command
            .args([
                "read",
                "--json",
                "--can",
                can,
                "--basic-access",
                &self.basic_access(),
                "--out",
            ])
            .arg(self.out.path())
            .env(name, socket)
            .env("RUST_LOG", "error");
        command
    }

    fn read(&mut self, words: &str) -> (bool, Value) {
        let can = self.citizen.can().to_owned();
        let output = self.read_with(words, &can);
        let report = serde_json::from_slice(&output.stdout);
        let report =
            report.unwrap_or_else(|_| panic!("{words}: {}", String::from_utf8_lossy(&output.stderr)));
        (output.status.success(), report)
    }

    fn basic_access(&self) -> String {
        let information = mrz_information(&self.citizen);
        format!(
            "{},{},{}",
            &information[..9],
            &information[10..16],
            &information[17..23]
        )
    }

    fn file(&self, name: &str) -> Vec<u8> {
        fs::read(self.out.path().join(name)).expect("the agent wrote the file")
    }
}

#[test]
fn the_agent_reads_every_make_of_card_whole() {
    let Some(mut desk) = Desk::new() else { return };
    for words in [
        "",
        "pace-only",
        "bac-only",
        "short-only",
        "bac-only short-only",
        "aa-sha1",
        "lds-v1",
        "rsa-signer",
        "brainpool-signer",
    ] {
        let (done, report) = desk.read(words);
        assert!(done, "{words}: {report}");
        let access = if words.contains("bac-only") {
            "bac"
        } else {
            "pace_can"
        };
        assert_eq!(report["access"], access, "{words}");
        let proof = report["active_authentication"]["response"]
            .as_str()
            .expect("the chip's proof");
        assert_eq!(proof.len(), 512, "{words}: RSA-2048 in hex");
        assert!(
            desk.file("EF_DG1.bin")
                .ends_with(machine_readable_zone(&desk.citizen).concat().as_bytes())
        );
        assert!(desk.file("EF_DG2.bin").ends_with(&draw_portrait(&desk.citizen)));
    }
}

#[test]
fn a_card_without_a_proof_is_read_and_its_proof_is_missing() {
    let Some(mut desk) = Desk::new() else { return };
    let (done, report) = desk.read("no-dg15");
    assert!(done && report["active_authentication"].is_null(), "{report}");
}

#[test]
fn a_card_that_cannot_be_read_is_named_as_such() {
    let Some(mut desk) = Desk::new() else { return };
    for (words, failure) in [
        ("no-sod", "protocol-error"),
        ("oversized-dg2", "protocol-error"),
        ("oversized-sod", "protocol-error"),
        ("garbage=5", "protocol-error"),
        ("garbage=12", "protocol-error"),
    ] {
        let (done, report) = desk.read(words);
        assert!(!done, "{words}");
        assert_eq!(report["failure"], failure, "{words}: {report}");
    }
    let (done, report) = desk.read("removed-after=10");
    assert!(!done && report["failure"].is_string(), "{report}");
    assert_eq!(desk.service.command("state").unwrap(), "empty");
    let (done, _) = desk.read("");
    assert!(done, "the next card is read as if nothing had happened");
}

#[test]
fn a_wrong_can_is_tried_once_only() {
    let Some(mut desk) = Desk::new() else { return };
    let output = desk.read_with("pace-only", "000000");
    assert!(!output.status.success());
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["failure"], "wrong-access-key", "{report}");
    assert_eq!(desk.service.command("missed 1").unwrap(), "1");
    let (done, _) = desk.read("");
    assert!(done);
    assert_eq!(
        desk.service.command("missed 1").unwrap(),
        "0",
        "a right one clears the count"
    );
}

#[test]
fn every_defect_is_read_or_refused_and_nothing_hangs() {
    let Some(mut desk) = Desk::new() else { return };
    for word in WORDS.iter().filter(|word| !word.starts_with("silent")) {
        assert!(Order::parse(&format!("1 {word}")).is_ok());
        let (done, report) = desk.read(word);
        assert_eq!(done, report["failure"].is_null(), "{word}: {report}");
    }
}

#[test]
fn a_card_that_never_answers_ends_when_it_is_taken_away() {
    let Some(mut desk) = Desk::new() else { return };
    let can = desk.citizen.can().to_owned();
    let mut agent = desk
        .agent("silent=10", &can)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    thread::sleep(Duration::from_secs(1));
    assert!(
        agent.try_wait().unwrap().is_none(),
        "the agent waits for the card"
    );
    desk.service.remove().unwrap();
    let output = agent.wait_with_output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(
        !output.status.success() && report["failure"].is_string(),
        "{report}"
    );
    let (done, _) = desk.read("");
    assert!(done, "the reader's service has recovered");
}
