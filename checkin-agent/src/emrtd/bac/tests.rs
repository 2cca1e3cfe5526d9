//! BAC against ICAO 9303-11 appendix D.2 and D.3.

use super::*;
use crate::card::replay::Replay;
use crate::card::{Connection, Line};
use crate::emrtd::script::Scripted;

const EXTERNAL_AUTHENTICATE: &str =
    "008200002872C29C2371CC9BDB65B779B8E8D37B29ECC154AA56A8799FAE2F498F76ED92F25F1448EEA8AD90A728";
const ANSWER: &str = "46B9342A41396CD7386BF5803104D7CEDC122B9132139BAF2EEDC94EE178534F2F2D235D074D74499000";

fn attempt(answer: &str) -> Result<bool, ChipError> {
    let exchanges = [
        ("0084000008", "4608F919887022129000"),
        (EXTERNAL_AUTHENTICATE, answer),
        // Appendix D.4: the session keys and the counter are right if this is what goes out.
        (
            "0CA4020C158709016375432908C044F68E08BF8B92D635FF24F800",
            "990290008E08FA855A5D4C50A8ED9000",
        ),
    ];
    let mut card = Replay::from_hex(exchanges).unwrap();
    let key = BasicAccessKey::from_mrz_information("L898902C<369080619406236");
    let mut rng = Scripted::from_hex(["781723860C06C226", "0B795240CB7049B01C19B33E32804F0B"]);
    let mut line = Line::default();
    let outcome = Chip::new(Connection::new(&mut card, &mut line)).bac(&key, &mut rng);
    let mut channel = outcome.map_err(|denied| denied.why)?;
    let select = Command::new([0x00, 0xA4, 0x02, 0x0C]).with_data([0x01, 0x1E]);
    Ok(channel.exchange(&select)?.status == Status::Success && channel.commands() == 3)
}

#[test]
fn appendix_d_byte_for_byte() {
    assert_eq!(attempt(ANSWER), Ok(true));
}

#[test]
fn a_refused_key_and_a_false_chip_are_told_apart() {
    for word in ["6300", "6982", "6988"] {
        assert_eq!(attempt(word), Err(ChipError::WrongKey), "{word}");
    }
    let malformed = Err(ChipError::Malformed {
        step: "EXTERNAL AUTHENTICATE",
    });
    let mut altered = ANSWER.to_owned();
    altered.replace_range(10..11, "9");
    assert_eq!(attempt(&altered), malformed);
    assert_eq!(attempt("9000"), malformed);
}
