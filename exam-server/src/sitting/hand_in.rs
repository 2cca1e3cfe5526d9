//! Judges a hand-in and countersigns it. Plain rules over bytes and values already loaded.

use certs::hash::sha256;
use certs::signing::{SigningKey, verify_cose};
use exam_protocol::answer::Answer;
use exam_protocol::bytes::{Digest, Fixed, PublicKey};
use exam_protocol::canonical;
use exam_protocol::id::{AttemptId, FormId};
use exam_protocol::problem::ProblemCode;
use exam_protocol::record::{HAND_IN, HandIn, RECEIPT, Receipt};
use exam_protocol::time::Timestamp;
use ring::rand::SecureRandom;

/// A hand-in whose signature was verified under the seat's key. Only [`open`] makes one.
#[derive(Clone, Debug)]
pub struct SignedHandIn {
    content: HandIn,
    hash: Digest,
}

/// Verifies signature, purpose and encoding of a hand-in.
///
/// # Errors
/// [`ProblemCode::RecordInvalid`] when anything of it does not fit.
pub fn open(seat_key: &PublicKey, envelope: &[u8]) -> Result<SignedHandIn, ProblemCode> {
    let payload = verify_cose(&seat_key.0, HAND_IN, envelope).map_err(|_| ProblemCode::RecordInvalid)?;
    let content: HandIn = canonical::decode(&payload).map_err(|_| ProblemCode::RecordInvalid)?;
    Ok(SignedHandIn {
        content,
        hash: Fixed(sha256(envelope)),
    })
}

/// What a hand-in must say to be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// The seat's attempt.
    pub attempt: AttemptId,
    /// The seat's epoch.
    pub epoch: u32,
    /// The attempt's form.
    pub form: FormId,
    /// Commitment to the form's key.
    pub key_commitment: Digest,
    /// Number of the last stored line.
    pub last_sequence: u64,
    /// Its hash.
    pub head: Digest,
    /// Final answers as the stored journal gives them.
    pub answers: Vec<Answer>,
}

/// A hand-in that agrees in everything with what is stored. Only [`SignedHandIn::agree`] makes one.
#[derive(Clone, Debug)]
pub struct AgreedHandIn {
    content: HandIn,
    hash: Digest,
}

impl SignedHandIn {
    /// Compares the hand-in with what is stored.
    ///
    /// # Errors
    /// [`ProblemCode::RecordInvalid`] at the first difference.
    pub fn agree(self, stored: &Stored) -> Result<AgreedHandIn, ProblemCode> {
        let said = &self.content;
        let same = said.attempt == stored.attempt
            && said.epoch == stored.epoch
            && said.form == stored.form
            && said.key_commitment == stored.key_commitment
            && said.last_sequence == stored.last_sequence
            && said.head == stored.head
            && said.answers == stored.answers;
        if same {
            Ok(AgreedHandIn {
                content: self.content,
                hash: self.hash,
            })
        } else {
            Err(ProblemCode::RecordInvalid)
        }
    }
}

impl AgreedHandIn {
    /// The server's receipt as COSE_Sign1.
    ///
    /// # Errors
    /// When the generator gives no randomness.
    pub fn countersign(
        &self,
        key: &SigningKey,
        random: &dyn SecureRandom,
        seat_certificate: &[u8],
        received_at: Timestamp,
        late: bool,
    ) -> Result<Vec<u8>, certs::Error> {
        let receipt = Receipt {
            attempt: self.content.attempt,
            hand_in: self.hash,
            seat_certificate: Fixed(sha256(seat_certificate)),
            received_at,
            answered: u16::try_from(self.content.answers.len()).unwrap_or(u16::MAX),
            late,
        };
        key.sign_cose(random, RECEIPT, canonical::encode(&receipt))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use exam_protocol::answer::Response;
    use ring::rand::SystemRandom;

    fn stored() -> Stored {
        Stored {
            attempt: AttemptId::from_random([1; 16]),
            epoch: 1,
            form: FormId::from_random([2; 16]),
            key_commitment: Fixed([3; 32]),
            last_sequence: 5,
            head: Fixed([4; 32]),
            answers: vec![Answer {
                question: 1,
                response: Response::Choice(2),
            }],
        }
    }

    fn said() -> HandIn {
        let Stored {
            attempt,
            epoch,
            form,
            key_commitment,
            last_sequence,
            head,
            answers,
        } = stored();
        HandIn {
            attempt,
            epoch,
            form,
            key_commitment,
            last_sequence,
            head,
            answers,
        }
    }

    fn sign(key: &SigningKey, content_type: &str, hand_in: &HandIn) -> Vec<u8> {
        key.sign_cose(&SystemRandom::new(), content_type, canonical::encode(hand_in))
            .unwrap()
    }

    #[test]
    fn takes_only_what_the_seat_signed_as_a_hand_in() {
        let random = SystemRandom::new();
        let (seat, other) = (
            SigningKey::generate(&random).unwrap(),
            SigningKey::generate(&random).unwrap(),
        );
        let key = Fixed(seat.public_key());
        assert!(open(&key, &sign(&seat, HAND_IN, &said())).is_ok());
        assert!(open(&key, &sign(&other, HAND_IN, &said())).is_err());
        assert!(open(&key, &sign(&seat, RECEIPT, &said())).is_err());
        let mut broken = sign(&seat, HAND_IN, &said());
        let middle = broken.len() / 2;
        broken[middle] ^= 1;
        assert!(open(&key, &broken).is_err());
    }

    #[test]
    fn takes_only_what_agrees_with_the_journal() {
        let random = SystemRandom::new();
        let seat = SigningKey::generate(&random).unwrap();
        let agrees = |hand_in: &HandIn| {
            open(&Fixed(seat.public_key()), &sign(&seat, HAND_IN, hand_in))
                .unwrap()
                .agree(&stored())
                .is_ok()
        };
        assert!(agrees(&said()));
        assert!(!agrees(&HandIn {
            attempt: AttemptId::from_random([9; 16]),
            ..said()
        }));
        assert!(!agrees(&HandIn { epoch: 2, ..said() }));
        assert!(!agrees(&HandIn {
            form: FormId::from_random([9; 16]),
            ..said()
        }));
        assert!(!agrees(&HandIn {
            key_commitment: Fixed([9; 32]),
            ..said()
        }));
        assert!(!agrees(&HandIn {
            last_sequence: 4,
            ..said()
        }));
        assert!(!agrees(&HandIn {
            head: Fixed([9; 32]),
            ..said()
        }));
        assert!(!agrees(&HandIn {
            answers: Vec::new(),
            ..said()
        }));
    }

    #[test]
    fn the_receipt_covers_hand_in_and_certificate() {
        let random = SystemRandom::new();
        let (seat, server) = (
            SigningKey::generate(&random).unwrap(),
            SigningKey::generate(&random).unwrap(),
        );
        let envelope = sign(&seat, HAND_IN, &said());
        let agreed = open(&Fixed(seat.public_key()), &envelope)
            .unwrap()
            .agree(&stored())
            .unwrap();
        let receipt = agreed
            .countersign(&server, &random, b"certificate", Timestamp(7), true)
            .unwrap();
        let payload = verify_cose(&server.public_key(), RECEIPT, &receipt).unwrap();
        let receipt: Receipt = canonical::decode(&payload).unwrap();
        assert_eq!(receipt.hand_in, Fixed(sha256(&envelope)));
        assert_eq!(receipt.seat_certificate, Fixed(sha256(b"certificate")));
        assert_eq!(
            (receipt.answered, receipt.late, receipt.received_at),
            (1, true, Timestamp(7))
        );
    }
}
