//! Command APDUs (ISO/IEC 7816-3, section 12.1.3): cases 1 to 4, short and extended.

/// Ne that a short Le of `00` asks for, in bytes.
pub const SHORT_MAXIMUM: u32 = 256;

/// Ne that an extended Le of `0000` asks for, in bytes.
pub const EXTENDED_MAXIMUM: u32 = 65_536;

/// One command. Length fields are chosen when it is written: extended only where short ones cannot say it.
#[derive(Clone, PartialEq, Eq)]
pub struct Command {
    header: [u8; 4],
    data: Vec<u8>,
    expected: Option<u32>,
}

impl Command {
    /// CLA INS P1 P2, without data, expecting nothing back.
    pub const fn new(header: [u8; 4]) -> Self {
        Self {
            header,
            data: Vec::new(),
            expected: None,
        }
    }

    /// The same with a data field of at most 65,535 bytes (more are cut off: no command of ours is near that).
    pub fn with_data(mut self, data: impl Into<Vec<u8>>) -> Self {
        self.data = data.into();
        self.data.truncate(0xFFFF);
        self
    }

    /// The same, expecting up to this many bytes back (1 to 65,536).
    pub fn expecting(mut self, bytes: u32) -> Self {
        self.expected = Some(bytes.clamp(1, EXTENDED_MAXIMUM));
        self
    }

    /// A finished short command with data (ISO/IEC 7816-3, cases 3 and 4); `None` for any other bytes.
    pub fn parse_short(bytes: &[u8]) -> Option<Self> {
        let (header, rest) = bytes.split_first_chunk::<4>()?;
        let (&length, rest) = rest.split_first()?;
        let (data, end) = rest.split_at_checked(length.into())?;
        let command = Self::new(*header).with_data(data);
        match end {
            _ if data.is_empty() => None,
            [] => Some(command),
            [0] => Some(command.expecting(SHORT_MAXIMUM)),
            [expected] => Some(command.expecting((*expected).into())),
            _ => None,
        }
    }

    /// CLA INS P1 P2.
    pub const fn header(&self) -> [u8; 4] {
        self.header
    }

    /// The data field.
    pub fn data(&self) -> &[u8] {
        &self.data
    }

    /// Ne, if a response is expected.
    pub const fn expected(&self) -> Option<u32> {
        self.expected
    }

    /// Does it need extended length fields?
    pub fn is_extended(&self) -> bool {
        self.data.len() > 255 || self.expected.is_some_and(|n| n > SHORT_MAXIMUM)
    }

    /// The bytes for the card.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.data.len() + 9);
        bytes.extend_from_slice(&self.header);
        if self.is_extended() {
            self.write_extended(&mut bytes);
        } else {
            self.write_short(&mut bytes);
        }
        bytes
    }

    fn write_short(&self, bytes: &mut Vec<u8>) {
        if !self.data.is_empty() {
            bytes.push(low_bytes(self.data.len() as u64)[7]);
            bytes.extend_from_slice(&self.data);
        }
        if let Some(expected) = self.expected {
            bytes.push(low_bytes(expected.into())[7]);
        }
    }

    fn write_extended(&self, bytes: &mut Vec<u8>) {
        bytes.push(0);
        if !self.data.is_empty() {
            bytes.extend_from_slice(&low_bytes(self.data.len() as u64)[6..]);
            bytes.extend_from_slice(&self.data);
        }
        if let Some(expected) = self.expected {
            bytes.extend_from_slice(&low_bytes(expected.into())[6..]);
        }
    }
}

/// Big-endian bytes, so that the lowest ones can be taken: 256 becomes `00`, 65,536 becomes `0000`, as Le wants it.
const fn low_bytes(number: u64) -> [u8; 8] {
    number.to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(command: &Command, expected: &str) {
        assert_eq!(hex::encode_upper(command.to_bytes()), expected);
    }

    #[test]
    fn writes_all_four_cases() {
        let header = [0x00, 0xB0, 0x9C, 0x00];
        check(&Command::new(header), "00B09C00");
        check(&Command::new(header).expecting(256), "00B09C0000");
        check(&Command::new(header).with_data([1, 2]), "00B09C00020102");
        check(
            &Command::new(header).with_data([1, 2]).expecting(8),
            "00B09C0002010208",
        );
        check(&Command::new(header).expecting(257), "00B09C00000101");
        check(&Command::new(header).expecting(65_536), "00B09C00000000");
        check(
            &Command::new(header).with_data([1]).expecting(65_536),
            "00B09C00000001010000",
        );
        let long = Command::new(header).with_data(vec![0xAA; 256]).to_bytes();
        assert_eq!(&long[..7], [0x00, 0xB0, 0x9C, 0x00, 0x00, 0x01, 0x00]);
        assert_eq!(long.len(), 7 + 256);
    }
}
