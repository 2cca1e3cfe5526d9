//! The worked examples of ICAO 9303-11 and the Vietnamese transcript, byte for byte, from the folder of test vectors that
//! lies beside the repository; where it is absent these tests say so and pass (the same facts stand in the unit tests).

use super::bac::BasicAccessKey;
use super::card_access::{PaceOffer, pace_offer};
use super::cipher::Suite;
use super::kdf::{self, Key, Purpose};
use super::messaging::SecureMessaging;
use super::pace::Password;
use super::script::Scripted;
use super::{Chip, file::File};
use crate::apdu::{Command, Response, Status};
use crate::card::{Connection, replay::Replay};
use serde_json::Value;
use std::path::PathBuf;

fn load(name: &str) -> Option<Vec<u8>> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../shared/vectors")
        .join(name);
    let bytes = std::fs::read(path).ok();
    if bytes.is_none() {
        eprintln!("skipped: no test vectors beside the repository ({name})");
    }
    bytes
}

fn json(name: &str) -> Option<Value> {
    Some(serde_json::from_slice(&load(name)?).unwrap())
}

fn text<'v>(value: &'v Value, pointer: &str) -> &'v str {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_else(|| panic!("{pointer} is a text"))
}

fn key(hexadecimal: &str) -> Key {
    let mut key = Key::default();
    hex::decode_to_slice(hexadecimal, key.as_mut_slice()).unwrap();
    key
}

fn exchanges(session: &Value) -> Vec<(&str, &str)> {
    let pairs = session["apdus"].as_array().unwrap();
    pairs
        .iter()
        .map(|pair| (text(pair, "/0"), text(pair, "/1")))
        .collect()
}

/// Plays a PACE session, then compares the session keys by one protected command.
fn check_pace(session: &Value, keys: &Value, password: &Password) {
    let (encryption, authentication) = (key(text(session, "/ks_enc")), key(text(session, "/ks_mac")));
    let mut peer = SecureMessaging::new(Suite::Aes128, encryption, authentication, 0);
    let select = Command::new([0x00, 0xA4, 0x04, 0x0C]).with_data(super::chip::APPLICATION);
    let protected = hex::encode(peer.protect(&select).to_bytes());
    let mut transcript = exchanges(session);
    transcript.push((&protected, "6D00"));
    let mut card = Replay::from_hex(transcript).unwrap();
    let mut rng = Scripted::from_hex([
        text(keys, "/map_terminal/private"),
        text(keys, "/ka_terminal/private"),
    ]);
    let chip = Chip::new(Connection::new(&mut card));
    let mut channel = chip
        .pace(
            PaceOffer {
                name_parameters: false,
            },
            password,
            &mut rng,
        )
        .ok()
        .expect("PACE succeeds");
    assert!(channel.select_application().is_err());
    assert!(card.is_finished());
}

#[test]
fn appendix_g1() {
    let Some(example) = json("icao9303-11/G1_pace_gm_ecdh.json") else {
        return;
    };
    check_pace(
        &example,
        &example,
        &Password::machine_readable_zone(text(&example, "/mrz_information")),
    );
}

#[test]
fn vietnamese_suite_with_the_card_access_number() {
    let Some(keys) = json("icao9303-11/G1_pace_gm_ecdh.json") else {
        return;
    };
    let Some(example) = json("vn/DERIVED_pace_gm_can.json") else {
        return;
    };
    check_pace(
        &example,
        &keys,
        &Password::card_access_number(text(&example, "/can")).unwrap(),
    );
}

#[test]
fn vietnamese_card_access_file() {
    let Some(file) = load("vn/EF_CardAccess.bin") else {
        return;
    };
    assert_eq!(file, super::card_access::VIETNAMESE);
    assert_eq!(
        pace_offer(&file),
        Ok(PaceOffer {
            name_parameters: false
        })
    );
}

#[test]
fn appendix_d() {
    let Some(example) = json("icao9303-11/D_bac_and_sm_3des.json") else {
        return;
    };
    let sm = &example["sm"][0];
    let challenge = format!("{}9000", text(&example, "/rnd_ic"));
    let mut card = Replay::from_hex([
        ("0084000008", challenge.as_str()),
        (
            text(&example, "/external_authenticate"),
            text(&example, "/external_authenticate_response"),
        ),
        (text(sm, "/protected_command"), text(sm, "/protected_response")),
    ])
    .unwrap();
    let mut rng = Scripted::from_hex([text(&example, "/rnd_ifd"), text(&example, "/k_ifd")]);
    let key = BasicAccessKey::from_mrz_information(text(&example, "/mrz_information"));
    let chip = Chip::new(Connection::new(&mut card));
    let mut channel = chip.bac(&key, &mut rng).ok().expect("BAC succeeds");
    let select = Command::new([0x00, 0xA4, 0x02, 0x0C]).with_data([0x01, 0x1E]);
    assert_eq!(hex::encode_upper(select.to_bytes()), text(sm, "/plain_command"));
    assert!(channel.exchange(&select).unwrap() == Response::bare(Status::Success));
    assert!(card.is_finished());
}

#[test]
fn synthetic_vietnamese_keys() {
    let Some(card) = json("vn/SYNTHETIC_card.json") else {
        return;
    };
    let can = kdf::aes128(text(&card, "/can").as_bytes(), Purpose::Password);
    assert_eq!(
        hex::encode_upper(can.as_slice()),
        text(&card, "/k_pi_aes128_from_can")
    );
    let seed = hex::decode(text(&card, "/bac/k_seed")).unwrap();
    let encryption = kdf::triple_des(&seed, Purpose::Encryption);
    assert_eq!(
        hex::encode_upper(encryption.as_slice()),
        text(&card, "/bac/k_enc")
    );
}

/// A recorded AES-128 session of an Austrian chip, across its chip authentication.
#[test]
fn recorded_aes_messages() {
    let Some(example) = json("ca_ecdh_aes128_brainpoolP256r1.json") else {
        return;
    };
    let keys = |group: &str| {
        let of = |name: &str| key(text(&example, &format!("/{group}/{name}")));
        (of("ks_enc"), of("ks_mac"))
    };
    let (before, after) = (keys("sm_before"), keys("sm_after"));
    let mut old = SecureMessaging::new(Suite::Aes128, before.0, before.1, 0xF0);
    let ephemeral = format!(
        "7C438041 04{}{}",
        text(&example, "/terminal_ephemeral/x"),
        text(&example, "/terminal_ephemeral/y")
    );
    let mut new = SecureMessaging::new(Suite::Aes128, after.0, after.1, 0);
    let set =
        Command::new([0x00, 0x22, 0x41, 0xA4]).with_data(hex::decode("800A04007F00070202030202").unwrap());
    let agree = Command::new([0x00, 0x86, 0x00, 0x00])
        .with_data(hex::decode(ephemeral.replace(' ', "")).unwrap())
        .expecting(256);
    let select = Command::new([0x00, 0xA4, 0x02, 0x0C]).with_data([0x01, File::DG14.short_id]);
    check_message(&example["apdus"][0], &mut old, &set);
    check_message(&example["apdus"][1], &mut old, &agree);
    check_message(&example["apdus"][2], &mut new, &select);
}

fn check_message(recorded: &Value, session: &mut SecureMessaging, plain: &Command) {
    let protected = session.protect(plain);
    assert_eq!(
        hex::encode_upper(protected.to_bytes()),
        text(recorded, "/command")
    );
    let answer = Response::parse(hex::decode(text(recorded, "/response")).unwrap()).unwrap();
    assert!(session.unprotect(&answer).unwrap().status == Status::Success);
}
