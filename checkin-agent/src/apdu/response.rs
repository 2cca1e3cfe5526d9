//! Response APDUs (ISO/IEC 7816-3, section 12.1.4): a body, then SW1 SW2.

use super::Status;

/// What a card answered to one command.
#[derive(Clone, PartialEq, Eq)]
pub struct Response {
    /// The body; may be empty.
    pub data: Vec<u8>,
    /// How it went.
    pub status: Status,
}

impl Response {
    /// Reads an answer; `None` when it is shorter than a status word.
    pub fn parse(mut bytes: Vec<u8>) -> Option<Self> {
        let &[sw1, sw2] = bytes.last_chunk::<2>()?;
        bytes.truncate(bytes.len() - 2);
        Some(Self {
            data: bytes,
            status: Status::from_word(u16::from_be_bytes([sw1, sw2])),
        })
    }

    /// A bare status word.
    pub const fn bare(status: Status) -> Self {
        Self {
            data: Vec::new(),
            status,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn needs_a_status_word() {
        assert!(Response::parse(vec![0x90]).is_none());
        let response = Response::parse(vec![0x01, 0x90, 0x00]).unwrap();
        assert_eq!((response.data, response.status), (vec![0x01], Status::Success));
    }
}
