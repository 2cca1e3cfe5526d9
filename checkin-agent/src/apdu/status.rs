//! Status words (ISO/IEC 7816-4, section 5.6) as a closed list: what the agent acts on has a name, the rest keeps its number.

use core::fmt;

/// The two bytes SW1 SW2 at the end of a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// `9000`
    Success,
    /// `61xx`: this many more bytes wait for GET RESPONSE; 0 stands for 256 or more.
    MoreData(u8),
    /// `6282`: the file ended before Le bytes.
    EndOfFile,
    /// `6300`: authentication failed.
    AuthenticationFailed,
    /// `63Cx`: authentication failed, x tries left.
    TriesLeft(u8),
    /// `6700`
    WrongLength,
    /// `6982`: security status not satisfied.
    SecurityStatus,
    /// `6983`: authentication method blocked.
    Blocked,
    /// `6985`: conditions of use not satisfied.
    Conditions,
    /// `6987`: a secure messaging object is missing.
    MessagingObjectMissing,
    /// `6988`: a secure messaging object is wrong.
    MessagingObjectWrong,
    /// `6A80`: wrong data.
    WrongData,
    /// `6A82`: file or application not found.
    NotFound,
    /// `6A86`: wrong P1 P2.
    WrongParameters,
    /// `6A88`: referenced data not found.
    ReferenceNotFound,
    /// `6B00`: offset outside the file.
    WrongOffset,
    /// `6Cxx`: send again with this Le; 0 stands for 256.
    WrongExpectedLength(u8),
    /// `6D00`
    InstructionUnknown,
    /// `6E00`
    ClassUnknown,
    /// Any other.
    Other(u16),
}

impl Status {
    /// Reads SW1 SW2.
    pub const fn from_word(word: u16) -> Self {
        match word {
            0x9000 => Self::Success,
            0x6100..=0x61FF => Self::MoreData(word.to_be_bytes()[1]),
            0x6282 => Self::EndOfFile,
            0x6300 => Self::AuthenticationFailed,
            0x63C0..=0x63CF => Self::TriesLeft(word.to_be_bytes()[1] & 0x0F),
            0x6700 => Self::WrongLength,
            0x6982 => Self::SecurityStatus,
            0x6983 => Self::Blocked,
            0x6985 => Self::Conditions,
            0x6987 => Self::MessagingObjectMissing,
            0x6988 => Self::MessagingObjectWrong,
            0x6A80 => Self::WrongData,
            0x6A82 => Self::NotFound,
            0x6A86 => Self::WrongParameters,
            0x6A88 => Self::ReferenceNotFound,
            0x6B00 => Self::WrongOffset,
            0x6C00..=0x6CFF => Self::WrongExpectedLength(word.to_be_bytes()[1]),
            0x6D00 => Self::InstructionUnknown,
            0x6E00 => Self::ClassUnknown,
            other => Self::Other(other),
        }
    }

    /// SW1 SW2 as sent.
    pub const fn word(self) -> u16 {
        match self {
            Self::Success => 0x9000,
            Self::MoreData(n) => 0x6100 | n as u16,
            Self::EndOfFile => 0x6282,
            Self::AuthenticationFailed => 0x6300,
            Self::TriesLeft(n) => 0x63C0 | n as u16,
            Self::WrongLength => 0x6700,
            Self::SecurityStatus => 0x6982,
            Self::Blocked => 0x6983,
            Self::Conditions => 0x6985,
            Self::MessagingObjectMissing => 0x6987,
            Self::MessagingObjectWrong => 0x6988,
            Self::WrongData => 0x6A80,
            Self::NotFound => 0x6A82,
            Self::WrongParameters => 0x6A86,
            Self::ReferenceNotFound => 0x6A88,
            Self::WrongOffset => 0x6B00,
            Self::WrongExpectedLength(n) => 0x6C00 | n as u16,
            Self::InstructionUnknown => 0x6D00,
            Self::ClassUnknown => 0x6E00,
            Self::Other(word) => word,
        }
    }

    /// Did the card refuse the key itself (and perhaps count the try)?
    pub const fn refuses_key(self) -> bool {
        matches!(
            self,
            Self::AuthenticationFailed | Self::TriesLeft(_) | Self::Blocked
        )
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04X}", self.word())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_survives_the_names() {
        for word in 0..=u16::MAX {
            assert_eq!(Status::from_word(word).word(), word);
        }
        assert_eq!(Status::from_word(0x6C36), Status::WrongExpectedLength(0x36));
        assert_eq!(Status::from_word(0x63C2), Status::TriesLeft(2));
    }
}
