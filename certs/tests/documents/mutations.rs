//! Thousands of changed certificates, links and chip answers: none is accepted. Changed files of a card are in
//! [`super::attacks`].

use super::pki::{Pki, dg1, dg2, files, openssl_is_there};
use super::{CSCA_NAME, OK, now, verdicts};
use certs::travel_document::{ActiveAuthentication, DocumentFiles, TrustAnchors, Verdict, judge};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

/// One to three bytes changed; cut off in one of four cases.
fn mutation() -> impl Strategy<Value = (Vec<(prop::sample::Index, u8)>, Option<prop::sample::Index>)> {
    let changes = prop::collection::vec((any::<prop::sample::Index>(), 1..=255u8), 1..4);
    (
        changes,
        prop::option::weighted(0.25, any::<prop::sample::Index>()),
    )
}

fn apply(
    original: &[u8],
    (changes, cut): &(Vec<(prop::sample::Index, u8)>, Option<prop::sample::Index>),
) -> Vec<u8> {
    let mut bytes = original.to_vec();
    for (index, by) in changes {
        let at = index.index(bytes.len());
        bytes[at] ^= by;
    }
    if let Some(cut) = cut {
        bytes.truncate(cut.index(bytes.len()));
    }
    bytes
}

fn runner(cases: u32) -> TestRunner {
    TestRunner::new(ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    })
}

/// A root that was changed in any byte is not self-signed any more, and a link not signed by its root.
#[test]
fn changed_roots_and_links_vouch_for_nobody() {
    if !openssl_is_there() {
        return;
    }
    let pki = Pki::new();
    pki.csca("csca", "P-256", CSCA_NAME);
    pki.csca("second", "P-256", "/C=VN/O=Test/CN=CSCA-2");
    pki.link("link", "second", "/C=VN/O=Test/CN=CSCA-2", "csca");
    pki.signer("ds", "P-256", "csca", "-sha256");
    pki.signer("ds-2", "P-256", "second", "-sha256");
    let (dg1, dg2) = (dg1(), dg2());
    let groups: [(u8, &[u8]); 2] = [(1, &dg1), (2, &dg2)];
    let sods = ["ds", "ds-2"].map(|signer| pki.sod(signer, "sha256", "-md sha256", &groups));
    let (root, link) = (pki.der("csca"), pki.der("link"));
    let issuer = |sod: &[u8], certificates: [&[u8]; 2]| {
        let mut anchors = TrustAnchors::empty();
        for certificate in certificates {
            // What can't be read is not installed.
            let _ = anchors.add_pem_or_der(certificate);
        }
        verdicts(&judge(&files(sod, &dg1, &dg2), None, &anchors, now()))[1]
    };
    assert_eq!(sods.each_ref().map(|sod| issuer(sod, [&root, &link])), [OK, OK]);
    let outcome = runner(1_000).run(&mutation(), |change| {
        let (bad_root, bad_link) = (apply(&root, &change), apply(&link, &change));
        prop_assume!(bad_root != root && bad_link != link);
        for sod in &sods {
            prop_assert!(issuer(sod, [&bad_root, &link]).0 != Verdict::Valid);
        }
        prop_assert!(issuer(&sods[1], [&root, &bad_link]).0 != Verdict::Valid);
        prop_assert_eq!(issuer(&sods[0], [&root, &bad_link]), OK);
        Ok(())
    });
    outcome.unwrap();
}

/// Neither a changed answer nor a changed challenge passes.
#[test]
fn changed_answers_of_the_chip_prove_nothing() {
    if !openssl_is_there() {
        return;
    }
    let pki = Pki::new();
    pki.csca("csca", "P-256", CSCA_NAME);
    pki.signer("ds", "P-256", "csca", "-sha256");
    pki.key("chip", "rsa:1024");
    let (dg1, dg2, dg15) = (dg1(), dg2(), pki.dg15("chip"));
    let sod = pki.sod("ds", "sha256", "-md sha256", &[(1, &dg1), (2, &dg2), (15, &dg15)]);
    let files = DocumentFiles {
        dg15: Some(&dg15),
        ..files(&sod, &dg1, &dg2)
    };
    let challenge = *b"8 bytes!";
    let response = pki.answer("chip", 1024, "sha256", &[0x34, 0xcc], challenge);
    let chip = |challenge: [u8; 8], response: &[u8]| {
        let response = response.to_vec();
        let answer = ActiveAuthentication { challenge, response };
        verdicts(&judge(&files, Some(&answer), &TrustAnchors::empty(), now()))[2]
    };
    assert_eq!(chip(challenge, &response), OK);
    let failed = (Verdict::Invalid, "active-authentication-failed");
    let outcome = runner(2_500).run(&mutation(), |change| {
        let bad = apply(&response, &change);
        prop_assume!(bad != response);
        prop_assert_eq!(chip(challenge, &bad), failed);
        let (changes, _) = &change;
        let other: [u8; 8] = apply(&challenge, &(changes.clone(), None)).try_into().unwrap();
        prop_assume!(other != challenge);
        prop_assert_eq!(chip(other, &response), failed);
        Ok(())
    });
    outcome.unwrap();
}
