//! The 12-digit personal identification number (*số định danh cá nhân*) of a Vietnamese citizen.
//!
//! Layout (Decree 137/2015, article 13): three digits place of birth registration, one digit century and sex, two digits
//! birth year, six random digits. There is no check digit.

use core::{fmt, str::FromStr};
use serde::{Deserialize, Serialize};

/// Twelve ASCII digits. Debug output hides all but the last three: the number must not reach a log.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CitizenNumber(String);

#[cfg(feature = "schema")]
crate::schema::text_schema!(CitizenNumber, "^[0-9]{12}$");

/// The text is not twelve ASCII digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotACitizenNumber;

impl fmt::Display for NotACitizenNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("số định danh phải gồm đúng 12 chữ số / the citizen number has exactly 12 digits")
    }
}

impl core::error::Error for NotACitizenNumber {}

impl CitizenNumber {
    /// The twelve digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The card access number (CAN) of the chip: the last six digits.
    pub fn card_access_number(&self) -> &str {
        &self.0[6..]
    }

    /// The document number in the card's machine-readable zone: the last nine digits.
    pub fn document_number(&self) -> &str {
        &self.0[3..]
    }
}

impl fmt::Debug for CitizenNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CitizenNumber(…{})", &self.0[9..])
    }
}

impl FromStr for CitizenNumber {
    type Err = NotACitizenNumber;

    fn from_str(text: &str) -> Result<Self, NotACitizenNumber> {
        if text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit()) {
            Ok(CitizenNumber(text.to_owned()))
        } else {
            Err(NotACitizenNumber)
        }
    }
}

impl TryFrom<String> for CitizenNumber {
    type Error = NotACitizenNumber;

    fn try_from(text: String) -> Result<Self, NotACitizenNumber> {
        text.parse()
    }
}

impl From<CitizenNumber> for String {
    fn from(number: CitizenNumber) -> String {
        number.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derives_card_keys_and_hides_itself() {
        let number: CitizenNumber = "001090123456".parse().unwrap();
        assert_eq!(number.card_access_number(), "123456");
        assert_eq!(number.document_number(), "090123456");
        assert_eq!(format!("{number:?}"), "CitizenNumber(…456)");
        assert!("00109012345".parse::<CitizenNumber>().is_err());
        assert!("00109012345６".parse::<CitizenNumber>().is_err());
    }
}
