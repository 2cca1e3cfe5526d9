//! Secure messaging against ICAO's worked examples.

use super::*;
use crate::card::status::OK;

fn key(hex: &str) -> [u8; 16] {
    hex::decode(hex).unwrap().try_into().unwrap()
}

/// ICAO Doc 9303 part 11, appendix D.4: SELECT EF.COM and the first bytes of it.
fn worked_example() -> SecureMessaging {
    let encryption = key("979EC13B1CBFE9DCD01AB0FED307EAE5");
    let mac = key("F1CB1F1FB5ADF208806B89DC579DC1F8");
    SecureMessaging::new(Suite::TripleDes, encryption, mac, 0x8870_2212_0C06_C226)
}

#[test]
fn the_worked_example_of_3des() {
    let mut channel = worked_example();
    let command = hex::decode("0CA4020C158709016375432908C044F68E08BF8B92D635FF24F800").unwrap();
    let opened = channel.open(&Command::parse(&command).unwrap()).unwrap();
    assert_eq!(opened.command.data, [0x01, 0x1E]);
    assert_eq!(opened.command.header, [0x00, 0xA4, 0x02, 0x0C]);
    let answer = channel.close(&Response::status(OK), false);
    assert_eq!(hex::encode_upper(answer), "990290008E08FA855A5D4C50A8ED");
}

#[test]
fn a_changed_byte_is_refused() {
    let command = hex::decode("0CA4020C158709016375432908C044F68E08BF8B92D635FF24F800").unwrap();
    for position in [2, 8, 12, 20] {
        let mut changed = command.clone();
        changed[position] ^= 1;
        let opened = worked_example().open(&Command::parse(&changed).unwrap());
        assert!(opened.is_err(), "byte {position}");
    }
}

#[test]
fn a_response_carries_as_much_as_was_computed_for_it() {
    let aes = SecureMessaging::new(Suite::Aes128, [1; 16], [2; 16], 0);
    assert_eq!(aes.capacity(256), 223);
    assert_eq!(worked_example().capacity(256), 231);
    for mut channel in [aes, worked_example()] {
        for size in [256, 1000, 65_536] {
            let fits = channel.capacity(size);
            let sealed = |data| channel.clone().close(&Response::data(vec![0; data]), false).len();
            assert!(sealed(fits) <= size, "{fits} in {size}");
            assert!(sealed(fits + 1) > size, "{} in {size}", fits + 1);
        }
        channel.count();
    }
}

/// A recorded session with a real chip, from the reference files beside the repository.
#[test]
fn a_recorded_session_of_aes() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../shared/vectors/ca_ecdh_aes128_brainpoolP256r1.json"
    );
    let Ok(text) = std::fs::read(path) else {
        eprintln!("skipped: {path} is not at hand");
        return;
    };
    let session: serde_json::Value = serde_json::from_slice(&text).unwrap();
    let before = &session["sm_before"];
    let field = |name: &str| before[name].as_str().unwrap();
    let counter = u128::from_str_radix(field("ssc"), 16).unwrap();
    let mut channel =
        SecureMessaging::new(Suite::Aes128, key(field("ks_enc")), key(field("ks_mac")), counter);
    for exchange in &session["apdus"].as_array().unwrap()[..2] {
        let bytes = |name: &str| hex::decode(exchange[name].as_str().unwrap()).unwrap();
        let opened = channel.open(&Command::parse(&bytes("command")).unwrap()).unwrap();
        assert!(matches!(opened.command.instruction(), 0x22 | 0x86));
        let response = bytes("response");
        let (objects, _) = response.split_last_chunk::<2>().unwrap();
        // The second answer is empty dynamic authentication data.
        let data = if opened.command.instruction() == 0x86 {
            vec![0x7C, 0x00]
        } else {
            Vec::new()
        };
        assert_eq!(channel.close(&Response { data, status: OK }, false), objects);
    }
}
