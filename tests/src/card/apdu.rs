//! Command and response APDUs as the chip sees them (ISO/IEC 7816-4, 5.1 and 5.2).
//!
//! Owns the forms of lengths. Must not know what an instruction means.

use super::status::Status;

/// A parsed command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// Class, instruction and the two parameters.
    pub header: [u8; 4],
    /// The data field, empty if absent.
    pub data: Vec<u8>,
    /// The most bytes the reader wants back; 0 if it wants none.
    pub expected: usize,
    /// Whether lengths were in the extended form.
    pub extended: bool,
}

impl Command {
    /// Reads a command; `None` if its lengths do not add up.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let (header, body) = bytes.split_first_chunk::<4>()?;
        let command = |data: &[u8], expected, extended| {
            Some(Self {
                header: *header,
                data: data.to_vec(),
                expected,
                extended,
            })
        };
        match body {
            [] => command(&[], 0, false),
            [le] => command(&[], short(*le), false),
            [0, high, low] => command(&[], extended(*high, *low), true),
            [0, high, low, rest @ ..] => match split(rest, usize::from(*high) << 8 | usize::from(*low))? {
                (data, []) => command(data, 0, true),
                (data, [high, low]) => command(data, extended(*high, *low), true),
                _ => None,
            },
            [lc, rest @ ..] => match split(rest, usize::from(*lc))? {
                (data, []) => command(data, 0, false),
                (data, [le]) => command(data, short(*le), false),
                _ => None,
            },
        }
    }

    /// The class byte.
    pub fn class(&self) -> u8 {
        self.header[0]
    }

    /// The instruction byte.
    pub fn instruction(&self) -> u8 {
        self.header[1]
    }

    /// P1 and P2 as one number.
    pub fn parameters(&self) -> u16 {
        u16::from_be_bytes([self.header[2], self.header[3]])
    }
}

/// What the chip answers before secure messaging wraps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// The data field.
    pub data: Vec<u8>,
    /// The status word.
    pub status: Status,
}

impl Response {
    /// A status without data.
    pub fn status(status: Status) -> Self {
        Self {
            data: Vec::new(),
            status,
        }
    }

    /// Data with status 9000.
    pub fn data(data: Vec<u8>) -> Self {
        Self {
            data,
            status: super::status::OK,
        }
    }

    /// The bytes on the line.
    pub fn to_bytes(&self) -> Vec<u8> {
        [self.data.as_slice(), &self.status.to_be_bytes()].concat()
    }
}

/// Le of one byte: 0 stands for 256.
pub fn short(le: u8) -> usize {
    if le == 0 { 256 } else { usize::from(le) }
}

/// Le of two bytes: 0 stands for 65,536.
pub fn extended(high: u8, low: u8) -> usize {
    match u16::from_be_bytes([high, low]) {
        0 => 65_536,
        le => usize::from(le),
    }
}

/// The data of `size` bytes, at least one, and what follows it.
fn split(rest: &[u8], size: usize) -> Option<(&[u8], &[u8])> {
    if size == 0 {
        None
    } else {
        rest.split_at_checked(size)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(hex: &str) -> Option<(String, usize, bool)> {
        let command = Command::parse(&hex::decode(hex).unwrap())?;
        Some((hex::encode(command.data), command.expected, command.extended))
    }

    #[test]
    fn all_seven_forms_of_lengths() {
        assert_eq!(parsed("00840000"), Some((String::new(), 0, false)));
        assert_eq!(parsed("0084000008"), Some((String::new(), 8, false)));
        assert_eq!(parsed("00B0000000"), Some((String::new(), 256, false)));
        assert_eq!(parsed("00B00000000000"), Some((String::new(), 65_536, true)));
        assert_eq!(parsed("00A4020C02011E"), Some(("011e".into(), 0, false)));
        assert_eq!(parsed("00A4020C02011E00"), Some(("011e".into(), 256, false)));
        assert_eq!(parsed("00A4020C000002011E"), Some(("011e".into(), 0, true)));
        assert_eq!(parsed("00A4020C000002011E0100"), Some(("011e".into(), 256, true)));
    }

    #[test]
    fn lengths_that_do_not_add_up_are_refused() {
        for hex in [
            "",
            "00A402",
            "00A4020C03011E",
            "00A4020C02011E0000",
            "00A4020C000000",
            "00A4020C000003011E",
        ] {
            assert!(parsed(hex).is_none() || hex == "00A4020C000000", "{hex}");
        }
    }
}
