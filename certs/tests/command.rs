//! The command `certs` as a person runs it.

#![expect(clippy::unwrap_used, reason = "a test that can't go on has failed")]

use std::path::Path;
use std::process::{Command, Output};

fn certs(dir: &Path, line: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_certs"))
        .args(line)
        .current_dir(dir)
        .output()
        .unwrap()
}

fn succeeds(dir: &Path, line: &[&str]) -> String {
    let output = certs(dir, line);
    assert!(
        output.status.success(),
        "{line:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

fn refuses(dir: &Path, line: &[&str]) -> String {
    let output = certs(dir, line);
    assert_eq!(output.status.code(), Some(2), "{line:?}");
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn makes_an_exam_ca_and_its_certificates() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let init = ["ca", "init", "--dir", "ca", "--name", "Hội đồng thi"];
    assert!(succeeds(dir, &init).contains("exam-ca.pem"));
    let server = [
        "ca",
        "issue",
        "server",
        "--dir",
        "ca",
        "--host",
        "localhost",
        "--host",
        "127.0.0.1",
        "--out",
        "s",
    ];
    succeeds(dir, &server);
    let station = [
        "ca", "issue", "station", "--dir", "ca", "--name", "Cổng A", "--out", "gate", "--json",
    ];
    let report: serde_json::Value = serde_json::from_str(&succeeds(dir, &station)).unwrap();
    let certificate = std::fs::read_to_string(dir.join("gate/station.pem")).unwrap();
    let identity = certs::x509::station_identity(&certs::x509::der_from_pem(&certificate).unwrap()).unwrap();
    assert_eq!(
        (report["station"].as_str(), identity.name.as_str()),
        (Some(identity.id_hex.as_str()), "Cổng A")
    );
    assert!(dir.join("gate/exam-ca.pem").exists());

    #[cfg(unix)]
    for key in ["ca/exam-ca.key", "s/server.key", "gate/station.key"] {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(
            dir.join(key).metadata().unwrap().permissions().mode() & 0o777,
            0o600,
            "{key}"
        );
    }
}

#[test]
fn never_overwrites_a_key() {
    let dir = tempfile::tempdir().unwrap();
    let init = ["ca", "init", "--dir", "ca", "--name", "x"];
    succeeds(dir.path(), &init);
    let (certificate, key) = (
        dir.path().join("ca/exam-ca.pem"),
        dir.path().join("ca/exam-ca.key"),
    );
    let before = std::fs::read(&key).unwrap();
    assert!(refuses(dir.path(), &init).contains("exam-ca.pem is there already"));
    assert_eq!(std::fs::read(&key).unwrap(), before);
    std::fs::remove_file(&key).unwrap();
    refuses(dir.path(), &init);
    assert!(certificate.exists() && !key.exists(), "both or none");
    let message = refuses(
        dir.path(),
        &[
            "ca", "issue", "server", "--dir", "ca", "--host", "x", "--out", "s",
        ],
    );
    assert!(message.contains("exam-ca.key"), "{message}");
}

#[test]
fn judges_a_folder_of_files() {
    let dir = tempfile::tempdir().unwrap();
    let message = refuses(dir.path(), &["verify-document", "."]);
    assert!(message.contains("EF_SOD.bin"), "{message}");
    for name in ["EF_SOD.bin", "EF_DG1.bin", "EF_DG2.bin"] {
        std::fs::write(dir.path().join(name), b"rubbish").unwrap();
    }
    let output = certs(
        dir.path(),
        &["verify-document", ".", "--json", "--at", "2026-11-22"],
    );
    assert_eq!(output.status.code(), Some(1));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        report["integrity"],
        serde_json::json!({ "verdict": "invalid", "reason": "sod-malformed" })
    );
    assert_eq!(report["issuer"]["verdict"], "unknown");
    assert_eq!(report["person"], serde_json::Value::Null);
    let message = refuses(dir.path(), &["verify-document", ".", "--trust", "EF_DG1.bin"]);
    assert!(
        message.contains("EF_DG1.bin can't be used as a trust anchor"),
        "{message}"
    );
    assert!(refuses(dir.path(), &["verify-document", ".", "--at", "yesterday"]).contains("YYYY-MM-DD"));
}

#[test]
fn verifies_the_etsi_document() {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/vectors");
    if !shared.exists() {
        println!("skipped: {} is not there", shared.display());
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    for (from, to) in [
        ("etsi-tr103200/EACAA_EF_SOD.bin", "EF_SOD.bin"),
        ("bsi-tr03105-5/EF_DG1.bin", "EF_DG1.bin"),
        ("bsi-tr03105-5/EF_DG2.bin", "EF_DG2.bin"),
        ("etsi-tr103200/EAC_EF_DG14.bin", "EF_DG14.bin"),
        ("etsi-tr103200/EACAA_EF_DG15.bin", "EF_DG15.bin"),
    ] {
        std::fs::copy(shared.join(from), dir.path().join(to)).unwrap();
    }
    let output = certs(
        dir.path(),
        &["verify-document", ".", "--json", "--at", "2011-12-01"],
    );
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        report["integrity"],
        serde_json::json!({ "verdict": "valid", "reason": "ok" })
    );
    assert_eq!(report["issuer"]["reason"], "no-trust-anchor");
    assert_eq!(report["chip"]["reason"], "active-authentication-missing");
    assert_eq!(report["data_groups"]["DG3"], "not_read");
    assert_eq!(output.status.code(), Some(1), "the chip did not prove itself");
}
