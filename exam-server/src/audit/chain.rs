//! The chain's arithmetic: each record's hash covers the one before, so that a change or a gap shows.

use certs::hash::sha256_of;
use exam_protocol::time::Timestamp;

/// One act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Act<'a> {
    /// When it was done.
    pub at: Timestamp,
    /// Who did it: `staff:<id>`, `station:<id>`, `seat:<attempt>`, `command`.
    pub actor: &'a str,
    /// What was done: `room.start`, `roster.import`.
    pub act: &'a str,
    /// On what: `room:<id>`.
    pub object: &'a str,
    /// Particulars as JSON; ids and numbers only.
    pub detail: &'a str,
}

/// The hash before the first record.
pub const GENESIS: [u8; 32] = [0; 32];

/// Hash of a record that follows `previous`. Each part is preceded by its length, so that parts can't flow into each other.
pub fn next_hash(previous: &[u8; 32], sequence: i64, act: &Act<'_>) -> [u8; 32] {
    let numbers = [sequence.to_be_bytes(), act.at.0.to_be_bytes()].concat();
    let texts: Vec<Vec<u8>> = [act.actor, act.act, act.object, act.detail]
        .iter()
        .map(|text| [&(text.len() as u64).to_be_bytes(), text.as_bytes()].concat())
        .collect();
    sha256_of(&[previous, &numbers, &texts.concat()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_counts() {
        let act = Act {
            at: Timestamp(1),
            actor: "staff:a",
            act: "room.start",
            object: "room:b",
            detail: "{}",
        };
        let hash = next_hash(&GENESIS, 1, &act);
        assert_ne!(hash, next_hash(&hash, 1, &act));
        assert_ne!(hash, next_hash(&GENESIS, 2, &act));
        assert_ne!(
            hash,
            next_hash(
                &GENESIS,
                1,
                &Act {
                    at: Timestamp(2),
                    ..act.clone()
                }
            )
        );
        assert_ne!(
            hash,
            next_hash(
                &GENESIS,
                1,
                &Act {
                    actor: "staff:aroom",
                    act: ".start",
                    ..act.clone()
                }
            )
        );
        assert_ne!(hash, next_hash(&GENESIS, 1, &Act { detail: "{ }", ..act }));
    }
}
