//! Answers and the journal that a seat keeps of them.

use crate::bytes::Digest;
use crate::id::AttemptId;
use crate::time::Millis;
use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

/// What a candidate answered; positions are those of the candidate's own form, from 0.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Response {
    /// Nothing, or taken back.
    #[n(0)]
    Blank,
    /// One option.
    #[n(1)]
    Choice(#[n(0)] u8),
    /// Several options, rising, no repeats.
    #[n(2)]
    Choices(#[n(0)] Vec<u8>),
    /// One mark for each statement; `None` where left blank.
    #[n(3)]
    TrueFalse(#[n(0)] Vec<Option<bool>>),
    /// Typed text.
    #[n(4)]
    Text(#[n(0)] String),
}

/// One line of a seat's journal. Its bytes in deterministic CBOR are what is sent, stored and hashed.
///
/// `previous` is the SHA-256 of the line before; the first line of an epoch carries the head at which the epoch began
/// (the SHA-256 of [`JournalEntry::genesis_input`] for the first epoch).
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct JournalEntry {
    /// Whose attempt.
    #[n(1)]
    pub attempt: AttemptId,
    /// The seat's epoch: rises with each take-over.
    #[n(2)]
    pub epoch: u32,
    /// Number of the line in the attempt, from 1, without gaps.
    #[n(3)]
    pub sequence: u64,
    /// Hash of the line before.
    #[n(4)]
    pub previous: Digest,
    /// The question's number in the form.
    #[n(5)]
    pub question: u16,
    /// The answer, whole: it replaces what was there.
    #[n(6)]
    pub response: Response,
    /// Whether the candidate flagged the question for another look.
    #[n(7)]
    pub flagged: bool,
    /// Time on the seat's monotonic clock since the paper was opened. Told for the record, never used for a decision.
    #[n(8)]
    pub elapsed: Millis,
}

impl JournalEntry {
    /// The hash that the very first line of an attempt continues: SHA-256 input is `"truong-thi journal" ‖ attempt id`.
    pub fn genesis_input(attempt: AttemptId) -> Vec<u8> {
        [b"truong-thi journal".as_slice(), attempt.0.as_slice()].concat()
    }
}

/// Final answer to one question.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cbor(map)]
pub struct Answer {
    /// The question's number in the form.
    #[n(1)]
    pub question: u16,
    /// The answer.
    #[n(2)]
    pub response: Response,
}
