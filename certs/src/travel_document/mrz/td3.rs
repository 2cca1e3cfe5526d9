//! The machine-readable zone of a passport (TD3, ICAO Doc 9303-4, section 4.2): two lines of 44 characters.

use super::{PLACE, check_digit, names, trimmed, value};
use crate::error::{Error, Kind, Result};
use core::fmt;

const LINE: usize = 44;

/// A TD3 zone whose check digits are right. Its `Debug` shows nothing personal.
#[derive(Clone, PartialEq, Eq)]
pub struct Td3 {
    /// Document code, beginning with `P`.
    pub document_code: String,
    /// Issuing state.
    pub issuing_state: String,
    /// Surname, capitals without diacritics.
    pub surname: String,
    /// The other names.
    pub given_names: String,
    /// Document number without fillers.
    pub document_number: String,
    /// Nationality.
    pub nationality: String,
    /// Birth date, `YYMMDD`.
    pub birth: String,
    /// `M`, `F` or `<`.
    pub sex: char,
    /// Expiry date, `YYMMDD`.
    pub expiry: String,
    /// Personal number or other optional data, without trailing fillers.
    pub optional_data: String,
}

impl fmt::Debug for Td3 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Td3")
            .field("issuing_state", &self.issuing_state)
            .finish_non_exhaustive()
    }
}

impl Td3 {
    /// Reads the 88 characters and checks all check digits.
    ///
    /// # Errors
    /// [`Kind::Malformed`] with the character where it went wrong.
    pub fn parse(zone: &[u8]) -> Result<Self> {
        if zone.len() != 2 * LINE {
            return Err(Error::new(Kind::Malformed, PLACE));
        }
        if let Some(at) = zone.iter().position(|byte| value(*byte).is_none()) {
            return Err(Error::at(Kind::Malformed, PLACE, at));
        }
        let text = |from: usize, to: usize| String::from_utf8_lossy(&zone[from..to]).into_owned();
        let checked = |from: usize, to: usize| {
            // Optional data that is not there may have a filler for its check digit.
            let nothing = from == LINE + 28 && zone[from..=to].iter().all(|byte| *byte == b'<');
            if nothing || check_digit(&zone[from..to]) == Some(zone[to]) {
                Ok(text(from, to))
            } else {
                Err(Error::at(Kind::Malformed, PLACE, to))
            }
        };
        let document_number = checked(LINE, LINE + 9)?;
        let (birth, expiry) = (checked(LINE + 13, LINE + 19)?, checked(LINE + 21, LINE + 27)?);
        let optional_data = checked(LINE + 28, LINE + 42)?;
        // Lower line 1–10, 14–20 and 22–43, in the standard's count.
        let lower = &zone[LINE..];
        let composite = [&lower[..10], &lower[13..20], &lower[21..43]].concat();
        if check_digit(&composite) != Some(lower[43]) {
            return Err(Error::at(Kind::Malformed, PLACE, 2 * LINE - 1));
        }
        let (surname, given_names) = names(&text(5, LINE));
        Ok(Self {
            document_code: trimmed(&text(0, 2)),
            issuing_state: trimmed(&text(2, 5)),
            surname,
            given_names,
            document_number: trimmed(&document_number),
            nationality: trimmed(&text(LINE + 10, LINE + 13)),
            birth,
            sex: char::from(zone[LINE + 20]),
            expiry,
            optional_data: trimmed(&optional_data),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// ICAO Doc 9303-4, appendix B: the specimen.
    const ZONE: &str = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\
                        L898902C36UTO7408122F1204159ZE184226B<<<<<10";

    #[test]
    fn reads_the_specimen_of_the_standard() {
        let zone = Td3::parse(ZONE.as_bytes()).unwrap();
        assert_eq!(
            (zone.document_code.as_str(), zone.issuing_state.as_str()),
            ("P", "UTO")
        );
        assert_eq!(
            (zone.surname.as_str(), zone.given_names.as_str()),
            ("ERIKSSON", "ANNA MARIA")
        );
        assert_eq!((zone.document_number.as_str(), zone.sex), ("L898902C3", 'F'));
        assert_eq!((zone.birth.as_str(), zone.expiry.as_str()), ("740812", "120415"));
        assert_eq!(zone.optional_data, "ZE184226B");
        assert!(!format!("{zone:?}").contains("ERIKSSON"));
    }

    proptest! {
        #[test]
        fn a_changed_number_or_date_is_noticed(at in prop_oneof![44..54usize, 57..64usize, 65..72usize, 87..88usize],
            digit in b'0'..=b'9') {
            let mut zone = ZONE.as_bytes().to_vec();
            prop_assume!(zone[at] != digit);
            zone[at] = digit;
            // A letter and the digit ten below it have the same value in the sum.
            prop_assume!(value(ZONE.as_bytes()[at]).map(|v| v % 10) != value(digit));
            prop_assert!(Td3::parse(&zone).is_err());
        }

        #[test]
        fn never_panics(bytes: Vec<u8>, lines in "[0-9A-Z<]{88}") {
            let _ = (Td3::parse(&bytes), Td3::parse(lines.as_bytes()));
        }
    }
}
