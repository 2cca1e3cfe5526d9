//! The worked examples of ICAO 9303-11 and the Vietnamese transcript, byte for byte, from the folder of test vectors that
//! lies beside the repository; where it is absent these tests say so and pass (the same facts stand in the unit tests).

use super::bac::BasicAccessKey;
use super::card_access::pace_offers;
use super::chip_authentication::ChipProof;
use super::chip_key::chip_keys;
use super::cipher::Suite;
use super::kdf::{self, Key, Purpose};
use super::messaging::SecureMessaging;
use super::pace::Password;
use super::script::Scripted;
use super::{Chip, file::File};
use crate::apdu::{Command, Response, Status, tlv};
use crate::card::{Connection, Line, replay::Replay};
use exam_protocol::station::AccessProtocol;
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
    Key::new(hex::decode(hexadecimal).unwrap())
}

fn exchanges(session: &Value) -> Vec<(&str, &str)> {
    let pairs = session["apdus"].as_array().unwrap();
    pairs
        .iter()
        .map(|pair| (text(pair, "/0"), text(pair, "/1")))
        .collect()
}

/// Plays a PACE session of the Vietnamese suite, then compares the session keys by one protected command.
fn check_pace(session: &Value, keys: &Value, password: &Password) {
    let secrets = [
        text(keys, "/map_terminal/private"),
        text(keys, "/ka_terminal/private"),
    ];
    let session_keys = (text(session, "/ks_enc"), text(session, "/ks_mac"));
    play_pace(
        &super::card_access::VIETNAMESE,
        exchanges(session),
        session_keys,
        secrets,
        password,
    );
}

fn play_pace(
    card_access: &[u8],
    transcript: Vec<(&str, &str)>,
    (encryption, authentication): (&str, &str),
    secrets: [&str; 2],
    password: &Password,
) {
    let mut peer = SecureMessaging::new(Suite::Aes128, key(encryption), key(authentication), 0);
    let select = Command::new([0x00, 0xA4, 0x04, 0x0C]).with_data(super::chip::APPLICATION);
    let protected = hex::encode(peer.protect(&select).to_bytes());
    let all = transcript.into_iter().chain([(protected.as_str(), "6D00")]);
    let mut card = Replay::from_hex(all).unwrap();
    let mut rng = Scripted::from_hex(secrets);
    let mut line = Line::default();
    let chip = Chip::new(Connection::new(&mut card, &mut line));
    let offer = pace_offers(card_access).unwrap()[0];
    let mut channel = chip
        .pace(offer, password, &mut rng)
        .map_err(|denied| denied.why)
        .expect("PACE succeeds");
    assert!(channel.select_application().is_err());
    assert!(card.is_finished());
}

/// The four steps after MSE:Set AT from the values of a worked example, with the session keys that follow.
fn from_values(
    example: &Value,
    protocol: &str,
    password: &str,
    mapping: [&str; 2],
    keys: [&str; 2],
) -> Vec<(String, String)> {
    let object = |tag: u16, hexadecimal: &str| {
        hex::encode(tlv::write(
            0x7C,
            &tlv::write(tag, &hex::decode(hexadecimal).unwrap()),
        ))
    };
    let command = |class: &str, data: &str| {
        let data = hex::decode(data).unwrap();
        format!("{class}860000{:02X}{}00", data.len(), hex::encode(data))
    };
    let empty = mapping[1].is_empty();
    vec![
        (format!("0022C1A40F800A{protocol}8301{password}"), "9000".into()),
        (
            "10860000027C0000".into(),
            format!("{}9000", object(0x80, text(example, "/encrypted_nonce"))),
        ),
        (
            command("10", &object(0x81, mapping[0])),
            if empty {
                "7C0282009000".into()
            } else {
                format!("{}9000", object(0x82, mapping[1]))
            },
        ),
        (
            command("10", &object(0x83, keys[0])),
            format!("{}9000", object(0x84, keys[1])),
        ),
        (
            command("00", &object(0x85, text(example, "/t_ifd"))),
            format!("{}9000", object(0x86, text(example, "/t_ic"))),
        ),
    ]
}

fn borrowed(transcript: &[(String, String)]) -> Vec<(&str, &str)> {
    transcript
        .iter()
        .map(|(command, answer)| (command.as_str(), answer.as_str()))
        .collect()
}

fn point(example: &Value, name: &str) -> String {
    let of = |part: &str| text(example, &format!("/{name}/{part}"));
    format!("04{}{}", of("x"), of("y"))
}

/// The session keys of G.2, which the file leaves out, are those of the standard's text.
#[test]
fn appendix_g2() {
    let Some(example) = json("icao9303-11/G2_pace_gm_dh.json") else {
        return;
    };
    let public = |name: &str| text(&example, &format!("/{name}/public"));
    let transcript = from_values(
        &example,
        "04007F00070202040102",
        "01",
        [public("map_terminal"), public("map_chip")],
        [public("ka_terminal"), public("ka_chip")],
    );
    let secrets = [
        text(&example, "/map_terminal/private"),
        text(&example, "/ka_terminal/private"),
    ];
    play_pace(
        &hex::decode(text(&example, "/pace_info_set")).unwrap(),
        borrowed(&transcript),
        (
            "2F7F46ADCC9E7E521B45D192FAFA9126",
            "805A1D27D45A5116F73C54469462B7D8",
        ),
        secrets,
        &Password::machine_readable_zone(text(&example, "/mrz_information")),
    );
}

#[test]
fn appendix_h1() {
    let Some(example) = json("icao9303-11/H1_pace_im_ecdh.json") else {
        return;
    };
    let transcript = from_values(
        &example,
        "04007F00070202040402",
        "02",
        [text(&example, "/nonce_t"), ""],
        [&point(&example, "terminal"), &point(&example, "chip")],
    );
    play_pace(
        &hex::decode("31143012060A04007F0007020204040202010202010D").unwrap(),
        borrowed(&transcript),
        (text(&example, "/ks_enc"), text(&example, "/ks_mac")),
        [text(&example, "/nonce_t"), text(&example, "/terminal/private")],
        &Password::card_access_number(text(&example, "/password_can")).unwrap(),
    );
}

/// Chip authentication mapping opens the chip as generic mapping does.
#[test]
fn appendix_i1() {
    let Some(example) = json("icao9303-11/I1_pace_cam_ecdh.json") else {
        return;
    };
    let mut transcript = from_values(
        &example,
        "04007F00070202040602",
        "01",
        [&point(&example, "map_terminal"), &point(&example, "map_chip")],
        [&point(&example, "ka_terminal"), &point(&example, "ka_chip")],
    );
    transcript[4].1 = format!(
        "7C3C8608{}8A30{}9000",
        text(&example, "/t_ic"),
        text(&example, "/encrypted_ca_data")
    );
    let secrets = [
        text(&example, "/map_terminal/private"),
        text(&example, "/ka_terminal/private"),
    ];
    play_pace(
        &hex::decode("31143012060A04007F0007020204060202010202010D").unwrap(),
        borrowed(&transcript),
        (text(&example, "/ks_enc"), text(&example, "/ks_mac")),
        secrets,
        &Password::machine_readable_zone(text(&example, "/mrz_information")),
    );
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
    assert_eq!(pace_offers(&file).unwrap().len(), 1);
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
    let mut line = Line::default();
    let chip = Chip::new(Connection::new(&mut card, &mut line));
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
    let can = kdf::aes(16, text(&card, "/can").as_bytes(), Purpose::Password);
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

/// The whole chip authentication of that session: key from its DG14, our ephemeral key, three commands byte for byte.
#[test]
fn recorded_chip_authentication() {
    let Some(example) = json("ca_ecdh_aes128_brainpoolP256r1.json") else {
        return;
    };
    let of = |name: &str| key(text(&example, &format!("/sm_before/{name}")));
    let before = SecureMessaging::new(Suite::Aes128, of("ks_enc"), of("ks_mac"), 0xF0);
    let pairs = example["apdus"].as_array().unwrap().iter();
    let pairs = pairs.map(|pair| (text(pair, "/command"), text(pair, "/response")));
    let mut card = Replay::from_hex(pairs).unwrap();
    let mut line = Line::default();
    let connection = Connection::new(&mut card, &mut line);
    let mut channel = super::channel::open(connection, before, AccessProtocol::PaceCan);
    let keys = chip_keys(&hex::decode(text(&example, "/dg14")).unwrap());
    let mut rng = Scripted::from_hex([text(&example, "/terminal_ephemeral/private")]);
    assert_eq!(keys.len(), 1);
    assert_eq!(
        channel.authenticate_chip(&keys[0], &mut rng),
        Ok(ChipProof::Given)
    );
    assert!(card.is_finished());
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
