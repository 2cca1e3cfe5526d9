//! The chip's proof with elliptic-curve keys, and keys that prove nothing.

use super::attacks::{invalid, unknown};
use super::pki::{Pki, dg1, dg2, files, openssl_is_there, tlv};
use super::{CSCA_NAME, OK, anchors, now, verdicts};
use certs::travel_document::{ActiveAuthentication, DocumentFiles, Verdict, judge};

const CHALLENGE: [u8; 8] = *b"8 bytes!";

/// EF.DG14 with ActiveAuthenticationInfo; `digest` counts from 1 (SHA-1) to 5 (SHA-512).
fn dg14(digest: u8) -> Vec<u8> {
    let algorithm = [
        &hex::decode("04007f00070101 0401".replace(' ', "")).unwrap()[..],
        &[digest],
    ]
    .concat();
    let info = [
        tlv(&[0x06], &hex::decode("678108010105").unwrap()),
        vec![0x02, 1, 1],
        tlv(&[0x06], &algorithm),
    ];
    tlv(&[0x6e], &tlv(&[0x31], &tlv(&[0x30], &info.concat())))
}

struct Issuer(Pki);

impl Issuer {
    fn new() -> Self {
        let pki = Pki::new();
        pki.csca("csca", "P-256", CSCA_NAME);
        pki.signer("ds", "P-256", "csca", "-sha256");
        Self(pki)
    }

    fn chip(&self, dg14: Option<&[u8]>, dg15: &[u8], response: Vec<u8>) -> (Verdict, &'static str) {
        let (dg1, dg2) = (dg1(), dg2());
        let mut groups: Vec<(u8, &[u8])> = vec![(1, &dg1), (2, &dg2), (15, dg15)];
        groups.extend(dg14.map(|dg14| (14, dg14)));
        let sod = self.0.sod("ds", "sha256", "-md sha256", &groups);
        let files = DocumentFiles {
            dg14,
            dg15: Some(dg15),
            ..files(&sod, &dg1, &dg2)
        };
        let answer = ActiveAuthentication {
            challenge: CHALLENGE,
            response,
        };
        let found = verdicts(&judge(&files, Some(&answer), &anchors(&self.0, "csca"), now()));
        assert_eq!(found[..2], [OK, OK]);
        found[2]
    }
}

#[test]
fn elliptic_curve_chips_sign_as_dg14_says() {
    if !openssl_is_there() {
        return;
    }
    let issuer = Issuer::new();
    let pki = &issuer.0;
    let failed = invalid("active-authentication-failed");
    let curves = [
        ("secp224r1", 28, "sha224", 2),
        ("P-256", 32, "sha256", 3),
        ("brainpoolP256r1:explicit", 32, "sha1", 1),
        ("P-384", 48, "sha384", 4),
        ("brainpoolP512r1", 64, "sha512", 5),
        ("P-521", 66, "sha512", 5),
    ];
    for (curve, len, digest, number) in curves {
        pki.key("chip", curve);
        let dg15 = pki.dg15("chip");
        let (plain, der) = pki.plain_answer("chip", digest, CHALLENGE, len);
        let dg14 = dg14(number);
        assert_eq!(issuer.chip(Some(&dg14), &dg15, plain.clone()), OK, "{curve}");
        assert_eq!(
            issuer.chip(Some(&dg14), &dg15, der),
            failed,
            "{curve}: DER is not plain"
        );
        let (other, _) = pki.plain_answer("chip", digest, *b"replayed", len);
        assert_eq!(
            issuer.chip(Some(&dg14), &dg15, other),
            failed,
            "{curve}: another challenge"
        );
        let mut swapped = plain.clone();
        swapped.rotate_left(len);
        for bad in [
            swapped,
            vec![0; 2 * len],
            vec![0xff; 2 * len],
            plain[1..].to_vec(),
            vec![],
        ] {
            assert_eq!(issuer.chip(Some(&dg14), &dg15, bad), failed, "{curve}");
        }
        assert_eq!(
            issuer.chip(None, &dg15, plain),
            unknown("chip-algorithm-unknown"),
            "{curve}"
        );
    }
    let dg15 = pki.dg15("chip");
    assert_eq!(
        issuer.chip(Some(&dg14(6)), &dg15, vec![1; 132]),
        unknown("algorithm-not-supported"),
        "RIPEMD-160"
    );
    assert_eq!(
        issuer.chip(Some(&[0x6e, 1, 0]), &dg15, vec![1; 132]),
        invalid("chip-key-malformed")
    );
}

#[test]
fn keys_that_prove_nothing() {
    if !openssl_is_there() {
        return;
    }
    let issuer = Issuer::new();
    let pki = &issuer.0;
    pki.key("short", "rsa:512");
    let response = pki.answer("short", 512, "sha256", &[0x34, 0xcc], CHALLENGE);
    assert_eq!(
        issuer.chip(None, &pki.dg15("short"), response),
        unknown("weak-key"),
        "RSA-512"
    );
    for (curve, expected) in [
        ("P-192", unknown("algorithm-not-supported")),
        ("secp256k1", unknown("algorithm-not-supported")),
    ] {
        pki.key("chip", curve);
        let found = issuer.chip(Some(&dg14(3)), &pki.dg15("chip"), vec![1; 64]);
        assert_eq!(found, expected, "{curve}");
    }
    for curve in ["P-256", "brainpoolP512r1", "secp224r1"] {
        pki.key("chip", curve);
        let good = pki.dg15("chip");
        let mut beside = good.clone();
        *beside.last_mut().unwrap() ^= 1;
        let found = issuer.chip(Some(&dg14(3)), &beside, vec![1; 64]);
        assert_eq!(found, invalid("chip-key-malformed"), "{curve}: beside the curve");
    }
}

#[test]
fn signers_with_keys_that_prove_nothing() {
    if !openssl_is_there() {
        return;
    }
    let pki = Pki::new();
    pki.csca("csca", "rsa:2048", CSCA_NAME);
    let (dg1, dg2) = (dg1(), dg2());
    let judged = |sod: &[u8]| {
        verdicts(&judge(
            &files(sod, &dg1, &dg2),
            None,
            &anchors(&pki, "csca"),
            now(),
        ))[0]
    };
    pki.signer("tiny", "rsa:512", "csca", "-sha256");
    let sod = pki.sod("tiny", "sha256", "-md sha256", &[(1, &dg1), (2, &dg2)]);
    assert_eq!(judged(&sod), invalid("weak-key"), "RSA-512");
    pki.signer("ds", "P-256", "csca", "-sha256");
    let mut sod = pki.sod("ds", "sha256", "-md sha256", &[(1, &dg1), (2, &dg2)]);
    let point = hex::decode("034200 04".replace(' ', "")).unwrap();
    let at = sod.windows(4).position(|window| window == point).unwrap();
    sod[at + 40] ^= 1;
    assert_eq!(judged(&sod), invalid("sod-malformed"), "a point beside the curve");
}
