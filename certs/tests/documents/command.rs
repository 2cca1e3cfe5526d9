//! `certs verify-document` on folders of files, as a person runs it.

use super::CSCA_NAME;
use super::pki::{Pki, dg1, dg2, openssl_is_there};
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;

/// Exit code and report.
fn verify(dir: &Path, line: &str) -> (Option<i32>, Value) {
    let output = Command::new(env!("CARGO_BIN_EXE_certs"))
        .args(["verify-document", "card"])
        .args(line.split_whitespace())
        .current_dir(dir)
        .output()
        .unwrap();
    let report = serde_json::from_slice(&output.stdout);
    let report = report.unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    (output.status.code(), report)
}

fn certs(dir: &Path, line: &str) {
    let status = Command::new(env!("CARGO_BIN_EXE_certs"))
        .args(line.split_whitespace())
        .current_dir(dir)
        .output()
        .unwrap()
        .status;
    assert!(status.success(), "{line}");
}

fn finding(verdict: &str, reason: &str) -> Value {
    json!({ "verdict": verdict, "reason": reason })
}

/// A card whose chip answered, in the folder `card`.
fn card() -> Pki {
    let pki = Pki::new();
    pki.csca("csca", "P-256", CSCA_NAME);
    pki.signer("ds", "P-256", "csca", "-sha256");
    pki.key("chip", "rsa:2048");
    let (dg1, dg2, dg15) = (dg1(), dg2(), pki.dg15("chip"));
    let groups: [(u8, &[u8]); 5] = [
        (1, &dg1),
        (2, &dg2),
        (11, b"eleven"),
        (13, b"thirteen"),
        (15, &dg15),
    ];
    let sod = pki.sod("ds", "sha256", "-md sha256", &groups);
    let challenge = *b"8 bytes!";
    let response = pki.answer("chip", 2048, "sha256", &[0x34, 0xcc], challenge);
    std::fs::create_dir(pki.path().join("card")).unwrap();
    let files: [(&str, &[u8]); 7] = [
        ("EF_SOD.bin", &sod),
        ("EF_DG1.bin", &dg1),
        ("EF_DG2.bin", &dg2),
        ("EF_DG13.bin", b"thirteen"),
        ("EF_DG15.bin", &dg15),
        ("AA_challenge.bin", &challenge),
        ("AA_response.bin", &response),
    ];
    for (name, bytes) in files {
        pki.write(&format!("card/{name}"), bytes);
    }
    pki
}

#[test]
fn a_genuine_card_in_a_folder() {
    if !openssl_is_there() {
        return;
    }
    let pki = card();
    let dir = pki.path();
    certs(dir, "trust add csca.crt --store trusted");
    for trust in ["--trust csca.crt", "--trust trusted"] {
        let (code, report) = verify(dir, trust);
        assert_eq!(code, Some(0));
        for part in ["integrity", "issuer", "chip"] {
            assert_eq!(report[part], finding("valid", "ok"), "{part}");
        }
        let expected =
            json!({ "DG1": "match", "DG2": "match", "DG11": "not_read", "DG13": "match", "DG15": "match" });
        assert_eq!(report["data_groups"], expected);
        assert_eq!(report["person"]["citizen_number"], "001090123456");
        assert_eq!(report["person"]["birth"], "1990-01-01");
        assert_eq!(report["remarks"], json!(["no-revocation-list"]));
        let fingerprint = hex::encode(certs::hash::sha256(&pki.der("ds")));
        assert_eq!(report["signer"]["fingerprint"], fingerprint);
    }
    let (code, report) = verify(dir, "");
    assert_eq!(
        (code, &report["issuer"]),
        (Some(0), &finding("unknown", "no-trust-anchor"))
    );
}

#[test]
fn a_card_that_can_not_be_relied_on() {
    if !openssl_is_there() {
        return;
    }
    let pki = card();
    let dir = pki.path();
    certs(dir, "trust add csca.crt --store trusted");
    let (code, report) = verify(dir, "--trust csca.crt --at 2060-01-01");
    assert_eq!(
        (code, &report["issuer"]),
        (Some(1), &finding("invalid", "signer-expired"))
    );

    pki.write("list.crl", &pki.revocation_list("csca", &["1267"]));
    certs(dir, "trust add list.crl --store trusted");
    let (code, report) = verify(dir, "--trust trusted");
    assert_eq!(
        (code, &report["issuer"]),
        (Some(1), &finding("invalid", "signer-revoked"))
    );

    pki.write("card/EF_DG11.bin", b"elven");
    let (code, report) = verify(dir, "--trust csca.crt");
    let altered = finding("invalid", "data-group-hash-mismatch");
    assert_eq!((code, &report["integrity"]), (Some(1), &altered));
    assert_eq!(report["data_groups"]["DG11"], "mismatch");
    assert_eq!(report["chip"], finding("unknown", "integrity-not-valid"));
}
