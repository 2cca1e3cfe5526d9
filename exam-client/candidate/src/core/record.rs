//! What a browser keeps of a seat over a reload, besides the journal and the key. Must hold nothing that a reload can do without.

use crate::core::outbox::Head;
use exam_protocol::bytes::{Bytes, Digest, Fixed};
use exam_protocol::id::{AttemptId, SittingId};
use exam_protocol::seat::{AttemptState, CandidateLabel, ClaimResponse};
use serde::{Deserialize, Serialize};

/// Lines that a browser kept of an attempt.
#[derive(Clone, Debug, Default)]
pub struct KeptLines {
    /// Lines under [`SeatRecord::journal_prefix`], in order.
    pub journal: Vec<Bytes>,
    /// Lines that came from the server: what stood there when the seat was claimed.
    pub earlier: Vec<Bytes>,
    /// Number of the last line that the server is known to have.
    pub acknowledged: u64,
}

/// A claimed seat. Kept as JSON in the browser's database.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SeatRecord {
    /// Bearer token of this seat and epoch.
    pub token: Fixed<32>,
    /// The sitting.
    pub sitting: SittingId,
    /// The attempt.
    pub attempt: AttemptId,
    /// The epoch.
    pub epoch: u32,
    /// COSE_Sign1 of the seat certificate.
    pub certificate: Bytes,
    /// Who sits here.
    pub candidate: CandidateLabel,
    /// Number of the line after which the kept journal begins.
    pub base_sequence: u64,
    /// Hash of that line.
    pub base_head: Digest,
    /// The form's key, once it was released.
    pub form_key: Option<Fixed<32>>,
    /// What the server told last, for the clock after a reload without a line.
    pub state: Option<AttemptState>,
    /// The signed hand-in, so that a reload sends the same bytes again.
    pub hand_in: Option<Bytes>,
    /// The receipt, so that a reload shows it again.
    pub receipt: Option<Bytes>,
}

impl SeatRecord {
    /// Of a seat that was claimed just now.
    pub fn claimed(claim: ClaimResponse) -> Self {
        Self {
            token: claim.token,
            sitting: claim.sitting,
            attempt: claim.attempt,
            epoch: claim.epoch,
            certificate: claim.certificate,
            candidate: claim.candidate,
            base_sequence: claim.last_sequence,
            base_head: claim.head,
            form_key: None,
            state: None,
            hand_in: None,
            receipt: None,
        }
    }

    /// Where the kept journal begins.
    pub fn base(&self) -> Head {
        Head {
            sequence: self.base_sequence,
            hash: self.base_head,
        }
    }

    /// Prefix of the keys of all lines of this attempt.
    pub fn attempt_prefix(&self) -> String {
        format!("{}/", self.attempt)
    }

    /// Key of a line that came from the server.
    pub fn answer_key(&self, sequence: u64) -> String {
        format!("{}{sequence:012}", self.answers_prefix())
    }

    /// Prefix of the keys of lines that came from the server.
    pub fn answers_prefix(&self) -> String {
        format!("{}/server/", self.attempt)
    }

    /// Prefix of the keys of this journal's lines. Another base is another branch: lines of an abandoned one are never
    /// taken for this one's.
    pub fn journal_prefix(&self) -> String {
        let branch = &self.base_head.to_string()[..16];
        format!(
            "{}/{:08}/{:012}-{branch}/",
            self.attempt, self.epoch, self.base_sequence
        )
    }

    /// Key of one line of this journal; keys sort as the lines do.
    pub fn journal_key(&self, sequence: u64) -> String {
        format!("{}{sequence:012}", self.journal_prefix())
    }
}
