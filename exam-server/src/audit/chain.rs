//! The chain's arithmetic: each record's hash covers the one before, so that a change or a gap shows.

use certs::hash::sha256_of;
use exam_protocol::time::Timestamp;

/// Who does something, and from where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// `staff:<id>`, `station:<id>`, `seat:<attempt>`, `machine:<id>`, `server`, `command`.
    pub who: String,
    /// Network address; empty for the server itself and for commands at its terminal.
    pub address: String,
}

impl Actor {
    /// The server by itself, because time has run out or an installation rule says so.
    pub fn server() -> Self {
        Self {
            who: "server".into(),
            address: String::new(),
        }
    }

    /// Somebody at the server's own terminal.
    pub fn command() -> Self {
        Self {
            who: "command".into(),
            address: String::new(),
        }
    }
}

/// One act. Ids, numbers and settings only: no name, number, secret, answer or card data of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Act<'a> {
    /// When it was done.
    pub at: Timestamp,
    /// Who did it, and from where.
    pub actor: &'a Actor,
    /// What was done: `room.start`, `roster.import`.
    pub act: &'a str,
    /// On what: `room:<id>`.
    pub object: &'a str,
    /// What was the case before, as JSON; empty where nothing was.
    pub was: &'a str,
    /// What is the case since, or the act's particulars, as JSON; empty where there are none.
    pub became: &'a str,
    /// Why, as somebody typed it; empty where no reason is asked for.
    pub reason: &'a str,
}

/// The hash before the first record.
pub const GENESIS: [u8; 32] = [0; 32];

/// Hash of a record that follows `previous`. Each part is preceded by its length, so that parts can't flow into each other.
pub fn next_hash(previous: &[u8; 32], sequence: i64, act: &Act<'_>) -> [u8; 32] {
    let numbers = [sequence.to_be_bytes(), act.at.0.to_be_bytes()].concat();
    let parts = [
        &act.actor.who,
        &act.actor.address,
        act.act,
        act.object,
        act.was,
        act.became,
        act.reason,
    ];
    let texts: Vec<Vec<u8>> = parts
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
        let (actor, other) = (Actor::server(), Actor::command());
        let elsewhere = Actor {
            address: "::1".into(),
            ..Actor::server()
        };
        let act = Act {
            at: Timestamp(1),
            actor: &actor,
            act: "room.start",
            object: "room:b",
            was: "",
            became: "{}",
            reason: "",
        };
        let hash = next_hash(&GENESIS, 1, &act);
        assert_ne!(hash, next_hash(&hash, 1, &act));
        assert_ne!(hash, next_hash(&GENESIS, 2, &act));
        let changed = [
            Act {
                at: Timestamp(2),
                ..act.clone()
            },
            Act {
                actor: &other,
                ..act.clone()
            },
            Act {
                actor: &elsewhere,
                ..act.clone()
            },
            Act {
                act: "room.startroom:b",
                object: "",
                ..act.clone()
            },
            Act {
                was: "{}",
                became: "",
                ..act.clone()
            },
            Act {
                became: "{ }",
                ..act.clone()
            },
            Act {
                reason: "x",
                ..act.clone()
            },
        ];
        for one in changed {
            assert_ne!(hash, next_hash(&GENESIS, 1, &one), "{one:?}");
        }
    }
}
