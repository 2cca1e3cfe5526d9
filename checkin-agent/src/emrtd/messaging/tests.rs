//! Secure messaging against the worked examples of ICAO 9303-11, and against itself.

use super::peer::Peer;
use super::*;
use proptest::prelude::*;

fn key(hexadecimal: &str) -> Key {
    Key::new(hex::decode(hexadecimal).unwrap())
}

/// The session of appendix D.3.
fn appendix_d() -> SecureMessaging {
    SecureMessaging::new(
        Suite::TripleDes,
        key("979EC13B1CBFE9DCD01AB0FED307EAE5"),
        key("F1CB1F1FB5ADF208806B89DC579DC1F8"),
        0x8870_2212_0C06_C226,
    )
}

/// A recorded AES-128 session of an Austrian chip before chip authentication (vectors/ca_ecdh_aes128_brainpoolP256r1.json).
fn recorded_aes() -> SecureMessaging {
    SecureMessaging::new(
        Suite::Aes128,
        key("524170DE3419B7AF2F23E45AD6EF9595"),
        key("97893F5FDC29A5C13A924FE7D8ED44FD"),
        0xF0,
    )
}

fn response(hexadecimal: &str) -> Response {
    Response::parse(hex::decode(hexadecimal).unwrap()).unwrap()
}

/// Appendix D.4, steps 1 to 3: SELECT EF.COM, READ BINARY of its first four bytes, and of the other eighteen.
#[test]
fn appendix_d4_byte_for_byte() {
    let mut session = appendix_d();
    for (plain, protected, answer, data) in [
        (
            Command::new([0x00, 0xA4, 0x02, 0x0C]).with_data([0x01, 0x1E]),
            "0CA4020C158709016375432908C044F68E08BF8B92D635FF24F800",
            "990290008E08FA855A5D4C50A8ED9000",
            "",
        ),
        (
            Command::new([0x00, 0xB0, 0x00, 0x00]).expecting(4),
            "0CB000000D9701048E08ED6705417E96BA5500",
            "8709019FF0EC34F9922651990290008E08AD55CC17140B2DED9000",
            "60145F01",
        ),
        (
            Command::new([0x00, 0xB0, 0x00, 0x04]).expecting(18),
            "0CB000040D9701128E082EA28A70F3C7B53500",
            "871901FB9235F4E4037F2327DCC8964F1F9B8C30F42C8E2FFF224A990290008E08C8B2787EAEA07D749000",
            "04303130365F36063034303030305C026175",
        ),
    ] {
        assert_eq!(hex::encode_upper(session.protect(&plain).to_bytes()), protected);
        let opened = session.unprotect(&response(answer)).unwrap();
        assert_eq!(hex::encode_upper(opened.data), data);
        assert_eq!(opened.status, Status::Success);
    }
}

/// MSE:Set AT and GENERAL AUTHENTICATE of the recorded AES-128 session.
#[test]
fn recorded_aes_session_byte_for_byte() {
    let mut session = recorded_aes();
    let plain =
        Command::new([0x00, 0x22, 0x41, 0xA4]).with_data(hex::decode("800A04007F00070202030202").unwrap());
    assert_eq!(
        hex::encode_upper(session.protect(&plain).to_bytes()),
        "0C2241A41D8711015D8F69B1EA365CCE4304970DB12421F38E085340D338128085E700"
    );
    let opened = session
        .unprotect(&response("990290008E083F5136E82A6C34779000"))
        .unwrap();
    assert_eq!((opened.data.len(), opened.status), (0, Status::Success));
}

#[test]
fn an_answer_in_the_clear_ends_the_session() {
    let error = appendix_d()
        .unprotect(&Response::bare(Status::MessagingObjectWrong))
        .err();
    assert_eq!(
        error,
        Some(MessagingError::Unprotected(Status::MessagingObjectWrong))
    );
}

#[test]
fn extended_length_is_said_inside_and_outside() {
    let command = Command::new([0x00, 0x88, 0x00, 0x00])
        .with_data([7; 8])
        .expecting(EXTENDED_MAXIMUM);
    let bytes = recorded_aes().protect(&command).to_bytes();
    assert_eq!(&bytes[..7], [0x0C, 0x88, 0x00, 0x00, 0x00, 0x00, 19 + 4 + 10]);
    assert_eq!(&bytes[7 + 19..7 + 23], [0x97, 0x02, 0x00, 0x00]);
    assert_eq!(&bytes[bytes.len() - 2..], [0x00, 0x00]);
}

fn chip_answer(session: &SecureMessaging, data: &[u8], status: Status, odd: bool) -> Response {
    Peer::of(session).answer(data, status, odd)
}

proptest! {
    #[test]
    fn what_the_chip_protects_is_read(data: Vec<u8>, odd: bool, aes: bool, word: u16) {
        let mut session = if aes { recorded_aes() } else { appendix_d() };
        session.protect(&Command::new([0x00, 0xB0, 0x00, 0x00]).expecting(256));
        let status = Status::from_word(word);
        let answer = chip_answer(&session, &data, status, odd);
        let opened = session.unprotect(&answer).unwrap();
        prop_assert_eq!((opened.data, opened.status), (data, status));
    }

    #[test]
    fn one_changed_bit_is_refused(data: Vec<u8>, aes: bool, at: prop::sample::Index, bit in 0_u8..8) {
        let mut session = if aes { recorded_aes() } else { appendix_d() };
        let mut answer = chip_answer(&session, &data, Status::Success, false);
        let at = at.index(answer.data.len());
        answer.data[at] ^= 1 << bit;
        prop_assert!(session.unprotect(&answer).is_err());
    }

    #[test]
    fn an_answer_counts_once(data: Vec<u8>, aes: bool) {
        let mut session = if aes { recorded_aes() } else { appendix_d() };
        let answer = chip_answer(&session, &data, Status::Success, false);
        prop_assert!(session.unprotect(&answer).is_ok());
        prop_assert_eq!(session.unprotect(&answer).err(), Some(MessagingError::Checksum));
    }

    #[test]
    fn rubbish_is_refused_without_panic(data: Vec<u8>, word: u16) {
        let answer = Response { data, status: Status::from_word(word) };
        prop_assert!(recorded_aes().unprotect(&answer).is_err());
        prop_assert!(appendix_d().unprotect(&answer).is_err());
    }

    #[test]
    fn a_full_block_fits_a_short_answer(aes: bool) {
        let session = if aes { recorded_aes() } else { appendix_d() };
        let block = session.short_block() as usize;
        prop_assert!(chip_answer(&session, &vec![1; block], Status::Success, false).data.len() <= 256);
        prop_assert!(chip_answer(&session, &vec![1; block + 8 + usize::from(aes) * 8], Status::Success, false).data.len() > 256);
    }
}
