//! The challenge that a chip signs: made for one check-in, one attempt, one station, and never used twice.
//!
//! `RND.IFD` (ICAO 9303-11, section 6.1) is eight bytes. A plain random number would let a station relay the chip's answer
//! to another check-in; therefore it is the head of a hash over everything the answer is meant for.

use crate::audit::store::Newest;
use certs::hash::sha256;
use exam_protocol::bytes::Fixed;
use exam_protocol::id::{AttemptId, SittingId, StationId};

/// The newest record of the audit, as a challenge names it: its number in eight bytes, big-endian, then its hash. Empty while
/// there is no record.
///
/// A card that signs such a challenge vouches that the record, and with it the whole chain before, was there: history that is
/// written anew has other hashes, and no card's signature fits to them.
pub fn checkpoint(newest: Option<&Newest>) -> Vec<u8> {
    let bytes = |newest: &Newest| [&newest.sequence.to_be_bytes()[..], &newest.hash].concat();
    newest.map(bytes).unwrap_or_default()
}

/// What a challenge is bound to. A reader stands at the door, where no seat has made its key yet: a seat's key is bound to the
/// evidence by its certificate, not here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding<'a> {
    /// The check-in's own random number.
    pub nonce: &'a [u8],
    /// Latest [`checkpoint`].
    pub checkpoint: &'a [u8],
    /// The sitting.
    pub sitting: SittingId,
    /// The attempt.
    pub attempt: AttemptId,
    /// The station at which the card lies.
    pub station: StationId,
}

impl Binding<'_> {
    /// The challenge: the first eight bytes of SHA-256 over all parts, each preceded by its length as a 64-bit big-endian
    /// number so that no byte can move from one part to the next.
    pub fn challenge(&self) -> Fixed<8> {
        let parts = [
            self.nonce,
            self.checkpoint,
            self.sitting.0.as_slice(),
            self.attempt.0.as_slice(),
            self.station.0.as_slice(),
        ];
        let mut input = Vec::new();
        for part in parts {
            input.extend_from_slice(&(part.len() as u64).to_be_bytes());
            input.extend_from_slice(part);
        }
        let mut head = [0; 8];
        head.copy_from_slice(&sha256(&input)[..8]);
        Fixed(head)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(nonce: &[u8], checkpoint: &[u8], ids: [u8; 3]) -> Fixed<8> {
        Binding {
            nonce,
            checkpoint,
            sitting: SittingId::from_random([ids[0]; 16]),
            attempt: AttemptId::from_random([ids[1]; 16]),
            station: StationId::from_random([ids[2]; 16]),
        }
        .challenge()
    }

    #[test]
    fn is_what_anybody_can_compute_again() {
        // printf of the length-prefixed parts | sha256sum | head -c 16
        let input = [
            &[0, 0, 0, 0, 0, 0, 0, 2, 0xAA, 0xBB][..],
            &[0; 8],
            &[0, 0, 0, 0, 0, 0, 0, 16],
            &[1; 16],
            &[0, 0, 0, 0, 0, 0, 0, 16],
            &[2; 16],
            &[0, 0, 0, 0, 0, 0, 0, 16],
            &[3; 16],
        ]
        .concat();
        assert_eq!(of(&[0xAA, 0xBB], &[], [1, 2, 3]).0, sha256(&input)[..8]);
    }

    #[test]
    fn a_checkpoint_has_the_number_and_the_hash() {
        let newest = Newest {
            sequence: 0x0102,
            hash: [9; 32],
            at: exam_protocol::time::Timestamp(1),
        };
        let bytes = checkpoint(Some(&newest));
        assert_eq!(bytes[..8], [0, 0, 0, 0, 0, 0, 1, 2]);
        assert_eq!(bytes[8..], [9; 32]);
        assert_ne!(of(&[1], &bytes, [0; 3]), of(&[1], &[], [0; 3]));
        assert!(checkpoint(None).is_empty());
    }

    #[test]
    fn no_byte_can_move_between_parts() {
        assert_ne!(of(&[1, 2], &[], [0; 3]), of(&[1], &[2], [0; 3]));
    }

    proptest! {
        #[test]
        fn another_binding_is_another_challenge(a: ([u8; 32], [u8; 3]), b: ([u8; 32], [u8; 3])) {
            prop_assume!(a != b);
            prop_assert_ne!(of(&a.0, &[], a.1), of(&b.0, &[], b.1));
        }
    }
}
