//! The whole way of a card: virtual card → PC/SC → `checkin-agent read` → `certs verify-document`, three verdicts each.
//!
//! Skipped, with a message, where a program or the reader's packages are not there.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use exam_tests::{
    citizens::{invent, mrz_information},
    reader_service::{ReaderService, missing_package},
};
use serde_json::Value;

const SEED: u64 = 7;

struct Desk {
    service: ReaderService,
    agent: PathBuf,
    judge: PathBuf,
    out: tempfile::TempDir,
}

impl Desk {
    fn new() -> Option<Self> {
        let tray = Path::new(env!("CARGO_BIN_EXE_virtual-card"));
        let (agent, judge) = (tray.with_file_name("checkin-agent"), tray.with_file_name("certs"));
        if let Some(package) = missing_package() {
            eprintln!("skipped: the package {package} is not installed");
            return None;
        }
        if let Some(missing) = [&agent, &judge].into_iter().find(|program| !program.is_file()) {
            eprintln!("skipped: {} is not built", missing.display());
            return None;
        }
        let service = ReaderService::start_with(tray, SEED, 2).expect("the reader's service starts");
        Some(Self {
            service,
            agent,
            judge,
            out: tempfile::tempdir().expect("a temporary folder"),
        })
    }

    /// Reads the card made so, and lets the result be judged at a moment when every certificate but two is valid.
    fn judged(&mut self, words: &str) -> Value {
        let folder = self.out.path().join(words.replace(' ', "+"));
        self.service
            .insert(&format!("1 {words}"))
            .expect("card 1 is inserted");
        let report = self.read(&folder);
        for (name, field) in [("AA_challenge.bin", "challenge"), ("AA_response.bin", "response")] {
            if let Some(text) = report["active_authentication"][field].as_str() {
                fs::write(folder.join(name), hex::decode(text).expect("hex")).expect("the folder is ours");
            }
        }
        let output = Command::new(&self.judge)
            .arg("verify-document")
            .arg(&folder)
            .arg("--trust")
            .arg(self.service.trust())
            .args(["--at", "2026-06-25", "--json"])
            .output()
            .expect("the judge starts");
        let verdicts: Value = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|_| panic!("{words}: {}", String::from_utf8_lossy(&output.stderr)));
        let invalid = ["integrity", "issuer", "chip"]
            .iter()
            .any(|part| verdicts[part]["verdict"] == "invalid");
        assert_eq!(output.status.success(), !invalid, "{words}: {verdicts}");
        verdicts
    }

    fn read(&self, folder: &Path) -> Value {
        let citizen = &invent(SEED, 1)[0];
        let information = mrz_information(citizen);
        let basic = format!(
            "{},{},{}",
            &information[..9],
            &information[10..16],
            &information[17..23]
        );
        let (name, socket) = self.service.environment();
        let output = Command::new(&self.agent)
            .args([
                "read",
                "--json",
                "--can",
                citizen.can(),
                "--basic-access",
                &basic,
                "--out",
            ])
            .arg(folder)
            .env(name, socket)
            .env("RUST_LOG", "error")
            .output()
            .expect("the agent starts");
        serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)))
    }
}

#[test]
fn three_verdicts_for_every_card() {
    let Some(mut desk) = Desk::new() else { return };
    let table = [
        ("", "valid valid valid"),
        ("bac-only", "valid valid valid"),
        ("short-only", "valid valid valid"),
        ("aa-sha1", "valid valid valid"),
        ("lds-v1", "valid valid valid"),
        ("rsa-signer", "valid valid valid"),
        ("brainpool-signer", "valid valid valid"),
        ("unknown-issuer", "valid unknown valid"),
        ("look-alike-issuer", "valid invalid valid"),
        ("expired-signer", "valid invalid valid"),
        ("future-signer", "valid invalid valid"),
        ("no-dg15", "valid valid unknown"),
        ("clone", "valid valid invalid"),
        ("altered-dg1", "invalid valid unknown"),
        ("altered-dg2", "invalid valid unknown"),
        ("swapped-dg1", "invalid valid unknown"),
        ("swapped-dg2", "invalid valid unknown"),
        ("swapped-dg15", "invalid valid unknown"),
        ("foreign-sod", "invalid valid unknown"),
        ("altered-sod", "invalid unknown unknown"),
    ];
    for (words, expected) in table {
        let verdicts = desk.judged(words);
        let found =
            ["integrity", "issuer", "chip"].map(|part| verdicts[part]["verdict"].as_str().unwrap_or("?"));
        assert_eq!(found.join(" "), expected, "{words}: {verdicts:#}");
    }
    let person = &desk.judged("")["person"];
    let citizen = &invent(SEED, 1)[0];
    assert_eq!(person["citizen_number"], citizen.number.as_str());
}
