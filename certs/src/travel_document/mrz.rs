//! The machine-readable zone of a TD1 card (ICAO Doc 9303-5, section 4.2) or a passport, and the key that the chip's basic access
//! control derives from it (9303-11, section 4.3.2).

mod td3;

pub use td3::Td3;

use super::date::Date;
use crate::error::{Error, Kind, Result};
use core::fmt;

const PLACE: &str = "machine-readable zone";
const LINE: usize = 30;

/// A TD1 zone whose check digits are right. Its `Debug` shows nothing personal.
#[derive(Clone, PartialEq, Eq)]
pub struct Td1 {
    /// Document code, `ID` on a Vietnamese card.
    pub document_code: String,
    /// Issuing state, `VNM`.
    pub issuing_state: String,
    /// Document number without fillers: on a Vietnamese card the last nine of the twelve digits.
    pub document_number: String,
    /// Optional data of the first line, with inner but without trailing fillers.
    pub optional_data: String,
    /// Birth date, `YYMMDD`.
    pub birth: String,
    /// `M`, `F` or `<`.
    pub sex: char,
    /// Expiry date, `YYMMDD`.
    pub expiry: String,
    /// Nationality, `VNM`.
    pub nationality: String,
    /// Primary identifier: surname, capitals without diacritics.
    pub surname: String,
    /// Secondary identifier: the other names.
    pub given_names: String,
}

impl fmt::Debug for Td1 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Td1")
            .field("issuing_state", &self.issuing_state)
            .finish_non_exhaustive()
    }
}

impl Td1 {
    /// Reads the 90 characters and checks all check digits that ICAO defines.
    ///
    /// The national check digit in column 30 of a Vietnamese card is not looked at: no public rule makes it binding.
    ///
    /// # Errors
    /// [`Kind::Malformed`] with the character where it went wrong.
    pub fn parse(zone: &[u8]) -> Result<Self> {
        if zone.len() != 3 * LINE {
            return Err(Error::new(Kind::Malformed, PLACE));
        }
        if let Some(at) = zone.iter().position(|byte| value(*byte).is_none()) {
            return Err(Error::at(Kind::Malformed, PLACE, at));
        }
        let text = |from: usize, to: usize| String::from_utf8_lossy(&zone[from..to]).into_owned();
        let checked = |from: usize, to: usize| {
            if check_digit(&zone[from..to]) == Some(zone[to]) {
                Ok(text(from, to))
            } else {
                Err(Error::at(Kind::Malformed, PLACE, to))
            }
        };
        let document_number = checked(5, 14)?;
        let (birth, expiry) = (checked(30, 36)?, checked(38, 44)?);
        // Upper line 6–30, middle line 1–7, 9–15 and 19–29, in the standard's count.
        let composite = [&zone[5..30], &zone[30..37], &zone[38..45], &zone[48..59]].concat();
        if check_digit(&composite) != Some(zone[59]) {
            return Err(Error::at(Kind::Malformed, PLACE, 59));
        }
        let (surname, given_names) = names(&text(60, 90));
        Ok(Self {
            document_code: trimmed(&text(0, 2)),
            issuing_state: trimmed(&text(2, 5)),
            document_number: trimmed(&document_number),
            optional_data: trimmed(&text(15, 30)),
            birth,
            sex: char::from(zone[37]),
            expiry,
            nationality: trimmed(&text(45, 48)),
            surname,
            given_names,
        })
    }

    /// The 12-digit citizen number of a Vietnamese card: the first twelve characters of the optional data, whose last
    /// nine must be the document number. Nothing for cards of others.
    pub fn citizen_number(&self) -> Option<&str> {
        let number = self.optional_data.get(..12)?;
        let digits = number.bytes().all(|byte| byte.is_ascii_digit());
        (self.issuing_state == "VNM" && digits && number[3..] == self.document_number).then_some(number)
    }

    /// The whole name: surname first, as in Vietnamese.
    pub fn name(&self) -> String {
        [self.surname.as_str(), self.given_names.as_str()]
            .join(" ")
            .trim()
            .to_owned()
    }

    /// Birth date. The century comes from the citizen number's fourth digit (Circular 07/2016/TT-BCA, article 7);
    /// nothing where that is missing or the date is impossible.
    pub fn birth_date(&self) -> Option<Date> {
        let century = u16::from(self.citizen_number()?.as_bytes()[3] - b'0') / 2;
        Date::from_yymmdd(&self.birth, 1900 + 100 * century)
    }

    /// Expiry date, in this century. `991231` is commonly written for "no expiry".
    pub fn expiry_date(&self) -> Option<Date> {
        Date::from_yymmdd(&self.expiry, 2000)
    }
}

fn trimmed(text: &str) -> String {
    text.trim_end_matches('<').to_owned()
}

fn names(line: &str) -> (String, String) {
    let spaced = |part: &str| {
        part.split('<')
            .filter(|word| !word.is_empty())
            .collect::<Vec<_>>()
            .join(" ")
    };
    let (surname, given_names) = line.split_once("<<").unwrap_or((line, ""));
    (spaced(surname), spaced(given_names))
}

/// Value of a character in the check digit's sum (9303-3, section 4.9).
fn value(byte: u8) -> Option<u32> {
    match byte {
        b'0'..=b'9' => Some(u32::from(byte - b'0')),
        b'A'..=b'Z' => Some(u32::from(byte - b'A') + 10),
        b'<' => Some(0),
        _ => None,
    }
}

/// The check digit, as an ASCII character, of characters from the zone's alphabet (9303-3, section 4.9: weights 7, 3, 1,
/// modulo 10). Nothing for other characters.
pub fn check_digit(characters: &[u8]) -> Option<u8> {
    let weights = [7, 3, 1].into_iter().cycle();
    let mut sum = 0;
    for (byte, weight) in characters.iter().zip(weights) {
        sum = (sum + value(*byte)? * weight) % 10;
    }
    u8::try_from(sum).ok().map(|digit| b'0' + digit)
}

/// The `MRZ_information` for basic access control: document number (filled up to nine), birth and expiry date
/// (`YYMMDD`), each followed by its check digit.
///
/// # Errors
/// [`Kind::Argument`] for characters outside the zone's alphabet or dates of another length.
pub fn mrz_key(document_number: &str, birth: &str, expiry: &str) -> Result<String> {
    let refused = Error::new(Kind::Argument, "access key");
    let number = format!("{document_number:<<9}");
    if birth.len() != 6 || expiry.len() != 6 {
        return Err(refused);
    }
    let mut key = String::new();
    for part in [number.as_str(), birth, expiry] {
        let digit = check_digit(part.as_bytes()).ok_or(refused)?;
        key.push_str(part);
        key.push(char::from(digit));
    }
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Invented citizen.
    const ZONE: &str = "IDVNM0901234562001090123456<<3\
                        9001011M3001019VNM<<<<<<<<<<<4\
                        NGUYEN<<VAN<A<<<<<<<<<<<<<<<<<";

    #[test]
    fn reads_a_vietnamese_card() {
        let zone = Td1::parse(ZONE.as_bytes()).unwrap();
        assert_eq!(zone.citizen_number(), Some("001090123456"));
        assert_eq!(
            (zone.document_code.as_str(), zone.issuing_state.as_str()),
            ("ID", "VNM")
        );
        assert_eq!((zone.name().as_str(), zone.sex), ("NGUYEN VAN A", 'M'));
        assert_eq!(zone.birth_date().unwrap().to_string(), "1990-01-01");
        assert_eq!(zone.expiry_date().unwrap().to_string(), "2030-01-01");
        assert!(!format!("{zone:?}").contains("NGUYEN"));
    }

    #[test]
    fn makes_the_keys_of_icao_9303() {
        // 9303-11, appendix D.2, and the document number of more than nine characters' cut is not our case.
        assert_eq!(
            mrz_key("L898902C", "690806", "940623").unwrap(),
            "L898902C<369080619406236"
        );
        assert_eq!(
            mrz_key("090123456", "900101", "300101").unwrap(),
            "090123456290010113001019"
        );
        assert!(mrz_key("09012345ü", "900101", "300101").is_err());
        assert!(mrz_key("090123456", "1990-01-01", "300101").is_err());
    }

    proptest! {
        #[test]
        fn a_changed_number_or_date_is_noticed(at in prop_oneof![5..15usize, 30..37usize, 38..45usize, 59..60usize],
            digit in b'0'..=b'9') {
            let mut zone = ZONE.as_bytes().to_vec();
            prop_assume!(zone[at] != digit);
            zone[at] = digit;
            prop_assert!(Td1::parse(&zone).is_err());
        }

        #[test]
        fn never_panics(bytes: Vec<u8>, line in "[0-9A-Z<]{90}") {
            let _ = Td1::parse(&bytes);
            if let Ok(zone) = Td1::parse(line.as_bytes()) {
                let _ = (zone.citizen_number(), zone.birth_date(), zone.expiry_date());
            }
        }
    }
}
