//! Why a reading gave no evidence, and what the server is told of it: a code, never data.

use crate::card::CardError;
use crate::emrtd::ChipError;
use exam_protocol::station::ReadFailure;

/// Why there is no evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// The chip.
    #[error(transparent)]
    Chip(#[from] ChipError),
    /// A file that every document has is not there.
    #[error("thẻ không có tệp {0} / the card has no {0}")]
    Missing(&'static str),
    /// The desk stopped it.
    #[error("bàn đón đã dừng đọc ({0:?}) / the desk stopped the reading ({0:?})")]
    Desk(ReadFailure),
}

impl ReadError {
    /// What the server is told.
    pub const fn failure(self) -> ReadFailure {
        match self {
            Self::Desk(failure) => failure,
            Self::Missing(_) => ReadFailure::ProtocolError,
            Self::Chip(error) => match error {
                ChipError::Card(error) => card_failure(error),
                ChipError::WrongKey => ReadFailure::WrongAccessKey,
                ChipError::NotAnIdentityCard => ReadFailure::NotAnIdentityCard,
                ChipError::Stopped => ReadFailure::Cancelled,
                ChipError::Messaging(_)
                | ChipError::Refused { .. }
                | ChipError::Malformed { .. }
                | ChipError::TooLarge { .. }
                | ChipError::NoPace(_) => ReadFailure::ProtocolError,
            },
        }
    }
}

/// What the server is told when there is no answer of the card.
pub const fn card_failure(error: CardError) -> ReadFailure {
    match error {
        CardError::Removed | CardError::Reset | CardError::Transmission => ReadFailure::CardRemoved,
        CardError::ReaderGone | CardError::NoService | CardError::InUse => ReadFailure::NoReader,
        CardError::NotSent | CardError::Length => ReadFailure::ProtocolError,
    }
}
