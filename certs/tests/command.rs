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

fn words(line: &str) -> Vec<&str> {
    line.split_whitespace().collect()
}

fn json(dir: &Path, line: &str) -> serde_json::Value {
    serde_json::from_str(&succeeds(dir, &words(line))).unwrap()
}

fn private(path: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = path.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{}", path.display());
    }
}

fn identity(path: &Path) -> certs::x509::MachineIdentity {
    let pem = std::fs::read_to_string(path).unwrap();
    certs::x509::machine_identity(&certs::x509::der_from_pem(&pem).unwrap()).unwrap()
}

#[test]
fn a_small_school_keeps_everything_in_one_folder() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let init = ["ca", "init", "--dir", "ca", "--name", "Hội đồng thi"];
    assert!(succeeds(dir, &init).contains("exam-ca.pem"));
    succeeds(
        dir,
        &words("ca issue server --dir ca --host localhost --host 127.0.0.1 --out s"),
    );
    let station = [
        "ca", "issue", "station", "--dir", "ca", "--name", "Cổng A", "--out", "gate", "--json",
    ];
    let report: serde_json::Value = serde_json::from_str(&succeeds(dir, &station)).unwrap();
    let found = identity(&dir.join("gate/station.pem"));
    assert_eq!(
        (
            report["station"].as_str(),
            found.name.as_str(),
            report["serial"].as_str()
        ),
        (Some(found.id_hex.as_str()), "Cổng A", Some(found.serial.as_str()))
    );
    assert!(dir.join("gate/exam-ca.pem").exists());
    for key in [
        "ca/exam-ca.key",
        "ca/exam-issuing.key",
        "s/server.key",
        "gate/station.key",
    ] {
        private(&dir.join(key));
    }
    let listed = succeeds(dir, &words("ca list --dir ca"));
    assert_eq!(listed.lines().count(), 3, "{listed}");
    assert!(listed.contains(&found.serial) && listed.contains("localhost") && listed.contains("issuing"));
}

#[test]
fn an_office_keeps_the_root_apart() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    succeeds(dir, &words("ca init --dir usb --name Root"));
    succeeds(
        dir,
        &words("ca issue authority --dir usb --name Server-1 --days 90 --out srv"),
    );
    assert!(!dir.join("srv/exam-ca.key").exists());
    private(&dir.join("srv/exam-issuing.key"));
    std::fs::rename(dir.join("usb"), dir.join("locked-away")).unwrap();

    let desk = json(
        dir,
        "ca issue desk --dir srv --name Gate --out d --server wss://thi.vn:8443 --json",
    );
    let found = identity(&dir.join("d/machine.pem"));
    assert_eq!(found.kind, certs::authority::MachineKind::Desk);
    assert_eq!(desk["station"], found.id_hex.as_str());
    let settings = std::fs::read_to_string(dir.join("d/station.toml")).unwrap();
    assert!(settings.contains("server = \"wss://thi.vn:8443\"") && settings.contains("machine.key"));
    let seat = json(dir, "ca issue seat --dir srv --name PC-07 --out p --json");
    assert_eq!(seat["seat"], identity(&dir.join("p/machine.pem")).id_hex.as_str());
    certifies_a_receipt_key(dir);
}

fn certifies_a_receipt_key(dir: &Path) {
    std::fs::write(
        dir.join("receipt.key"),
        &**certs::signing::SigningKey::generate(&ring::rand::SystemRandom::new())
            .unwrap()
            .to_pkcs8_pem(),
    )
    .unwrap();
    succeeds(
        dir,
        &words("ca issue receipt-signer --dir srv --key receipt.key --out srv"),
    );
    let chain = std::fs::read_to_string(dir.join("srv/receipt.pem")).unwrap();
    let root = std::fs::read_to_string(dir.join("srv/exam-ca.pem")).unwrap();
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap()
        .as_secs();
    let receipt = certs::x509::receipt_key(
        &certs::x509::chain_from_pem(&chain).unwrap(),
        &certs::x509::der_from_pem(&root).unwrap(),
        certs::Time(i64::try_from(now).unwrap()),
    );
    assert!(receipt.is_ok(), "{receipt:?}");
}

#[test]
fn says_what_an_authority_lacks() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    succeeds(dir, &words("ca init --dir locked-away --name Root"));
    succeeds(
        dir,
        &words("ca issue authority --dir locked-away --name Server-1 --out srv"),
    );
    succeeds(dir, &words("ca issue desk --dir srv --name Gate --out d"));
    let message = refuses(
        dir,
        &words("ca issue desk --dir srv --name G --out e --server https://thi.vn"),
    );
    assert!(
        message.contains("wss://host:port") && !dir.join("e").exists(),
        "{message}"
    );
    let message = refuses(dir, &words("ca issue seat --dir d --name G --out e"));
    assert!(message.contains("certs ca issue authority"), "{message}");
    let message = refuses(dir, &words("ca issue authority --dir srv --name x --out e"));
    assert!(message.contains("exam-ca.key"), "{message}");
    let expired =
        words("ca issue authority --dir locked-away --name Old --days 0 --backdate-days 10 --out old");
    succeeds(dir, &expired);
    let message = refuses(dir, &words("ca issue seat --dir old --name G --out e"));
    assert!(message.contains("ended on"), "{message}");
}

#[test]
fn takes_certificates_back() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    succeeds(dir, &words("ca init --dir ca --name Root"));
    let seat = json(dir, "ca issue seat --dir ca --name PC-07 --out p --json");
    let serial = seat["serial"].as_str().unwrap().to_owned();
    let with_colons: Vec<String> = serial
        .to_uppercase()
        .as_bytes()
        .chunks(2)
        .map(|pair| String::from_utf8(pair.to_vec()).unwrap())
        .collect();
    let with_colons = with_colons.join(":");
    let revoke = [
        "ca",
        "revoke",
        "--dir",
        "ca",
        "--serial",
        &with_colons,
        "--reason",
        "key-compromise",
    ];
    succeeds(dir, &revoke);
    assert!(refuses(dir, &revoke).contains("revoked already"));
    let unknown = words("ca revoke --dir ca --serial 0badcafe --reason superseded");
    assert!(refuses(dir, &unknown).contains("not in"));
    succeeds(dir, &[unknown.as_slice(), &["--not-listed"]].concat());
    assert!(refuses(dir, &words("ca revoke --dir ca --serial xyz --reason cessation")).contains("xyz"));
    assert!(succeeds(dir, &words("ca list --dir ca")).contains("REVOKED"));

    let message = refuses(dir, &words("ca crl --dir p --out x.pem"));
    assert!(message.contains("holds no key"), "{message}");
    lists_what_is_revoked(dir, &serial);
}

fn lists_what_is_revoked(dir: &Path, serial: &str) {
    for number in 1..=2 {
        succeeds(dir, &words("ca crl --dir ca --out crl.pem --days 7"));
        let text = std::fs::read_to_string(dir.join("crl.pem")).unwrap();
        assert_eq!(
            text.matches("BEGIN X509 CRL").count(),
            2,
            "root and issuing authority"
        );
        let at = text.rfind("-----BEGIN X509 CRL").unwrap();
        std::fs::write(dir.join("second.pem"), &text[at..]).unwrap();
        let shown = Command::new("openssl")
            .args(words("crl -in second.pem -noout -text"))
            .current_dir(dir)
            .output();
        let Ok(shown) = shown else {
            println!("skipped: the command openssl is not there");
            return;
        };
        let shown = String::from_utf8(shown.stdout).unwrap();
        assert!(
            shown.contains(&serial.to_uppercase()) && shown.contains("0BADCAFE"),
            "{shown}"
        );
        let line = shown.split("X509v3 CRL Number:").nth(1).unwrap();
        assert_eq!(
            line.split_whitespace().next(),
            Some(number.to_string().as_str()),
            "{shown}"
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
