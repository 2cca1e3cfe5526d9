//! Which protocol opens which card, and when no other key is tried.

use super::*;
use crate::card::replay::Replay;
use crate::card::{CardError, Connection, Line};
use crate::emrtd::script::Scripted;
use exam_protocol::station::AccessProtocol;

const VIETNAMESE: (&str, &str) = (
    "00B09C0000",
    "3134300D060804007F00070202020201 01300F060A04007F000702020302020201013012060A04007F0007020204020202010202010D9000",
);
const TOO_SHORT_ONLY: (&str, &str) = ("00B09C0000", "31143012060A04007F000702020402020201020201089000");
const SET: (&str, &str) = ("0022C1A40F800A04007F00070202040202830102", "9000");
const NONCE: &str = "10860000027C0000";
const SELECT: (&str, &str) = ("00A4040C07A0000002471001", "9000");
/// ICAO 9303-11, appendix D.2.
const CHALLENGE: (&str, &str) = ("0084000008", "4608F919887022129000");
const EXTERNAL_AUTHENTICATE: &str =
    "008200002872C29C2371CC9BDB65B779B8E8D37B29ECC154AA56A8799FAE2F498F76ED92F25F1448EEA8AD90A728";
const ANSWER: &str = "46B9342A41396CD7386BF5803104D7CEDC122B9132139BAF2EEDC94EE178534F2F2D235D074D74499000";

/// Opens a card with these answers; the whole transcript must be used, and nothing more.
fn check(transcript: &[(&str, &str)], with_dates: bool) -> Result<AccessProtocol, ChipError> {
    let plain: Vec<_> = transcript
        .iter()
        .map(|(command, answer)| (*command, answer.replace(' ', "")))
        .collect();
    let mut card =
        Replay::from_hex(plain.iter().map(|(command, answer)| (*command, answer.as_str()))).unwrap();
    let keys = AccessKeys {
        number: Password::card_access_number("123456"),
        zones: with_dates
            .then(|| ZoneKey::from_mrz_information("L898902C<369080619406236"))
            .into_iter()
            .collect(),
    };
    let mut rng = Scripted::from_hex(["781723860C06C226", "0B795240CB7049B01C19B33E32804F0B"]);
    let mut line = Line::default();
    let outcome = open(Chip::new(Connection::new(&mut card, &mut line)), &keys, &mut rng)
        .map(|channel| channel.protocol());
    assert!(card.is_finished(), "{outcome:?}");
    outcome
}

#[test]
fn a_wrong_number_ends_the_try() {
    assert_eq!(
        check(&[VIETNAMESE, SET, (NONCE, "6300")], true),
        Err(ChipError::WrongKey)
    );
    assert_eq!(
        check(&[VIETNAMESE, SET, (NONCE, "6983")], true),
        Err(ChipError::WrongKey)
    );
}

#[test]
fn basic_access_follows_where_pace_cannot_be_used() {
    let basic = [SELECT, CHALLENGE, (EXTERNAL_AUTHENTICATE, ANSWER)];
    let refused = (SET.0, "6A80");
    for before in [
        vec![TOO_SHORT_ONLY],
        vec![VIETNAMESE, refused],
        vec![VIETNAMESE, SET, (NONCE, "6F00")],
    ] {
        assert_eq!(
            check(&[before, basic.to_vec()].concat(), true),
            Ok(AccessProtocol::Bac)
        );
    }
}

#[test]
fn without_dates_the_reason_is_told() {
    assert_eq!(
        check(&[TOO_SHORT_ONLY], false),
        Err(ChipError::NoPace(NoPace::Unsupported))
    );
    let empty_set = ("00B09C0000", "31009000");
    assert_eq!(
        check(&[empty_set, SELECT], false),
        Err(ChipError::NoPace(NoPace::Absent))
    );
    let bank_card = [
        ("00B09C0000", "6D00"),
        ("00A4020C02011C", "6A82"),
        (SET.0, "6D00"),
        (SELECT.0, "6A82"),
    ];
    assert_eq!(check(&bank_card, true), Err(ChipError::NotAnIdentityCard));
}

#[test]
fn a_wrong_date_is_a_wrong_key() {
    let transcript = [TOO_SHORT_ONLY, SELECT, CHALLENGE, (EXTERNAL_AUTHENTICATE, "6300")];
    assert_eq!(check(&transcript, true), Err(ChipError::WrongKey));
}

#[test]
fn a_card_that_left_is_not_asked_again() {
    assert_eq!(
        check(&[VIETNAMESE, SET], true),
        Err(ChipError::Card(CardError::Removed))
    );
}
