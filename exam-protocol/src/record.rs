//! The signed record: seat certificate, hand-in, receipt, and the file that carries them to an appeal.
//!
//! Each is a COSE_Sign1 (RFC 9052, section 4.2) with ES256 whose payload is one of these structures in deterministic
//! CBOR. The protected header names the purpose as content type, so that one can't be passed off as another.

use crate::answer::Answer;
use crate::bytes::{Bytes, Digest, PublicKey};
use crate::id::{AttemptId, FormId, SittingId};
use crate::time::Timestamp;
use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

/// Content type of a [`SeatCertificate`].
pub const SEAT_CERTIFICATE: &str = "application/vnd.truong-thi.seat-certificate+cbor";
/// Content type of a [`HandIn`].
pub const HAND_IN: &str = "application/vnd.truong-thi.hand-in+cbor";
/// Content type of a [`Receipt`].
pub const RECEIPT: &str = "application/vnd.truong-thi.receipt+cbor";

/// The server's word that a key belongs to a seat. Signed by the server.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct SeatCertificate {
    /// The sitting.
    #[n(1)]
    pub sitting: SittingId,
    /// The attempt.
    #[n(2)]
    pub attempt: AttemptId,
    /// The seat's epoch.
    #[n(3)]
    pub epoch: u32,
    /// The seat's signing key.
    #[n(4)]
    pub key: PublicKey,
    /// SHA-256 of the check-in evidence that admitted the candidate.
    #[n(5)]
    pub evidence: Digest,
    /// When the seat was claimed.
    #[n(6)]
    pub issued_at: Timestamp,
}

/// The candidate's hand-in (*nộp bài*). Signed by the seat.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct HandIn {
    /// The attempt.
    #[n(1)]
    pub attempt: AttemptId,
    /// The seat's epoch.
    #[n(2)]
    pub epoch: u32,
    /// The form that was answered.
    #[n(3)]
    pub form: FormId,
    /// The key commitment of that form.
    #[n(4)]
    pub key_commitment: Digest,
    /// Number of the journal's last line; 0 when nothing was answered.
    #[n(5)]
    pub last_sequence: u64,
    /// Hash of the journal's last line.
    #[n(6)]
    pub head: Digest,
    /// All answers that are not blank, by question number, rising.
    #[n(7)]
    pub answers: Vec<Answer>,
}

/// The server's countersignature. Signed by the server.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Receipt {
    /// The attempt.
    #[n(1)]
    pub attempt: AttemptId,
    /// SHA-256 of the hand-in's COSE bytes as received.
    #[n(2)]
    pub hand_in: Digest,
    /// SHA-256 of the seat certificate's COSE bytes under which the hand-in was checked.
    #[n(3)]
    pub seat_certificate: Digest,
    /// When the server had it on disk.
    #[n(4)]
    pub received_at: Timestamp,
    /// How many questions have an answer.
    #[n(5)]
    pub answered: u16,
    /// Whether it came after the deadline and its grace: kept, but counts only by decision of two officials.
    #[n(6)]
    pub late: bool,
}

/// An exported hand-in: all that `exam-server verify` needs besides the exam CA's certificate. JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct SubmissionFile {
    /// Always [`SubmissionFile::FORMAT`].
    pub format: String,
    /// COSE_Sign1 with a [`SeatCertificate`].
    pub seat_certificate: Bytes,
    /// COSE_Sign1 with a [`HandIn`].
    pub hand_in: Bytes,
    /// COSE_Sign1 with a [`Receipt`].
    pub receipt: Bytes,
    /// X.509 certificate (DER) of the server's receipt key and, right after it, that of the issuing authority between it and
    /// the exam CA's root.
    pub server_certificate: Bytes,
    /// The journal's lines as stored, in order.
    pub journal: Vec<Bytes>,
}

impl SubmissionFile {
    /// What `format` must say.
    pub const FORMAT: &'static str = "truong-thi submission 1";
}
