//! The evidence of a check-in as it is kept: exact bytes that anybody with the trust anchors can judge again.
//!
//! Size limits come before everything else: nothing larger than a real card is looked at or stored.

use super::agreement::Concluded;
use certs::hash::sha256;
use exam_protocol::bytes::{Bytes, Digest, Fixed};
use exam_protocol::canonical;
use exam_protocol::id::{AttemptId, CheckinId, SittingId, StationId};
use exam_protocol::station::{AccessProtocol, CardEvidence};
use exam_protocol::time::Timestamp;
use minicbor::{Decode, Encode};

/// What `format` of a [`CardRecord`] says.
pub const CARD_RECORD: &str = "truong-thi card evidence 1";

/// Most bytes of `EF.SOD` (a Vietnamese one has about 2,000).
const MAX_SOD: usize = 16 * 1024;
/// Most bytes of `EF.DG1`; a TD1 card has 95.
const MAX_DG1: usize = 256;
/// Most bytes of `EF.DG2`.
const MAX_DG2: usize = 64 * 1024;
/// Most bytes of `EF.DG14` and `EF.DG15`.
const MAX_KEY_FILE: usize = 8 * 1024;
/// Most bytes of a hash (SHA-512).
const MAX_HASH: usize = 64;
/// Most bytes of the chip's answer (RSA-4096).
const MAX_ANSWER: usize = 512;

/// A part of the evidence is larger than that of any card; its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} is larger than on any card")]
pub struct TooLarge(pub &'static str);

/// Refuses what is larger than a card can hold.
///
/// # Errors
/// [`TooLarge`] names the part.
pub fn check_sizes(evidence: &CardEvidence) -> Result<(), TooLarge> {
    let optional = |part: &Option<Bytes>| part.as_ref().map_or(0, |bytes| bytes.0.len());
    let parts = [
        ("EF.SOD", evidence.sod.0.len(), MAX_SOD),
        ("EF.DG1", evidence.dg1.0.len(), MAX_DG1),
        ("EF.DG2", evidence.dg2.0.len(), MAX_DG2),
        ("EF.DG14", optional(&evidence.dg14), MAX_KEY_FILE),
        ("EF.DG15", optional(&evidence.dg15), MAX_KEY_FILE),
        ("hash of EF.DG13", optional(&evidence.dg13_hash), MAX_HASH),
        (
            "active authentication",
            optional(&evidence.active_authentication),
            MAX_ANSWER,
        ),
    ];
    match parts.into_iter().find(|(_, length, most)| length > most) {
        Some((name, _, _)) => Err(TooLarge(name)),
        None => Ok(()),
    }
}

/// Evidence with all that its challenge was made from. Deterministic CBOR; its SHA-256 stands in the seat's certificate.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct CardRecord {
    /// Always [`CARD_RECORD`].
    #[n(1)]
    pub format: String,
    /// The check-in.
    #[n(2)]
    pub checkin: CheckinId,
    /// The sitting.
    #[n(3)]
    pub sitting: SittingId,
    /// The attempt.
    #[n(4)]
    pub attempt: AttemptId,
    /// The station that relayed.
    #[n(5)]
    pub station: StationId,
    /// The check-in's random number.
    #[n(6)]
    pub nonce: Bytes,
    /// The challenge, if one was given.
    #[n(7)]
    pub challenge: Option<Fixed<8>>,
    /// When it was given.
    #[n(8)]
    pub challenged_at: Option<Timestamp>,
    /// When the evidence arrived.
    #[n(9)]
    pub received_at: Timestamp,
    /// 0: PACE with the card access number, 1: basic access control, 2: PACE with the machine-readable zone.
    #[n(10)]
    pub access: u8,
    /// `EF.SOD`.
    #[n(11)]
    pub sod: Bytes,
    /// `EF.DG1`.
    #[n(12)]
    pub dg1: Bytes,
    /// `EF.DG2`.
    #[n(13)]
    pub dg2: Bytes,
    /// `EF.DG14`, if present.
    #[n(14)]
    pub dg14: Option<Bytes>,
    /// `EF.DG15`, if present.
    #[n(15)]
    pub dg15: Option<Bytes>,
    /// Hash of `EF.DG13`: the agent's word.
    #[n(16)]
    pub dg13_hash: Option<Bytes>,
    /// The chip's answer to the challenge.
    #[n(17)]
    pub active_authentication: Option<Bytes>,
    /// The server's chip authentication, if it was begun.
    #[n(18)]
    pub chip_authentication: Option<AgreementRecord>,
    /// The checkpoint that the challenge was made after; none where it was made without one.
    #[n(19)]
    pub checkpoint: Option<Bytes>,
}

/// What came of the server's chip authentication: its word, which nobody can judge again, because whoever had the key could
/// have made the answer.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct AgreementRecord {
    /// When the key was given.
    #[n(1)]
    pub given_at: Timestamp,
    /// When the answer came.
    #[n(2)]
    pub answered_at: Timestamp,
    /// The first protected command, as it was sent.
    #[n(3)]
    pub first_protected: Bytes,
    /// The chip's response to it; none when it refused before.
    #[n(4)]
    pub response: Option<Bytes>,
    /// Whether it proved the key of EF.DG14, in time.
    #[n(5)]
    pub proven: bool,
}

impl AgreementRecord {
    /// Of what was concluded.
    pub fn new(concluded: &Concluded, proven: bool) -> Self {
        Self {
            given_at: concluded.given_at,
            answered_at: concluded.answered_at,
            first_protected: concluded.relay.first_protected.clone(),
            response: concluded.response.clone(),
            proven,
        }
    }
}

/// What the evidence of one check-in is tied to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Context {
    /// The check-in.
    pub checkin: CheckinId,
    /// The sitting.
    pub sitting: SittingId,
    /// The attempt.
    pub attempt: AttemptId,
    /// The station that was told to read.
    pub station: StationId,
    /// The check-in's random number.
    pub nonce: Vec<u8>,
    /// The challenge that was given, and when.
    pub challenge: Option<(Fixed<8>, Timestamp)>,
    /// The checkpoint that it was made after; empty where there is none.
    pub checkpoint: Vec<u8>,
}

impl CardRecord {
    /// Joins what a station sent with what the server knows of the check-in.
    pub fn new(context: &Context, evidence: CardEvidence, received_at: Timestamp) -> Self {
        Self {
            format: CARD_RECORD.to_owned(),
            checkin: context.checkin,
            sitting: context.sitting,
            attempt: context.attempt,
            station: context.station,
            nonce: Bytes(context.nonce.clone()),
            challenge: context.challenge.map(|(challenge, _)| challenge),
            challenged_at: context.challenge.map(|(_, at)| at),
            received_at,
            access: match evidence.access {
                AccessProtocol::PaceCan => 0,
                AccessProtocol::Bac => 1,
                AccessProtocol::PaceMrz => 2,
            },
            sod: evidence.sod,
            dg1: evidence.dg1,
            dg2: evidence.dg2,
            dg14: evidence.dg14,
            dg15: evidence.dg15,
            dg13_hash: evidence.dg13_hash,
            active_authentication: evidence.active_authentication,
            chip_authentication: None,
            checkpoint: Some(&context.checkpoint)
                .filter(|bytes| !bytes.is_empty())
                .map(|bytes| Bytes(bytes.clone())),
        }
    }

    /// The exact bytes that are stored, and their hash.
    pub fn seal(&self) -> (Vec<u8>, Digest) {
        let bytes = canonical::encode(self);
        let hash = Fixed(sha256(&bytes));
        (bytes, hash)
    }
}

/// The statement that stands in place of card evidence when two officials let somebody in.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct ManualRecord {
    /// Always [`ManualRecord::FORMAT`].
    #[n(1)]
    pub format: String,
    /// The attempt.
    #[n(2)]
    pub attempt: AttemptId,
    /// When.
    #[n(3)]
    pub at: Timestamp,
    /// First official.
    #[n(4)]
    pub first: String,
    /// Second official.
    #[n(5)]
    pub second: String,
    /// Why.
    #[n(6)]
    pub reason: String,
}

impl ManualRecord {
    /// What `format` says.
    pub const FORMAT: &'static str = "truong-thi admission without a card 1";

    /// Hash of the statement.
    pub fn hash(&self) -> Digest {
        Fixed(sha256(&canonical::encode(self)))
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Small evidence that no card made.
    pub fn evidence() -> CardEvidence {
        CardEvidence {
            access: AccessProtocol::PaceCan,
            sod: Bytes(vec![1; 10]),
            dg1: Bytes(vec![2; 10]),
            dg2: Bytes(vec![3; 10]),
            dg14: None,
            dg15: None,
            dg13_hash: None,
            active_authentication: None,
            apdu_count: 1,
            duration: 1,
        }
    }

    #[test]
    fn names_the_part_that_no_card_could_hold() {
        let check = |change: fn(&mut CardEvidence), expected| {
            let mut evidence = evidence();
            change(&mut evidence);
            assert_eq!(check_sizes(&evidence), expected);
        };
        check(|_| (), Ok(()));
        check(|e| e.sod = Bytes(vec![0; MAX_SOD + 1]), Err(TooLarge("EF.SOD")));
        check(|e| e.dg1 = Bytes(vec![0; MAX_DG1 + 1]), Err(TooLarge("EF.DG1")));
        check(|e| e.dg2 = Bytes(vec![0; MAX_DG2]), Ok(()));
        check(|e| e.dg2 = Bytes(vec![0; MAX_DG2 + 1]), Err(TooLarge("EF.DG2")));
        check(
            |e| e.dg14 = Some(Bytes(vec![0; MAX_KEY_FILE + 1])),
            Err(TooLarge("EF.DG14")),
        );
        check(
            |e| e.dg15 = Some(Bytes(vec![0; MAX_KEY_FILE + 1])),
            Err(TooLarge("EF.DG15")),
        );
        check(
            |e| e.dg13_hash = Some(Bytes(vec![0; 65])),
            Err(TooLarge("hash of EF.DG13")),
        );
        check(
            |e| e.active_authentication = Some(Bytes(vec![0; 513])),
            Err(TooLarge("active authentication")),
        );
    }

    #[test]
    fn the_stored_bytes_read_back_and_carry_the_binding() {
        let context = Context {
            checkin: CheckinId::from_random([1; 16]),
            sitting: SittingId::from_random([2; 16]),
            attempt: AttemptId::from_random([3; 16]),
            station: StationId::from_random([4; 16]),
            nonce: vec![5; 32],
            challenge: Some((Fixed([6; 8]), Timestamp(7))),
            checkpoint: vec![10; 40],
        };
        let record = CardRecord::new(&context, evidence(), Timestamp(8));
        let (bytes, hash) = record.seal();
        assert_eq!(canonical::decode::<CardRecord>(&bytes), Ok(record.clone()));
        let other = CardRecord {
            attempt: AttemptId::from_random([9; 16]),
            ..record
        };
        assert_ne!(other.seal().1, hash);
    }
}
