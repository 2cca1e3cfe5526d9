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
    citizens::{Citizen, draw_portrait, invent, machine_readable_zone, mrz_information, passport_zone},
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
        let basic_access = self.basic_access();
        self.lay(words);
        self.reading(&["--can", can, "--basic-access", &basic_access])
    }

    fn lay(&mut self, words: &str) {
        let order = format!("1 {words}");
        self.service.insert(&order).expect("card 1 is inserted");
    }

    /// The agent about to read into the folder.
    fn reading(&self, arguments: &[&str]) -> Command {
        let mut command = self.command(&["read", "--json", "--out"]);
        command.arg(self.out.path()).args(arguments);
        command
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let (name, socket) = self.service.environment();
        let mut command = Command::new(&self.agent);
        command.args(arguments).env(name, socket).env("RUST_LOG", "error");
        command
    }

    /// Lays a card of this make and reads it by these keys.
    fn read_by(&mut self, words: &str, keys: &[&str]) -> (bool, Value) {
        self.lay(words);
        outcome(&self.reading(keys).output().expect("the agent starts"))
    }

    /// What `certs` says of the folder, and whether it takes the document.
    fn judged(&self) -> (bool, Value) {
        let output = Command::new(self.agent.with_file_name("certs"))
            .arg("verify-document")
            .arg(self.out.path())
            .arg("--trust")
            .arg(self.service.trust())
            .output()
            .expect("certs is built beside the agent");
        outcome(&output)
    }

    fn read(&mut self, words: &str) -> (bool, Value) {
        let can = self.citizen.can().to_owned();
        outcome(&self.read_with(words, &can))
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

/// Whether a program was content, and the JSON that it printed.
fn outcome(output: &Output) -> (bool, Value) {
    let report = serde_json::from_slice(&output.stdout);
    let report = report.unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    (output.status.success(), report)
}

#[test]
fn every_file_of_a_card_is_written_and_judged_as_written() {
    let Some(mut desk) = Desk::new() else { return };
    let (done, report) = desk.read("details");
    assert!(done, "{report}");
    let names = [
        "EF_COM.bin",
        "EF_CardAccess.bin",
        "EF_DG1.bin",
        "EF_DG11.bin",
        "EF_DG12.bin",
        "EF_DG13.bin",
        "EF_DG14.bin",
        "EF_DG15.bin",
        "EF_DG2.bin",
        "EF_SOD.bin",
    ];
    for name in names {
        assert_eq!(report["files"][name], desk.file(name).len(), "{name}");
    }
    assert_eq!(
        report["files"].as_object().unwrap().len(),
        names.len(),
        "{report}"
    );
    assert_eq!(report["refused"], serde_json::json!(["EF.DG3"]), "no error");
    assert_eq!(desk.file("EF_CardAccess.bin")[..2], [0x31, 0x34]);
    assert_eq!(
        serde_json::from_slice::<Value>(&desk.file("read.json")).unwrap(),
        report
    );
    let phases = report["milliseconds_by_phase"].as_object().unwrap();
    let mut names: Vec<_> = phases.keys().collect();
    names.sort_unstable();
    assert_eq!(names, ["access", "chip_proof", "files"]);
    let sum: u64 = phases.values().filter_map(Value::as_u64).sum();
    assert_eq!(report["milliseconds"], sum, "the phases are the whole");
    let received = report["bytes"]["received"].as_u64().unwrap();
    let sizes: u64 = report["files"]
        .as_object()
        .unwrap()
        .values()
        .filter_map(Value::as_u64)
        .sum();
    assert!(
        received > sizes && report["bytes"]["sent"].as_u64() > Some(0),
        "{report}"
    );
    let (genuine, verdicts) = desk.judged();
    assert!(genuine, "{verdicts}");
    for finding in ["integrity", "issuer", "chip"] {
        assert_eq!(verdicts[finding]["verdict"], "valid", "{verdicts}");
    }
    for group in ["DG1", "DG2", "DG11", "DG12", "DG13", "DG14", "DG15"] {
        assert_eq!(verdicts["data_groups"][group], "match", "{verdicts}");
    }
    // What this card has, the next one may not have: nothing of it is left.
    let (done, report) = desk.read("no-dg15");
    assert!(done && !desk.out.path().join("EF_DG11.bin").exists(), "{report}");
    assert!(!desk.out.path().join("AA_response.bin").exists());
}

#[test]
fn zone_and_qr_code_open_what_the_number_does_not() {
    let Some(mut desk) = Desk::new() else { return };
    let zone = desk.basic_access();
    let lines = machine_readable_zone(&desk.citizen).join("\n");
    // As typed by a scanner into a PC with the Telex method: letters mangled, digits whole.
    let qr = desk.citizen.qr();
    let mangled: String = qr
        .chars()
        .map(|c| {
            if c.is_ascii() {
                c.to_string()
            } else {
                "ow5".to_owned()
            }
        })
        .collect();
    for (words, keys, access) in [
        ("no-can", ["--mrz", &zone], "pace_mrz"),
        ("bac-only", ["--mrz", &zone], "bac"),
        ("bac-only", ["--mrz", &lines], "bac"),
        ("", ["--qr", &qr], "pace_can"),
        ("bac-only", ["--qr", &qr], "bac"),
        ("bac-only", ["--qr", &mangled], "bac"),
    ] {
        let (done, report) = desk.read_by(words, &keys);
        assert!(done, "{words} {keys:?}: {report}");
        assert_eq!(report["access"], access, "{words} {keys:?}");
    }
    let none = desk.reading(&[]).output().unwrap();
    assert!(!none.status.success(), "some key is needed");
}

#[test]
fn a_passport_is_opened_by_its_two_lines() {
    let Some(mut desk) = Desk::new() else { return };
    let zone = passport_zone(&desk.citizen);
    let (done, report) = desk.read_by("passport bac-only", &["--mrz", &zone.join("\n")]);
    assert!(done, "{report}");
    assert_eq!(report["access"], "bac");
    assert!(desk.file("EF_DG1.bin").ends_with(zone.concat().as_bytes()));
    let (genuine, verdicts) = desk.judged();
    assert!(genuine, "{verdicts}");
    let (done, report) = desk.read_by("passport no-can", &["--mrz", &zone.concat()]);
    assert!(done && report["access"] == "pace_mrz", "{report}");
}

#[test]
fn two_readers_are_told_apart_and_read_at_once() {
    let Some(mut desk) = Desk::new() else { return };
    let list = |desk: &Desk| {
        let (done, list) = outcome(&desk.command(&["readers", "--json"]).output().unwrap());
        assert!(done);
        list["readers"].as_array().unwrap().clone()
    };
    let with_card = |readers: &[Value]| readers.iter().filter(|reader| reader["card"] == true).count();
    assert_eq!(with_card(&list(&desk)), 0);
    desk.service.command("second insert 2").unwrap();
    let readers = list(&desk);
    assert_eq!((readers.len(), with_card(&readers)), (2, 1), "{readers:?}");
    let other = invent(SEED, 2).remove(1);
    // Without a name it is whichever has a card.
    let (done, report) = outcome(&desk.reading(&["--can", other.can()]).output().unwrap());
    assert!(done, "{report}");
    desk.lay("");
    let readers = list(&desk);
    assert_eq!(with_card(&readers), 2, "{readers:?}");
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let citizens = [&desk.citizen, &other];
    let agents: Vec<_> = (0..2)
        .map(|at| {
            let name = readers[at]["name"].as_str().unwrap();
            let mut agent = desk.command(&[
                "read",
                "--json",
                "--reader",
                name,
                "--can",
                citizens[at].can(),
                "--out",
            ]);
            agent
                .arg(folders[at].path())
                .stdout(Stdio::piped())
                .spawn()
                .unwrap()
        })
        .collect();
    for ((agent, folder), citizen) in agents.into_iter().zip(&folders).zip(citizens) {
        let (done, report) = outcome(&agent.wait_with_output().unwrap());
        assert!(done, "{report}");
        let zone = fs::read(folder.path().join("EF_DG1.bin")).unwrap();
        assert!(zone.ends_with(machine_readable_zone(citizen).concat().as_bytes()));
    }
    let missing = desk
        .reading(&["--can", "000000", "--reader", "no such reader", "--wait", "1"])
        .output()
        .unwrap();
    assert!(!missing.status.success());
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

/// As `card_profiles`, through the PC/SC service and with the program.
#[test]
fn every_group_mapping_and_cipher_passes_the_service() {
    let Some(mut desk) = Desk::new() else { return };
    for words in [
        "pace=13-gm-aes128",
        "pace=10-gm-aes192",
        "pace=11-im-aes128",
        "pace=12-im-aes256",
        "pace=14-im-3des",
        "pace=15-gm-aes256",
        "pace=16-im-aes192",
        "pace=17-gm-3des",
        "pace=18-gm-aes128 short-only",
        "pace=0-im-aes256",
        "pace=1-gm-aes192",
        "pace=2-im-3des",
    ] {
        let (done, report) = desk.read(words);
        assert!(done && report["access"] == "pace_can", "{words}: {report}");
        assert!(report["active_authentication"].is_object(), "{words}: {report}");
        assert!(desk.file("EF_DG2.bin").ends_with(&draw_portrait(&desk.citizen)));
    }
    // Keys of 256 bytes need longer commands than this card takes.
    let (done, report) = desk.read("pace=2-im-3des short-only");
    assert!(done && report["access"] == "bac", "{report}");
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
