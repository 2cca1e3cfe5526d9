//! The chip's proof with elliptic-curve keys, and keys that prove nothing.

use super::attacks::{invalid, unknown};
use super::pki::{Pki, dg1, dg2, files, openssl_is_there, tlv};
use super::{CSCA_NAME, OK, anchors, now, verdicts};
use bp256::elliptic_curve::sec1::ToSec1Point;
use certs::travel_document::chip_authentication::{ChipAuthentication, ChipAuthenticationAttempt, Request};
use certs::travel_document::{ActiveAuthentication, Additions, DocumentFiles, Verdict, judge, judge_with};
use cmac::{KeyInit, Mac};
use ring::rand::SystemRandom;
use sha1::Digest;

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

/// A chip with a key for chip authentication on brainpoolP256r1, AES-128, made of parts that the crate does not use for it.
struct AgreeingChip {
    secret: bp256::r1::SecretKey,
    dg14: Vec<u8>,
}

impl AgreeingChip {
    fn new(seed: u8) -> Self {
        let secret = bp256::r1::SecretKey::from_slice(&[seed; 32]).unwrap();
        let oid = |hex: &str| tlv(&[0x06], &hex::decode(hex).unwrap());
        let identifier = tlv(
            &[0x30],
            &[oid("2a8648ce3d0201"), oid("2b2403030208010107")].concat(),
        );
        let point = [&[0][..], secret.public_key().to_sec1_point(false).as_bytes()].concat();
        let spki = tlv(&[0x30], &[identifier, tlv(&[0x03], &point)].concat());
        let key = tlv(&[0x30], &[oid("04007f000702020102"), spki].concat());
        let suite = tlv(&[0x30], &[oid("04007f00070202030202"), vec![0x02, 1, 1]].concat());
        let dg14 = tlv(&[0x6e], &tlv(&[0x31], &[key, suite].concat()));
        Self { secret, dg14 }
    }

    /// The response to the first protected command: status 9000 under the new keys.
    fn answer(&self, request: &Request) -> Vec<u8> {
        let ephemeral = &request.commands[1].data[4..];
        let ephemeral =
            bp256::elliptic_curve::PublicKey::<bp256::BrainpoolP256r1>::from_sec1_bytes(ephemeral).unwrap();
        let shared = ephemeral.to_projective() * *self.secret.to_nonzero_scalar();
        let shared = shared.to_affine().to_sec1_point(false);
        let seed = [&shared.as_bytes()[1..33], &[0, 0, 0, 2]].concat();
        let key = &sha1::Sha1::digest(seed)[..16];
        let mut message = [[0; 15].as_slice(), &[2], &[0x99, 0x02, 0x90, 0x00, 0x80]].concat();
        message.resize(32, 0);
        let mac = <cmac::Cmac<aes::Aes128> as KeyInit>::new_from_slice(key).unwrap();
        let mac = mac.chain_update(message).finalize().into_bytes();
        [&[0x99, 0x02, 0x90, 0x00, 0x8e, 0x08], &mac[..8], &[0x90, 0x00]].concat()
    }
}

/// What the server says of a card with this EF.DG14 and, if any, DG15 and the outcome of chip authentication.
fn judged(
    issuer: &Issuer,
    dg14: &[u8],
    chip_key: Option<(&[u8], &ActiveAuthentication)>,
    proof: Option<&ChipAuthentication>,
) -> (Verdict, &'static str) {
    let (dg1, dg2) = (dg1(), dg2());
    let mut groups: Vec<(u8, &[u8])> = vec![(1, &dg1), (2, &dg2), (14, dg14)];
    groups.extend(chip_key.map(|(dg15, _)| (15, dg15)));
    let sod = issuer.0.sod("ds", "sha256", "-md sha256", &groups);
    let files = DocumentFiles {
        dg14: Some(dg14),
        dg15: chip_key.map(|(dg15, _)| dg15),
        ..files(&sod, &dg1, &dg2)
    };
    let additions = Additions {
        chip_authentication: proof,
        ..Additions::default()
    };
    let answer = chip_key.map(|(_, answer)| answer);
    verdicts(&judge_with(
        &files,
        answer,
        &additions,
        &anchors(&issuer.0, "csca"),
        now(),
    ))[2]
}

#[test]
fn the_server_itself_lets_the_chip_agree_on_a_key() {
    if !openssl_is_there() {
        return;
    }
    let issuer = Issuer::new();
    let chip = AgreeingChip::new(7);
    let begin = |dg14: &[u8]| ChipAuthenticationAttempt::begin(dg14, &SystemRandom::new()).unwrap();
    let attempt = begin(&chip.dg14);
    let answer = chip.answer(attempt.request());
    let proof = attempt.conclude(&answer);
    let failed = invalid("chip-authentication-failed");
    assert_eq!(judged(&issuer, &chip.dg14, None, Some(&proof)), OK);
    assert_eq!(
        judged(&issuer, &chip.dg14, None, None),
        (Verdict::Unknown, "chip-authentication-not-tried"),
        "not tried"
    );

    let replayed = begin(&chip.dg14).conclude(&answer);
    assert_eq!(judged(&issuer, &chip.dg14, None, Some(&replayed)), failed);
    let another = AgreeingChip::new(8);
    assert_eq!(
        judged(&issuer, &another.dg14, None, Some(&proof)),
        failed,
        "another card's proof"
    );
    let attempt = begin(&chip.dg14);
    let clone = another.answer(attempt.request());
    assert_eq!(
        judged(&issuer, &chip.dg14, None, Some(&attempt.conclude(&clone))),
        failed,
        "a clone"
    );

    // With active authentication beside it: each must be right.
    let pki = &issuer.0;
    pki.key("chip", "rsa:1024");
    let dg15 = pki.dg15("chip");
    let response = pki.answer("chip", 1024, "sha256", &[0x34, 0xcc], CHALLENGE);
    let (challenge, wrong) = (CHALLENGE, *b"replayed");
    let good = ActiveAuthentication {
        challenge,
        response: response.clone(),
    };
    let bad = ActiveAuthentication {
        challenge: wrong,
        response,
    };
    assert_eq!(
        judged(&issuer, &chip.dg14, Some((&dg15, &good)), Some(&proof)),
        OK
    );
    assert_eq!(
        judged(&issuer, &chip.dg14, Some((&dg15, &good)), Some(&replayed)),
        failed
    );
    let refused = invalid("active-authentication-failed");
    assert_eq!(
        judged(&issuer, &chip.dg14, Some((&dg15, &bad)), Some(&proof)),
        refused
    );
}
