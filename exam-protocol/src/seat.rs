//! Between a candidate's page and the server.

use crate::bytes::{Bytes, Digest, Fixed, PublicKey};
use crate::id::{AttemptId, FormId, SittingId};
use crate::problem::ProblemCode;
use crate::time::{Millis, Timestamp};
use serde::{Deserialize, Serialize};

/// Claims a seat with the ticket that the desk handed out. JSON.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ClaimRequest {
    /// The ticket as typed; upper and lower case, blanks and dashes do not matter.
    pub ticket: String,
    /// The seat's fresh P-256 key; its private half never leaves the browser.
    pub key: PublicKey,
    /// ES256 signature (64 bytes, r ‖ s) by that key over [`claim_proof_input`]: proves possession.
    pub proof: Fixed<64>,
}

/// The bytes that the seat signs to claim: `"truong-thi claim" ‖ ticket (normalised) ‖ key`.
pub fn claim_proof_input(normalised_ticket: &str, key: &PublicKey) -> Vec<u8> {
    [
        b"truong-thi claim".as_slice(),
        normalised_ticket.as_bytes(),
        key.as_slice(),
    ]
    .concat()
}

/// A ticket as it is compared: letters in upper case, without blanks and dashes; `O` read as `0`, `I` and `L` as `1`.
pub fn normalise_ticket(typed: &str) -> String {
    typed
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .map(|c| match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        })
        .collect()
}

/// The seat is claimed. JSON.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ClaimResponse {
    /// Bearer token of this seat and epoch; valid until the sitting closes.
    pub token: Fixed<32>,
    /// The sitting.
    pub sitting: SittingId,
    /// The attempt.
    pub attempt: AttemptId,
    /// The epoch this claim began.
    pub epoch: u32,
    /// COSE_Sign1 with the [`crate::record::SeatCertificate`].
    pub certificate: Bytes,
    /// Who sits here.
    pub candidate: CandidateLabel,
    /// Where the journal goes on: last acknowledged line before this epoch.
    pub last_sequence: u64,
    /// Hash of that line (or the genesis hash).
    pub head: Digest,
}

/// How a candidate is shown on the page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct CandidateLabel {
    /// Full name with diacritics.
    pub name: String,
    /// Candidate number (*số báo danh*).
    pub candidate_number: String,
    /// Room name.
    pub room: String,
    /// Seat label.
    pub seat: String,
    /// Exam title.
    pub exam: String,
    /// Subject.
    pub subject: String,
}

/// Public keys that a page checks receipts with. JSON.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ServerKeys {
    /// The key that signs seat certificates and receipts.
    pub receipt_key: PublicKey,
}

/// From the page, as frames.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum SeatMessage {
    /// First frame: who is this?
    Hello {
        /// The seat's token.
        token: Fixed<32>,
    },
    /// Lines of the journal, each the deterministic CBOR of a [`crate::answer::JournalEntry`], in order.
    Entries(Vec<Bytes>),
    /// Sign of life; at least every 10 s.
    Heartbeat {
        /// Version of the last [`AttemptState`] that the page applied.
        state_version: u64,
    },
    /// COSE_Sign1 with a [`crate::record::HandIn`]. Sending the same bytes again gives the same receipt.
    HandIn(Bytes),
}

/// From the server, as frames.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum SeatEvent {
    /// Answer to `Hello`.
    Welcome {
        /// State now.
        state: AttemptState,
        /// Last line on disk.
        last_sequence: u64,
        /// Its hash.
        head: Digest,
        /// Newest stored answer of each question, as journal lines: what a new PC shows again.
        answers: Vec<Bytes>,
    },
    /// State changed, or answer to a heartbeat.
    State(AttemptState),
    /// The paper may be opened.
    FormKey {
        /// Which form.
        form: FormId,
        /// AES-256 key.
        key: Fixed<32>,
    },
    /// All lines up to and with this one are on disk.
    Acknowledged {
        /// Number of the line.
        through: u64,
    },
    /// A message was refused; nothing of it was stored.
    Refused {
        /// Why.
        code: ProblemCode,
        /// Last line on disk, so that the page can go on from there.
        last_sequence: u64,
    },
    /// COSE_Sign1 with a [`crate::record::Receipt`].
    Receipt(Bytes),
    /// Another PC has taken the seat over; this page stops and says so.
    TakenOver,
}

/// Where an attempt stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct AttemptState {
    /// Rises with each change; carried on each heartbeat, so that a lost push heals.
    pub version: u64,
    /// Phase.
    pub phase: Phase,
    /// Time left as of `now`, with all credits; counted down by the page while running.
    pub remaining: Millis,
    /// Credits in it, for the page to say so.
    pub credits: Millis,
    /// The server's time when this was made.
    pub now: Timestamp,
}

/// Phases of an attempt as the candidate knows them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Phase {
    /// Before the start: the waiting room.
    Waiting,
    /// The clock runs.
    Running,
    /// The proctor has stopped the clock.
    Paused,
    /// Time is over or the proctor has ended the sitting; the page hands in what is there.
    Ended,
    /// The server holds a signed hand-in.
    HandedIn,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tickets_forgive_what_people_mistype() {
        assert_eq!(normalise_ticket(" k7o-il 9x"), "K70119X");
    }
}
