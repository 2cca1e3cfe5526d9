//! Cards that must not pass, each with the reason that staff are shown.

use super::pki::{Pki, dg1, dg2, files, openssl_is_there};
use super::{CSCA_NAME, NO_CHIP_KEY, OK, anchors, now, verdicts};
use certs::Time;
use certs::travel_document::{ActiveAuthentication, DocumentFiles, Rule, TrustAnchors, Verdict, judge};
use proptest::prelude::*;

const YEAR: i64 = 365 * 86_400;

pub fn invalid(reason: &'static str) -> (Verdict, &'static str) {
    (Verdict::Invalid, reason)
}

pub fn unknown(reason: &'static str) -> (Verdict, &'static str) {
    (Verdict::Unknown, reason)
}

/// A card with an RSA chip key and the answer to one challenge.
struct Card {
    pki: Pki,
    sod: Vec<u8>,
    dg1: Vec<u8>,
    dg2: Vec<u8>,
    dg15: Vec<u8>,
    authentication: ActiveAuthentication,
}

impl Card {
    fn issue() -> Self {
        let pki = Pki::new();
        pki.csca("csca", "P-256", CSCA_NAME);
        pki.signer("ds", "P-256", "csca", "-sha256");
        pki.key("chip", "rsa:1024");
        let (dg1, dg2, dg15) = (dg1(), dg2(), pki.dg15("chip"));
        let sod = pki.sod("ds", "sha256", "-md sha256", &[(1, &dg1), (2, &dg2), (15, &dg15)]);
        let challenge = *b"fresh 8!";
        let response = pki.answer("chip", 1024, "sha256", &[0x34, 0xcc], challenge);
        Self {
            pki,
            sod,
            dg1,
            dg2,
            dg15,
            authentication: ActiveAuthentication { challenge, response },
        }
    }

    fn files(&self) -> DocumentFiles<'_> {
        DocumentFiles {
            dg15: Some(&self.dg15),
            ..files(&self.sod, &self.dg1, &self.dg2)
        }
    }

    fn judge(&self, files: &DocumentFiles<'_>) -> [(Verdict, &'static str); 3] {
        let judgement = judge(
            files,
            Some(&self.authentication),
            &anchors(&self.pki, "csca"),
            now(),
        );
        let found = verdicts(&judgement);
        let refused = found.iter().any(|(verdict, _)| *verdict == Verdict::Invalid);
        assert_eq!(
            judgement.admission().is_err(),
            refused || found[0].0 != Verdict::Valid
        );
        found
    }
}

#[test]
fn altered_exchanged_and_withheld_files() {
    if !openssl_is_there() {
        return;
    }
    let card = Card::issue();
    let good = card.files();
    assert_eq!(card.judge(&good), [OK, OK, OK]);
    let refused = |reason| [invalid(reason), OK, unknown("integrity-not-valid")];

    let mut files = good;
    let other_dg1 = String::from_utf8(card.dg1.clone())
        .unwrap()
        .replace("NGUYEN", "TRAN<<")
        .into_bytes();
    files.dg1 = &other_dg1;
    assert_eq!(card.judge(&files), refused("data-group-hash-mismatch"));
    files = good;
    let mut other_dg2 = card.dg2.clone();
    *other_dg2.last_mut().unwrap() ^= 1;
    files.dg2 = &other_dg2;
    assert_eq!(card.judge(&files), refused("data-group-hash-mismatch"));
    files = good;
    card.pki.key("clone", "rsa:1024");
    let clone_key = card.pki.dg15("clone");
    files.dg15 = Some(&clone_key);
    assert_eq!(card.judge(&files), refused("data-group-hash-mismatch"));
    files.dg15 = None;
    assert_eq!(card.judge(&files), [OK, OK, invalid("chip-key-withheld")]);
    files = good;
    files.dg13_hash = Some(&[0; 32]);
    assert_eq!(card.judge(&files), refused("data-group-not-covered"));
    files = good;
    files.dg14 = Some(&[0x6e, 0]);
    assert_eq!(card.judge(&files), refused("data-group-not-covered"));
}

#[test]
fn oversized_and_unreadable_files() {
    if !openssl_is_there() {
        return;
    }
    let card = Card::issue();
    let large = vec![0; 70_000];
    let refused = |reason| [invalid(reason), OK, unknown("integrity-not-valid")];
    let mut files = card.files();
    files.dg1 = &large;
    assert_eq!(card.judge(&files), refused("file-too-large"));
    files = card.files();
    files.dg2 = &large;
    assert_eq!(card.judge(&files), refused("file-too-large"));
    files = card.files();
    files.dg15 = Some(&large);
    assert_eq!(card.judge(&files), refused("file-too-large"));

    for (sod, reason) in [
        (large.as_slice(), "file-too-large"),
        (&[], "sod-malformed"),
        (&card.dg1, "sod-malformed"),
        (&card.sod[..card.sod.len() - 1], "sod-malformed"),
    ] {
        let files = DocumentFiles { sod, ..card.files() };
        let expected = [
            invalid(reason),
            unknown("not-checked"),
            unknown("integrity-not-valid"),
        ];
        assert_eq!(card.judge(&files), expected);
    }
}

#[test]
fn answers_that_prove_nothing() {
    if !openssl_is_there() {
        return;
    }
    let mut card = Card::issue();
    let failed = [OK, OK, invalid("active-authentication-failed")];
    let good = card.authentication.clone();

    card.authentication.challenge = *b"another!";
    assert_eq!(
        card.judge(&card.files()),
        failed,
        "replayed for another challenge"
    );
    card.pki.key("other", "rsa:1024");
    card.authentication.challenge = good.challenge;
    card.authentication.response = card
        .pki
        .answer("other", 1024, "sha256", &[0x34, 0xcc], good.challenge);
    assert_eq!(card.judge(&card.files()), failed, "another chip's key");
    card.authentication.response = card
        .pki
        .answer("chip", 1024, "sha256", &[0x33, 0xcc], good.challenge);
    assert_eq!(card.judge(&card.files()), failed, "trailer of another digest");
    for bad in [
        vec![],
        vec![0; 128],
        vec![0xff; 128],
        good.response[..127].to_vec(),
        vec![1; 4096],
    ] {
        card.authentication.response = bad;
        assert_eq!(card.judge(&card.files()), failed);
    }
    let silent = judge(&card.files(), None, &anchors(&card.pki, "csca"), now());
    assert_eq!(
        verdicts(&silent),
        [OK, OK, invalid("active-authentication-missing")]
    );
    assert_eq!(
        silent.admission().unwrap_err().reason,
        "active-authentication-missing"
    );
}

#[test]
fn chip_keys_that_are_too_short_prove_nothing() {
    if !openssl_is_there() {
        return;
    }
    let mut card = Card::issue();
    card.pki.key("short", "rsa:768");
    card.dg15 = card.pki.dg15("short");
    card.sod = card.pki.sod(
        "ds",
        "sha256",
        "",
        &[(1, &card.dg1), (2, &card.dg2), (15, &card.dg15)],
    );
    let challenge = card.authentication.challenge;
    card.authentication.response = card.pki.answer("short", 768, "sha256", &[0x34, 0xcc], challenge);
    assert_eq!(card.judge(&card.files()), [OK, OK, unknown("weak-key")]);
}

#[test]
fn look_alike_and_unknown_issuers() {
    if !openssl_is_there() {
        return;
    }
    let (dg1, dg2) = (dg1(), dg2());
    let pki = Pki::new();
    pki.csca("csca", "P-256", CSCA_NAME);
    let found = |signer: &str, anchors: &TrustAnchors| {
        let sod = pki.sod(signer, "sha256", "-md sha256", &[(1, &dg1), (2, &dg2)]);
        verdicts(&judge(&files(&sod, &dg1, &dg2), None, anchors, now()))
    };
    let installed = anchors(&pki, "csca");

    pki.csca("same-name", "P-256", CSCA_NAME);
    pki.signer("forged", "P-256", "same-name", "-sha256");
    assert_eq!(
        found("forged", &installed),
        [OK, invalid("signer-not-issued-by-anchor"), NO_CHIP_KEY]
    );
    pki.csca("other-kind", "rsa:2048", CSCA_NAME);
    pki.signer("forged-rsa", "P-256", "other-kind", "-sha256");
    assert_eq!(
        found("forged-rsa", &installed)[1],
        invalid("signer-not-issued-by-anchor")
    );
    pki.csca("other-spelling", "P-256", "/CN=csca/O=TEST/C=VN");
    pki.signer("forged-spelling", "P-256", "other-spelling", "-sha256");
    assert_eq!(
        found("forged-spelling", &installed)[1],
        invalid("signer-not-issued-by-anchor")
    );

    pki.csca("foreign", "P-256", "/C=XX/CN=Another");
    pki.signer("stranger", "P-256", "foreign", "-sha256");
    assert_eq!(
        found("stranger", &installed),
        [OK, unknown("issuer-not-among-anchors"), NO_CHIP_KEY]
    );
    assert_eq!(
        found("stranger", &TrustAnchors::empty()),
        [OK, unknown("no-trust-anchor"), NO_CHIP_KEY]
    );
}

#[test]
fn signers_that_must_not_sign() {
    if !openssl_is_there() {
        return;
    }
    let (dg1, dg2) = (dg1(), dg2());
    let pki = Pki::new();
    pki.csca("csca", "rsa:2048", CSCA_NAME);
    let installed = anchors(&pki, "csca");
    let found = |signer: &str, at: Time| {
        let sod = pki.sod(signer, "sha256", "-md sha256", &[(1, &dg1), (2, &dg2)]);
        verdicts(&judge(&files(&sod, &dg1, &dg2), None, &installed, at))
    };
    pki.signer("ds", "P-256", "csca", "-sha256");
    assert_eq!(
        found("ds", Time(now().0 + 11 * YEAR))[1],
        invalid("signer-expired")
    );
    assert_eq!(
        found("ds", Time(now().0 - YEAR))[1],
        invalid("signer-not-yet-valid")
    );
    assert_eq!(found("ds", now())[1], OK);
    pki.signer("long", "P-256", "csca", "-sha256 -days 10000");
    assert_eq!(
        found("long", Time(now().0 + 25 * YEAR))[1],
        invalid("anchor-outside-validity")
    );
    pki.signer("ca", "P-256", "csca", "-sha256 -extensions csca");
    assert_eq!(found("ca", now())[1], invalid("signer-wrong-usage"));
    pki.signer("odd", "P-256", "csca", "-sha256 -extensions ds_critical");
    assert_eq!(found("odd", now())[1], unknown("critical-extension-unknown"));
    pki.signer("weak", "rsa:1024", "csca", "-sha256");
    assert_eq!(found("weak", now())[0], invalid("weak-key"));
    pki.signer("md5", "P-256", "csca", "-md5");
    assert_eq!(
        found("md5", now())[1],
        invalid("signer-not-issued-by-anchor"),
        "an algorithm nobody accepts"
    );
    pki.signer("curve", "secp256k1", "csca", "-sha256");
    let [integrity, issuer, _] = found("curve", now());
    assert_eq!(
        (integrity, issuer),
        (unknown("algorithm-not-supported"), unknown("not-checked"))
    );
}

#[test]
fn tampered_security_objects() {
    if !openssl_is_there() {
        return;
    }
    let card = Card::issue();
    let change = |find: &[u8], by: u8| {
        let mut sod = card.sod.clone();
        let at = sod
            .windows(find.len())
            .rposition(|window| window == find)
            .unwrap();
        sod[at + find.len() - 1] ^= by;
        card.judge(&DocumentFiles {
            sod: &sod,
            ..card.files()
        })[0]
    };
    let hash = card.pki.digest("sha256", &card.dg1);
    assert_eq!(change(&hash, 1), invalid("message-digest-mismatch"));
    let lds = card.pki.read("lds.bin");
    let digest = card.pki.digest("sha256", &lds);
    assert_eq!(change(&digest, 1), invalid("message-digest-mismatch"));
    let signing_time = hex::decode("06092a864886f70d010905310f170d32").unwrap();
    assert_eq!(change(&signing_time, 1), invalid("signature-invalid"));
    let last = &card.sod[card.sod.len() - 8..];
    assert_eq!(change(last, 1), invalid("signature-invalid"));

    let groups: [(u8, &[u8]); 3] = [(1, &card.dg1), (2, &card.dg2), (15, &card.dg15)];
    let without = card.pki.sod("ds", "sha256", "-nocerts", &groups);
    let found = card.judge(&DocumentFiles {
        sod: &without,
        ..card.files()
    });
    assert_eq!(found[0], invalid("signer-certificate-missing"));
    let unsigned_attributes = card.pki.sod("ds", "sha256", "-noattr", &groups);
    let found = card.judge(&DocumentFiles {
        sod: &unsigned_attributes,
        ..card.files()
    });
    assert_eq!(found[0], invalid("sod-malformed"));
    let twice: [(u8, &[u8]); 4] = [(1, &card.dg1), (2, &card.dg2), (15, &card.dg15), (1, b"x")];
    let listed_twice = card.pki.sod("ds", "sha256", "", &twice);
    assert_eq!(
        card.judge(&DocumentFiles {
            sod: &listed_twice,
            ..card.files()
        })[0],
        invalid("sod-malformed")
    );
}

#[test]
fn unreadable_zones_are_no_admission() {
    if !openssl_is_there() {
        return;
    }
    let pki = Pki::new();
    pki.csca("csca", "P-256", CSCA_NAME);
    pki.signer("ds", "P-256", "csca", "-sha256");
    let (dg1, dg2) = (b"\x61\x02\x5f\x1f".to_vec(), dg2());
    let sod = pki.sod("ds", "sha256", "", &[(1, &dg1), (2, &dg2)]);
    let judgement = judge(&files(&sod, &dg1, &dg2), None, &anchors(&pki, "csca"), now());
    assert_eq!(verdicts(&judgement), [OK, OK, NO_CHIP_KEY]);
    assert_eq!(judgement.admission().unwrap_err().reason, "document-unreadable");
}

#[test]
fn ten_thousand_mutated_files() {
    if !openssl_is_there() {
        return;
    }
    let card = Card::issue();
    let anchors = anchors(&card.pki, "csca");
    let genuine = judge(&card.files(), Some(&card.authentication), &anchors, now());
    let changes = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4);
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig {
        cases: 2_500,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    let strategy = (changes, any::<bool>(), any::<prop::sample::Index>());
    let outcome = runner.run(&strategy, |(changes, cut, at)| {
        let mutate = |original: &[u8]| {
            let mut bytes = original.to_vec();
            for (index, value) in &changes {
                let index = index.index(bytes.len());
                bytes[index] = *value;
            }
            if cut {
                bytes.truncate(at.index(bytes.len()));
            }
            bytes
        };
        let [sod, dg1, dg2, dg15] = [&card.sod, &card.dg1, &card.dg2, &card.dg15].map(|file| mutate(file));
        let good = card.files();
        for files in [
            DocumentFiles { sod: &sod, ..good },
            DocumentFiles { dg1: &dg1, ..good },
            DocumentFiles { dg2: &dg2, ..good },
            DocumentFiles {
                dg15: Some(&dg15),
                ..good
            },
        ] {
            let judged = judge(&files, Some(&card.authentication), &anchors, now());
            // Whatever still passes (an unsigned byte of the envelope) is the very same document.
            if let Ok(admitted) = judged.admission() {
                prop_assert_eq!(Some(&admitted.document), genuine.document.as_ref());
                prop_assert!((files.dg1, files.dg2, files.dg15) == (good.dg1, good.dg2, good.dg15));
                // The names in the signer's certificate are outside the signature: changed, they only lose the issuer.
                let issuer_lost = admitted.issuer.reason == "issuer-not-among-anchors";
                let expected = if issuer_lost {
                    Rule::TwoOfficials
                } else {
                    Rule::Proctor
                };
                prop_assert_eq!(admitted.rule, expected);
            }
        }
        Ok(())
    });
    outcome.unwrap();
}

proptest! {
    #[test]
    fn noise_never_panics(sod: Vec<u8>, dg1: Vec<u8>, dg2: Vec<u8>, dg15: Vec<u8>, response: Vec<u8>) {
        let sod = super::pki::tlv(&[0x77], &sod);
        let files = DocumentFiles { dg15: Some(&dg15), ..files(&sod, &dg1, &dg2) };
        let authentication = ActiveAuthentication { challenge: [0; 8], response };
        let judgement = judge(&files, Some(&authentication), &TrustAnchors::empty(), Time(0));
        prop_assert!(judgement.admission().is_err());
    }
}

#[test]
fn mutated_anchors_never_panic() {
    if !openssl_is_there() {
        return;
    }
    let pki = Pki::new();
    pki.csca("csca", "brainpoolP256r1:explicit", CSCA_NAME);
    let pem = pki.read("csca.crt");
    pki.run("x509 -in csca.crt -outform DER -out csca.der");
    let der = pki.read("csca.der");
    let mut anchors = TrustAnchors::empty();
    assert_eq!(anchors.add_pem_or_der(&[pem.as_slice(), &pem].concat()), Ok(2));
    assert_eq!(anchors.add_pem_or_der(&der), Ok(1));
    assert_eq!(anchors.len(), 1, "the same certificate three times");
    pki.signer("leaf", "P-256", "csca", "-sha256");
    assert!(
        anchors
            .add_pem_or_der(&[pem.as_slice(), &pki.read("leaf.crt")].concat())
            .is_err(),
        "a leaf is no anchor"
    );
    pki.csca("weak", "rsa:1024", "/CN=weak");
    assert!(anchors.add_pem_or_der(&pki.read("weak.crt")).is_err());
    assert!(anchors.add_pem_or_der(b"").is_err());
    assert!(anchors.add_pem_or_der(b"-----BEGIN CERTIFICATE-----\n").is_err());
    assert_eq!(anchors.len(), 1, "all or none");
    for at in 0..der.len() {
        for value in [0x00, 0x30, 0x7f, 0x80, 0x84, 0xff] {
            let mut changed = der.clone();
            changed[at] = value;
            let _ = TrustAnchors::empty().add_pem_or_der(&changed);
        }
        assert!(TrustAnchors::empty().add_pem_or_der(&der[..at]).is_err());
    }
}
