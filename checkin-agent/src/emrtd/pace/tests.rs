//! PACE against ICAO 9303-11 appendix G.1, with the card access number 123456 in place of the MRZ.

use super::super::card_access::{PaceOffer, VIETNAMESE, pace_offers};
use super::*;
use crate::card::replay::Replay;
use crate::card::{CardError, Connection, Line};
use crate::emrtd::script::Scripted;

fn vietnamese() -> PaceOffer {
    pace_offers(&VIETNAMESE).unwrap()[0]
}

/// G.1's two private keys of the terminal.
const SECRETS: [&str; 2] = [
    "7F4EF07B9EA82FD78AD689B38D0BC78CF21F249D953BC46F4C6E19259C010F99",
    "A73FB703AC1436A18E0CFA5ABB3F7BEC7A070E7A6788486BEE230C4A22762595",
];

/// G.1's session; password reference and encrypted nonce are those of the CAN (K_pi of appendix H.1).
const SESSION: [(&str, &str); 5] = [
    ("0022C1A40F800A04007F00070202040202830102", "9000"),
    ("10860000027C0000", "7C12801084EBAB7F2DE981C6FA6922A691AE09119000"),
    (
        "10860000457C438141047ACF3EFC982EC45565A4B155129EFBC74650DCBFA6362D896FC70262E0C2CC5E544552DCB6725218799115B55C9BAA6D9F6BC3A9618E70C25AF71777A9C4922D00",
        "7C43824104824FBA91C9CBE26BEF53A0EBE7342A3BF178CEA9F45DE0B70AA601651FBA3F5730D8C879AAA9C9F73991E61B58F4D52EB87A0A0C709A49DC63719363CCD13C549000",
    ),
    (
        "10860000457C438341042DB7A64C0355044EC9DF190514C625CBA2CEA48754887122F3A5EF0D5EDD301C3556F3B3B186DF10B857B58F6A7EB80F20BA5DC7BE1D43D9BF850149FBB3646200",
        "7C438441049E880F842905B8B3181F7AF7CAA9F0EFB743847F44A306D2D28C1D9EC65DF6DB7764B22277A2EDDC3C265A9F018F9CB852E111B768B326904B59A0193776F0949000",
    ),
    (
        "008600000C7C0A8508C2B0BD78D94BA86600",
        "7C0A86083ABB9674BCE93C089000",
    ),
];

fn attempt(session: &[(&str, &str)]) -> Result<bool, ChipError> {
    let mut card = Replay::from_hex(session.iter().copied()).unwrap();
    let number = Password::card_access_number("123456").unwrap();
    let mut rng = Scripted::from_hex(SECRETS);
    let mut line = Line::default();
    let outcome = Chip::new(Connection::new(&mut card, &mut line)).pace(vietnamese(), &number, &mut rng);
    let outcome = outcome
        .map(|channel| channel.protocol() == AccessProtocol::PaceCan)
        .map_err(|denied| denied.why);
    assert!(outcome.is_err() || card.is_finished());
    outcome
}

/// The session with one answer replaced.
fn attempt_with(step: usize, answer: &str) -> Result<bool, ChipError> {
    let mut session = SESSION;
    session[step].1 = answer;
    attempt(&session)
}

#[test]
fn appendix_g1_byte_for_byte() {
    assert_eq!(attempt(&SESSION), Ok(true));
}

#[test]
fn a_refused_number_is_told_from_a_broken_protocol() {
    for word in ["6300", "63C2", "6983", "6982", "6A80", "6988"] {
        assert_eq!(attempt_with(4, word), Err(ChipError::WrongKey), "{word}");
    }
    assert_eq!(attempt_with(1, "6300"), Err(ChipError::WrongKey));
    let refused = ChipError::Refused {
        step: "MSE:Set AT",
        status: Status::WrongData,
    };
    assert_eq!(attempt_with(0, "6A80"), Err(refused));
    // The chip's own token is wrong: it does not know the number either.
    assert_eq!(
        attempt_with(4, "7C0A86083ABB9674BCE93C099000"),
        Err(ChipError::WrongKey)
    );
    assert_eq!(attempt(&SESSION[..2]), Err(ChipError::Card(CardError::Removed)));
}

#[test]
fn bad_points_are_refused() {
    let key = |tag: &str, point: &str| format!("7C43{tag}41{point}9000");
    let malformed = Err(ChipError::Malformed { step: "PACE key" });
    let off_curve = "04824FBA91C9CBE26BEF53A0EBE7342A3BF178CEA9F45DE0B70AA601651FBA3F5730D8C879AAA9C9F73991E61B58F4D52EB87A0A0C709A49DC63719363CCD13C55";
    let reflected_mapping = "047ACF3EFC982EC45565A4B155129EFBC74650DCBFA6362D896FC70262E0C2CC5E544552DCB6725218799115B55C9BAA6D9F6BC3A9618E70C25AF71777A9C4922D";
    let reflected_ephemeral = "042DB7A64C0355044EC9DF190514C625CBA2CEA48754887122F3A5EF0D5EDD301C3556F3B3B186DF10B857B58F6A7EB80F20BA5DC7BE1D43D9BF850149FBB36462";
    let zero = format!("04{}", "00".repeat(64));
    assert_eq!(attempt_with(2, &key("82", off_curve)), malformed);
    assert_eq!(attempt_with(2, &key("82", reflected_mapping)), malformed);
    assert_eq!(attempt_with(2, &key("82", &zero)), malformed);
    assert_eq!(
        attempt_with(2, "7C0382010090 00".replace(' ', "").as_str()),
        malformed
    );
    assert_eq!(attempt_with(3, &key("84", off_curve)), malformed);
    assert_eq!(attempt_with(3, &key("84", reflected_ephemeral)), malformed);
    assert_eq!(attempt_with(3, "9000"), malformed);
}

#[test]
fn parameters_are_named_only_where_they_are_ambiguous() {
    let number = Password::card_access_number("123456").unwrap();
    let command = set_authentication_template(
        PaceOffer {
            name_parameters: true,
            ..vietnamese()
        },
        &number,
    );
    assert_eq!(
        hex::encode_upper(command.to_bytes()),
        "0022C1A412800A04007F0007020204020283010284010D"
    );
}
