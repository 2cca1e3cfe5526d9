//! The code that a technician types: a secret for the server, and a fingerprint of the exam CA for this PC. Keeps nothing.

use super::MachineError;
use exam_protocol::machine::{FINGERPRINT_LENGTH, SECRET_LENGTH, normalise_code};

/// A code, taken apart.
#[derive(Clone, PartialEq, Eq)]
pub struct Code {
    /// What the server knows it by: three groups.
    pub secret: String,
    /// What the exam CA's root is known by: four groups; none in the short form.
    pub fingerprint: Option<String>,
}

impl Code {
    /// Reads a code in its long or short form.
    ///
    /// # Errors
    /// [`MachineError::Code`] for another number of characters, or others than Crockford's base 32 has.
    pub fn parse(typed: &str) -> Result<Self, MachineError> {
        let code = normalise_code(typed);
        let sound = code
            .chars()
            .all(|c| c.is_ascii_digit() || (c.is_ascii_uppercase() && !matches!(c, 'I' | 'L' | 'O' | 'U')));
        if !sound {
            return Err(MachineError::Code);
        }
        let (secret, fingerprint) = code.split_at_checked(SECRET_LENGTH).ok_or(MachineError::Code)?;
        let fingerprint = match fingerprint.len() {
            0 => None,
            FINGERPRINT_LENGTH => Some(fingerprint.to_owned()),
            _ => return Err(MachineError::Code),
        };
        Ok(Self {
            secret: secret.to_owned(),
            fingerprint,
        })
    }
}

/// In groups of four, as the console shows it.
pub fn grouped(code: &str) -> String {
    let groups: Vec<&str> = code
        .as_bytes()
        .chunks(4)
        .filter_map(|group| core::str::from_utf8(group).ok())
        .collect();
    groups.join("-")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn long_and_short_codes_are_read_as_people_type_them() {
        let code = Code::parse("k7q2-9xmb 4tpa-Q9W1-DFWF-077Y-MGAl").ok().unwrap();
        assert_eq!(code.secret, "K7Q29XMB4TPA");
        assert_eq!(code.fingerprint.as_deref(), Some("Q9W1DFWF077YMGA1"));
        assert_eq!(Code::parse("K7Q2-9XMB-4TPO").ok().unwrap().fingerprint, None);
        assert_eq!(grouped("Q9W1DFWF077YMGA1"), "Q9W1-DFWF-077Y-MGA1");
        for bad in [
            "",
            "K7Q2",
            "K7Q2-9XMB-4TPA-Q9W1",
            "K7Q2-9XMB-4TPU",
            "K7Q2-9XMB-4TPĂ",
        ] {
            assert!(matches!(Code::parse(bad), Err(MachineError::Code)), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(typed: String) {
            if let Ok(code) = Code::parse(&typed) {
                prop_assert_eq!(code.secret.len(), SECRET_LENGTH);
            }
        }
    }
}
