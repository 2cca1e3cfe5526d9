//! A recorded session of a chip with the suite of Vietnamese cards, and chips that are played here.

use super::agreement::{self, ChipKey};
use super::*;
use proptest::prelude::*;
use ring::rand::SystemRandom;
use std::path::Path;

/// The recorded session stays outside the repository.
fn recorded() -> Option<serde_json::Value> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR"));
    let file = file.join("../../shared/vectors/ca_ecdh_aes128_brainpoolP256r1.json");
    let json = std::fs::read(&file).ok();
    if json.is_none() {
        println!("skipped: {} is not there", file.display());
    }
    json.map(|json| serde_json::from_slice(&json).unwrap())
}

fn bytes(value: &serde_json::Value) -> Vec<u8> {
    hex::decode(value.as_str().unwrap()).unwrap()
}

fn attempt_of(recorded: &serde_json::Value) -> (ChipAuthenticationAttempt, Vec<u8>) {
    let dg14 = bytes(&recorded["dg14"]);
    let offers = offers(&SecurityInfos::parse(&dg14).unwrap()).unwrap();
    let [offer] = &offers[..] else { panic!("one key") };
    let ChipKey::Curve(key) = &offer.key else {
        panic!("a curve")
    };
    let private = bytes(&recorded["terminal_ephemeral"]["private"]);
    let agreed = agreement::tests::with_private(key, &private);
    (
        ChipAuthenticationAttempt::with(offer, &agreed, sha256(&dg14)),
        dg14,
    )
}

#[test]
fn the_recorded_session_byte_for_byte() {
    let Some(recorded) = recorded() else {
        return;
    };
    let (attempt, dg14) = attempt_of(&recorded);
    let terminal = &recorded["terminal_ephemeral"];
    let public = [vec![0x04], bytes(&terminal["x"]), bytes(&terminal["y"])].concat();
    let [set, agree] = &attempt.request().commands[..] else {
        panic!("two commands")
    };
    assert_eq!((set.header, set.answered), (SET_AT, false));
    assert_eq!(hex::encode(&set.data), "800a04007f00070202030202");
    assert_eq!(
        agree.data,
        [&[0x7c, 0x43, 0x80, 0x41], public.as_slice()].concat()
    );
    assert_eq!((agree.header, agree.answered), (GENERAL_AUTHENTICATE, true));
    let third = &recorded["apdus"][2];
    assert_eq!(attempt.request().first_protected, bytes(&third["command"]));
    let proof = attempt.conclude(&bytes(&third["response"]));
    assert!(proof.proves(&dg14));
    assert!(!proof.proves(&dg14[1..]), "another card's EF.DG14");
}

#[test]
fn other_responses_prove_nothing() {
    let Some(recorded) = recorded() else {
        return;
    };
    let good = bytes(&recorded["apdus"][2]["response"]);
    let proves = |response: &[u8]| {
        let (attempt, dg14) = attempt_of(&recorded);
        attempt.conclude(response).proves(&dg14)
    };
    assert!(proves(&good));
    for at in 0..good.len() {
        let mut changed = good.clone();
        changed[at] ^= 1;
        assert!(!proves(&changed), "byte {at}");
        assert!(!proves(&good[..at]));
    }
    for number in [0, 1] {
        let replayed = bytes(&recorded["apdus"][number]["response"]);
        assert!(!proves(&replayed), "an answer of the channel before");
    }
    assert!(!proves(&[]) && !proves(&[0x90, 0x00]) && !proves(&[0x63, 0x00]) && !proves(&vec![0; 70_000]));
    // Fresh keys each time: yesterday's answer does not fit.
    let dg14 = bytes(&recorded["dg14"]);
    let fresh = || ChipAuthenticationAttempt::begin(&dg14, &SystemRandom::new()).unwrap();
    assert!(!fresh().conclude(&good).proves(&dg14));
    assert_ne!(fresh().request(), fresh().request());
    assert!(!format!("{:?}", fresh()).contains('4'));
}

fn tlv(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    object(tag, &parts.concat())
}

/// EF.DG14 with one key and the suites that go with it.
fn dg14(kind: u8, suites: &[u8], spki: &[u8]) -> Vec<u8> {
    let key_oid = tlv(0x06, &[oid::CHIP_PUBLIC_KEY, &[kind]]);
    let mut infos = tlv(0x30, &[&key_oid, spki]);
    for suite in suites {
        let protocol = tlv(0x06, &[oid::CHIP_AUTHENTICATION, &[kind, *suite]]);
        infos.extend(tlv(0x30, &[&protocol, &[0x02, 1, 1]]));
    }
    tlv(0x6e, &[&tlv(0x31, &[&infos])])
}

/// The response of a chip that knows the keys.
fn genuine_response(attempt: &ChipAuthenticationAttempt, suite: Suite, shared: &[u8]) -> Vec<u8> {
    let mut chip = Session::derive(suite, shared);
    assert_eq!(chip.select_dg14(), attempt.request().first_protected);
    chip.respond()
}

#[test]
fn every_suite_and_kind_of_key() {
    for (suite, named) in [
        (1, Suite::TripleDes),
        (2, Suite::Aes128),
        (3, Suite::Aes192),
        (4, Suite::Aes256),
    ] {
        for chip in agreement::tests::chips() {
            let dg14 = dg14(chip.kind, &[suite], &chip.spki);
            let attempt = ChipAuthenticationAttempt::begin(&dg14, &SystemRandom::new()).unwrap();
            let commands = &attempt.request().commands;
            let ephemeral = match (&commands[..], named) {
                ([set], Suite::TripleDes) => {
                    assert_eq!(set.header, SET_KAT);
                    &set.data[set.data.len() - chip.ephemeral_len..]
                }
                ([_, agree], _) => &agree.data[agree.data.len() - chip.ephemeral_len..],
                _ => panic!("{commands:?}"),
            };
            let shared = (chip.agree)(ephemeral);
            let response = genuine_response(&attempt, named, &shared);
            assert!(attempt.conclude(&response).proves(&dg14), "{}", chip.name);
            // A copy without the private key has to guess the secret.
            let attempt = ChipAuthenticationAttempt::begin(&dg14, &SystemRandom::new()).unwrap();
            let mut clone = Session::derive(named, &shared);
            clone.select_dg14();
            assert!(
                !attempt.conclude(&clone.respond()).proves(&dg14),
                "{}: a clone",
                chip.name
            );
        }
    }
}

#[test]
fn keys_that_would_prove_nothing_are_refused() {
    let refused = |dg14: &[u8]| {
        ChipAuthenticationAttempt::begin(dg14, &SystemRandom::new())
            .unwrap_err()
            .kind()
    };
    assert_eq!(refused(&[0x6e, 2, 0x31, 0]), Kind::NotAllowed, "no key");
    assert_eq!(refused(&[]), Kind::Malformed);
    for chip in agreement::tests::bad_chips() {
        assert_eq!(
            refused(&dg14(chip.kind, &[2], &chip.spki)),
            chip.refusal,
            "{}",
            chip.name
        );
    }
    let many = tlv(
        0x30,
        &[&tlv(0x06, &[oid::CHIP_AUTHENTICATION, &[2, 2]]), &[0x02, 1, 1]],
    )
    .repeat(65);
    assert_eq!(
        refused(&tlv(0x6e, &[&tlv(0x31, &[&many])])),
        Kind::Malformed,
        "too many"
    );
}

#[test]
fn the_best_suite_is_taken_and_keys_are_matched_by_number() {
    let chip = agreement::tests::chips().remove(0);
    let suites = dg14(2, &[1, 4, 2], &chip.spki);
    let attempt = ChipAuthenticationAttempt::begin(&suites, &SystemRandom::new()).unwrap();
    assert!(attempt.request().commands[0].data.ends_with(&[2, 4]));
    let none = dg14(2, &[], &chip.spki);
    let attempt = ChipAuthenticationAttempt::begin(&none, &SystemRandom::new()).unwrap();
    assert_eq!(
        attempt.request().commands[0].header,
        SET_KAT,
        "3DES where nothing is said"
    );

    let info = |suite: u8, id: u8| {
        let protocol = tlv(0x06, &[oid::CHIP_AUTHENTICATION, &[2, suite]]);
        tlv(0x30, &[&protocol, &[0x02, 1, 1, 0x02, 1, id]])
    };
    let key = |id: u8| {
        let protocol = tlv(0x06, &[oid::CHIP_PUBLIC_KEY, &[2]]);
        tlv(0x30, &[&protocol, &chip.spki, &[0x02, 1, id]])
    };
    let infos = [key(7), info(4, 9), info(2, 7)].concat();
    let numbered = tlv(0x6e, &[&tlv(0x31, &[&infos])]);
    let attempt = ChipAuthenticationAttempt::begin(&numbered, &SystemRandom::new()).unwrap();
    assert!(attempt.request().commands[0].data.ends_with(&[2, 2, 0x84, 1, 7]));
}

proptest! {
    #[test]
    fn never_panics(dg14: Vec<u8>, response: Vec<u8>) {
        let _ = ChipAuthenticationAttempt::begin(&dg14, &SystemRandom::new());
        let file = tlv(0x6e, &[&tlv(0x31, &[&tlv(0x30, &[&tlv(0x06, &[oid::CHIP_PUBLIC_KEY, &[2]]), &dg14])])]);
        let _ = ChipAuthenticationAttempt::begin(&file, &SystemRandom::new());
        prop_assert!(!Session::derive(Suite::Aes128, b"secret").is_authentic(&response));
    }
}
