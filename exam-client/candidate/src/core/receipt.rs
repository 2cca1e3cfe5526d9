//! The server's receipt, as the candidate may rely on it. Must not say "handed in" for anything that was not checked.

use certs::cose::Envelope;
use certs::hash::sha256;
use exam_protocol::bytes::{Bytes, Digest, Fixed};
use exam_protocol::canonical;
use exam_protocol::id::AttemptId;
use exam_protocol::record::{RECEIPT, Receipt};

/// A receipt whose content fits this seat's hand-in; its signature is still to be checked over [`Candidate::signed`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// What it says.
    pub receipt: Receipt,
    /// The bytes that the server signed.
    pub signed: Vec<u8>,
    /// The signature, ES256, `r ‖ s`.
    pub signature: Fixed<64>,
}

/// What the candidate takes along: a receipt whose signature was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// What it says.
    pub receipt: Receipt,
    /// SHA-256 of the receipt's bytes: the code on the slip.
    pub code: Digest,
}

/// Reads a receipt and compares it with what this seat handed in; `None` when it is not for this hand-in.
pub fn read(bytes: &Bytes, attempt: AttemptId, hand_in: &Bytes) -> Option<Candidate> {
    let envelope = Envelope::parse(&bytes.0).ok()?;
    let receipt: Receipt = canonical::decode(envelope.unverified_payload()).ok()?;
    let ours = receipt.attempt == attempt && receipt.hand_in == Fixed(sha256(&hand_in.0));
    (ours && envelope.content_type() == RECEIPT).then(|| Candidate {
        receipt,
        signed: envelope.to_be_signed(),
        signature: Fixed(*envelope.signature()),
    })
}

/// The code on the slip.
pub fn code(bytes: &Bytes) -> Digest {
    Fixed(sha256(&bytes.0))
}

/// A digest in groups of four, so that two people can compare it aloud: "1a2b 3c4d …".
pub fn in_groups(digest: &Digest) -> String {
    let text = digest.to_string().to_uppercase();
    let groups: Vec<&str> = (0..text.len()).step_by(4).map(|at| &text[at..at + 4]).collect();
    groups.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use certs::cose::Draft;
    use exam_protocol::time::Timestamp;

    fn receipt(attempt: u8, hand_in: &[u8], content_type: &str) -> Bytes {
        let receipt = Receipt {
            attempt: AttemptId(Fixed([attempt; 16])),
            hand_in: Fixed(sha256(hand_in)),
            seat_certificate: Fixed([0; 32]),
            received_at: Timestamp(1),
            answered: 3,
            late: false,
        };
        Bytes(Draft::new(content_type, canonical::encode(&receipt)).finish([5; 64]))
    }

    #[test]
    fn only_a_receipt_for_this_hand_in_is_taken() {
        let attempt = AttemptId(Fixed([1; 16]));
        let ours = Bytes(b"hand-in".to_vec());
        let read_one = |bytes: Bytes| read(&bytes, attempt, &ours);
        assert_eq!(
            read_one(receipt(1, b"hand-in", RECEIPT)).map(|c| c.receipt.answered),
            Some(3)
        );
        assert_eq!(read_one(receipt(1, b"another", RECEIPT)), None);
        assert_eq!(read_one(receipt(2, b"hand-in", RECEIPT)), None);
        assert_eq!(
            read_one(receipt(1, b"hand-in", exam_protocol::record::HAND_IN)),
            None
        );
        assert_eq!(read_one(Bytes(b"rubbish".to_vec())), None);
    }

    #[test]
    fn codes_stand_in_groups() {
        assert!(in_groups(&Fixed([0xab; 32])).starts_with("ABAB ABAB "));
        assert_eq!(in_groups(&Fixed([0; 32])).split(' ').count(), 16);
    }
}
