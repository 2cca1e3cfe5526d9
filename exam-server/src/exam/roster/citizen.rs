//! What a citizen number says about its holder (Decree 137/2015, article 13): place of birth registration, century and sex,
//! birth year. There is no check digit, so everything found here is a warning, never a fault.

use exam_protocol::citizen::CitizenNumber;

/// Codes of the 63 provinces before 2025; numbers do not change after the merger.
const PROVINCES: &[u16] = &[
    1, 2, 4, 6, 8, 10, 11, 12, 14, 15, 17, 19, 20, 22, 24, 25, 26, 27, 30, 31, 33, 34, 35, 36, 37, 38, 40,
    42, 44, 45, 46, 48, 49, 51, 52, 54, 56, 58, 60, 62, 64, 66, 67, 68, 70, 72, 74, 75, 77, 79, 80, 82, 83,
    84, 86, 87, 89, 91, 92, 93, 94, 95, 96,
];

/// Sex as on the roster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sex {
    /// Male.
    Male,
    /// Female.
    Female,
}

impl Sex {
    /// As stored: `M` or `F`, the letters of the card's machine-readable zone.
    pub fn code(self) -> &'static str {
        match self {
            Self::Male => "M",
            Self::Female => "F",
        }
    }
}

/// What the number says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claims {
    /// Whether the province code exists.
    pub known_province: bool,
    /// Sex.
    pub sex: Sex,
    /// Birth year.
    pub birth_year: i32,
}

/// Reads the number's parts.
pub fn claims(number: &CitizenNumber) -> Claims {
    let digit = |at: usize| i32::from(number.as_str().as_bytes()[at] - b'0');
    let province = u16::try_from(digit(0) * 100 + digit(1) * 10 + digit(2)).unwrap_or(0);
    let century = digit(3) / 2;
    Claims {
        known_province: PROVINCES.contains(&province),
        sex: if digit(3) % 2 == 0 { Sex::Male } else { Sex::Female },
        birth_year: 1900 + 100 * century + digit(4) * 10 + digit(5),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_parts() {
        let read = |text: &str| claims(&text.parse().unwrap());
        assert_eq!(
            read("022308001234"),
            Claims {
                known_province: true,
                sex: Sex::Female,
                birth_year: 2008
            }
        );
        assert_eq!(
            read("001090123456"),
            Claims {
                known_province: true,
                sex: Sex::Male,
                birth_year: 1990
            }
        );
        assert!(!read("003090123456").known_province);
        assert_eq!(PROVINCES.len(), 63);
    }
}
