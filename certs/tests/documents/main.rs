//! Travel documents judged through the public door. The documents come from the `openssl` command (an outside judge) and
//! from reference files of BSI and ETSI that stay outside the repository.

#![expect(clippy::unwrap_used, reason = "a test that can't go on has failed")]

mod attacks;
mod chains;
mod chip;
mod command;
mod mutations;
mod pki;
mod reference;

use certs::Time;
use certs::travel_document::{
    ActiveAuthentication, DocumentFiles, HashResult, Judgement, Rule, TrustAnchors, Verdict, judge, reason,
};
use pki::{Pki, dg1, dg2, files, openssl_is_there};
use std::time::{SystemTime, UNIX_EPOCH};

const CSCA_NAME: &str = "/C=VN/O=Test/CN=CSCA";

/// The certificates of a test begin now, whenever that is.
fn now() -> Time {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    Time(i64::try_from(seconds).unwrap())
}

fn anchors(pki: &Pki, csca: &str) -> TrustAnchors {
    let mut anchors = TrustAnchors::empty();
    assert_eq!(anchors.add_pem_or_der(&pki.read(&format!("{csca}.crt"))), Ok(1));
    anchors
}

fn verdicts(judgement: &Judgement) -> [(Verdict, &'static str); 3] {
    [judgement.integrity, judgement.issuer, judgement.chip].map(|finding| {
        assert!(
            reason::explain(finding.reason).is_some(),
            "{} is not in the table",
            finding.reason
        );
        (finding.verdict, finding.reason)
    })
}

const OK: (Verdict, &str) = (Verdict::Valid, "ok");
const NO_CHIP_KEY: (Verdict, &str) = (Verdict::NotPresent, "no-chip-key");

const PSS: &str = "-sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:32";
const CMS_PSS: &str = "-keyopt rsa_padding_mode:pss -keyopt rsa_pss_saltlen:32";
const CMS_PSS_SHA512: &str = "-md sha512 -keyopt rsa_padding_mode:pss -keyopt rsa_pss_saltlen:20";

/// Key of the country signer, key of the document signer, how it is issued, digest of the files, how they are signed.
const ISSUERS: [[&str; 5]; 14] = [
    ["rsa:3072", "rsa:2048", "-sha256", "sha256", "-md sha256"],
    ["rsa:2048", "rsa:2048", "-sha512", "sha512", "-md sha384"],
    ["rsa:2048", "rsa:2048", PSS, "sha256", CMS_PSS],
    ["rsa:2048", "rsa:2048", "-sha1", "sha256", CMS_PSS_SHA512],
    ["P-256", "P-256", "-sha256", "sha256", "-md sha256"],
    ["P-384", "P-384", "-sha384", "sha384", "-md sha384"],
    [
        "brainpoolP384r1",
        "brainpoolP256r1",
        "-sha384",
        "sha256",
        "-md sha256",
    ],
    [
        "brainpoolP384r1:explicit",
        "brainpoolP256r1:explicit",
        "-sha256",
        "sha256",
        "-md sha512",
    ],
    [
        "P-384:explicit",
        "P-256:explicit",
        "-sha512",
        "sha224",
        "-md sha224",
    ],
    ["rsa:2048", "brainpoolP384r1", "-sha256", "sha256", "-md sha256"],
    [
        "brainpoolP512r1:explicit",
        "brainpoolP512r1",
        "-sha512",
        "sha512",
        "-md sha512",
    ],
    ["P-521", "P-521:explicit", "-sha512", "sha256", "-md sha256"],
    [
        "brainpoolP320r1",
        "brainpoolP224r1:explicit",
        "-sha384",
        "sha256",
        "-md sha512",
    ],
    [
        "brainpoolP512r1",
        "brainpoolP320r1:explicit",
        "-sha256",
        "sha256",
        "-md sha224",
    ],
];

#[test]
fn verifies_what_issuers_in_the_world_use() {
    if !openssl_is_there() {
        return;
    }
    let (dg1, dg2) = (dg1(), dg2());
    for [csca, signer, signer_options, digest, options] in ISSUERS {
        let pki = Pki::new();
        pki.csca("csca", csca, CSCA_NAME);
        pki.signer("ds", signer, "csca", signer_options);
        let sod = pki.sod("ds", digest, options, &[(1, &dg1), (2, &dg2)]);
        let judgement = judge(&files(&sod, &dg1, &dg2), None, &anchors(&pki, "csca"), now());
        assert_eq!(
            verdicts(&judgement),
            [OK, OK, NO_CHIP_KEY],
            "{csca} {signer} {options}"
        );
        let admitted = judgement.admission().unwrap();
        assert_eq!(admitted.rule, Rule::TwoOfficials);
        assert_eq!(admitted.document.mrz.citizen_number(), Some("001090123456"));
        assert_eq!(
            admitted.document.portrait.as_ref().unwrap().content_type,
            "image/jpeg"
        );
    }
}

#[test]
fn warns_of_sha1() {
    if !openssl_is_there() {
        return;
    }
    let (dg1, dg2) = (dg1(), dg2());
    let pki = Pki::new();
    pki.csca("csca", "P-384", CSCA_NAME);
    pki.signer("ds", "P-384", "csca", "-sha256");
    for (digest, options) in [("sha1", "-md sha256"), ("sha256", "-md sha1")] {
        let sod = pki.sod("ds", digest, options, &[(1, &dg1), (2, &dg2)]);
        let judgement = judge(&files(&sod, &dg1, &dg2), None, &anchors(&pki, "csca"), now());
        assert_eq!(
            verdicts(&judgement),
            [(Verdict::Valid, "sha1-used"), OK, NO_CHIP_KEY]
        );
    }
}

#[test]
fn reads_lengths_left_open() {
    if !openssl_is_there() {
        return;
    }
    let (dg1, dg2) = (dg1(), dg2());
    let pki = Pki::new();
    pki.csca("csca", "P-256", CSCA_NAME);
    pki.signer("ds", "P-256", "csca", "-sha256");
    let sod = pki.sod("ds", "sha256", "-md sha256 -stream", &[(1, &dg1), (2, &dg2)]);
    assert!(
        sod.windows(2).any(|pair| pair == [0x30, 0x80]),
        "indefinite length"
    );
    let judgement = judge(&files(&sod, &dg1, &dg2), None, &anchors(&pki, "csca"), now());
    assert_eq!(verdicts(&judgement), [OK, OK, NO_CHIP_KEY]);
}

/// The attributes are signed in DER's order; an issuer that writes them in another order still signed the same set.
#[test]
fn accepts_attributes_that_were_sorted_only_for_signing() {
    if !openssl_is_there() {
        return;
    }
    let (dg1, dg2) = (dg1(), dg2());
    let pki = Pki::new();
    pki.csca("csca", "P-256", CSCA_NAME);
    pki.signer("ds", "P-256", "csca", "-sha256");
    let mut sod = pki.sod("ds", "sha256", "-md sha256", &[(1, &dg1), (2, &dg2)]);
    // contentType and signingTime stand next to each other.
    let start = |oid: &str| {
        let oid = hex::decode(oid).unwrap();
        sod.windows(oid.len()).rposition(|window| window == oid).unwrap() - 2
    };
    let (first, second) = (start("06092a864886f70d010903"), start("06092a864886f70d010905"));
    let end = second + 2 + usize::from(sod[second + 1]);
    assert_eq!(first + 2 + usize::from(sod[first + 1]), second);
    sod[first..end].rotate_left(second - first);
    let judgement = judge(&files(&sod, &dg1, &dg2), None, &anchors(&pki, "csca"), now());
    assert_eq!(verdicts(&judgement), [OK, OK, NO_CHIP_KEY]);
}

#[test]
fn proves_the_chip_with_every_trailer() {
    if !openssl_is_there() {
        return;
    }
    let (dg1, dg2) = (dg1(), dg2());
    let pki = Pki::new();
    pki.csca("csca", "P-256", CSCA_NAME);
    pki.signer("ds", "P-256", "csca", "-sha256");
    pki.key("chip", "rsa:2048");
    let dg15 = pki.dg15("chip");
    let sod = pki.sod(
        "ds",
        "sha256",
        "-md sha256",
        &[(1, &dg1), (2, &dg2), (13, b"thirteen"), (15, &dg15)],
    );
    let dg13_hash = pki.digest("sha256", b"thirteen");
    let files = DocumentFiles {
        dg15: Some(&dg15),
        dg13_hash: Some(&dg13_hash),
        ..files(&sod, &dg1, &dg2)
    };
    let trailers: [(&str, &[u8]); 6] = [
        ("sha1", &[0xbc]),
        ("sha1", &[0x33, 0xcc]),
        ("sha224", &[0x38, 0xcc]),
        ("sha256", &[0x34, 0xcc]),
        ("sha384", &[0x36, 0xcc]),
        ("sha512", &[0x35, 0xcc]),
    ];
    let challenge = *b"8 bytes!";
    for (digest, trailer) in trailers {
        let response = pki.answer("chip", 2048, digest, trailer, challenge);
        let authentication = ActiveAuthentication { challenge, response };
        let judgement = judge(&files, Some(&authentication), &anchors(&pki, "csca"), now());
        assert_eq!(verdicts(&judgement), [OK, OK, OK], "{digest}");
        let results: Vec<_> = judgement
            .data_groups
            .iter()
            .map(|g| (g.number, g.result, g.agents_word))
            .collect();
        let matching = |number| (number, HashResult::Match, number == 13);
        assert_eq!(results, [1, 2, 13, 15].map(matching));
        assert_eq!(judgement.admission().unwrap().rule, Rule::Proctor);
    }
}
