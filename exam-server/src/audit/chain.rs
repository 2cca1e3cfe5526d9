//! The chain's arithmetic: each record's hash covers the one before, so that a change or a gap shows. docs/audit.md gives
//! the same in words.

use certs::hash::sha256_of;
use exam_protocol::time::Timestamp;

/// The chain's format, named in every export and signed head.
pub const FORMAT: &str = "truong-thi audit 1";

/// Bytes of a salt.
pub const SALT_LEN: usize = 16;

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
    /// What was done: `room.start`.
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

/// Where an act happened; each is an id, or empty where the object is in no such place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Location {
    /// Organisation.
    pub organisation: String,
    /// Exam.
    pub exam: String,
    /// Site.
    pub site: String,
    /// Room.
    pub room: String,
}

/// The text of a reason with the salt of its hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// Random.
    pub salt: [u8; SALT_LEN],
    /// As somebody typed it.
    pub text: String,
}

impl Reason {
    /// What the chain holds of it. Without the salt, which is erased with the text, no guess at the text can be confirmed.
    pub fn hash(&self) -> [u8; 32] {
        sha256_of(&[&self.salt, self.text.as_bytes()])
    }
}

/// A record of the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Place in the chain, from 1.
    pub sequence: i64,
    /// When.
    pub at: Timestamp,
    /// Who and from where.
    pub actor: Actor,
    /// What was done.
    pub act: String,
    /// On what.
    pub object: String,
    /// Where.
    pub location: Location,
    /// Before.
    pub was: String,
    /// After.
    pub became: String,
    /// Hash of the reason; none where no reason was given.
    pub reason_hash: Option<[u8; 32]>,
    /// The reason itself; none where none was given or its text was erased.
    pub reason: Option<Reason>,
    /// Random, so that a content hash alone tells nothing.
    pub salt: [u8; SALT_LEN],
    /// Covers all of the above but the reason's text, and the record before.
    pub hash: [u8; 32],
}

/// The hash before the first record.
pub const GENESIS: [u8; 32] = [0; 32];

impl Record {
    /// Makes the record that follows `previous`.
    pub fn after(previous: &[u8; 32], sequence: i64, act: &Act<'_>, extra: Extra) -> Self {
        let reason = (!act.reason.is_empty()).then(|| Reason {
            salt: extra.reason_salt,
            text: act.reason.to_owned(),
        });
        let mut record = Self {
            sequence,
            at: act.at,
            actor: act.actor.clone(),
            act: act.act.to_owned(),
            object: act.object.to_owned(),
            location: extra.location,
            was: act.was.to_owned(),
            became: act.became.to_owned(),
            reason_hash: reason.as_ref().map(Reason::hash),
            reason,
            salt: extra.salt,
            hash: GENESIS,
        };
        record.hash = record.hash_after(previous);
        record
    }

    /// The hash that this record must have after `previous`: SHA-256(previous ‖ sequence ‖ content hash).
    pub fn hash_after(&self, previous: &[u8; 32]) -> [u8; 32] {
        sha256_of(&[previous, &self.sequence.to_be_bytes(), &self.content_hash()])
    }

    /// Each part is preceded by its length, so that parts can't flow into each other.
    fn content_hash(&self) -> [u8; 32] {
        let reason = self.reason_hash.as_ref().map_or(&[][..], |hash| &hash[..]);
        let parts: [&[u8]; 11] = [
            self.actor.who.as_bytes(),
            self.actor.address.as_bytes(),
            self.act.as_bytes(),
            self.object.as_bytes(),
            self.location.organisation.as_bytes(),
            self.location.exam.as_bytes(),
            self.location.site.as_bytes(),
            self.location.room.as_bytes(),
            self.was.as_bytes(),
            self.became.as_bytes(),
            reason,
        ];
        let mut content = [&self.salt[..], &self.at.0.to_be_bytes()].concat();
        for part in parts {
            content.extend_from_slice(&(part.len() as u64).to_be_bytes());
            content.extend_from_slice(part);
        }
        sha256_of(&[&content])
    }
}

/// What a record holds beyond the act itself.
#[derive(Clone, Debug, Default)]
pub struct Extra {
    /// Where the act happened.
    pub location: Location,
    /// Fresh random bytes.
    pub salt: [u8; SALT_LEN],
    /// Fresh random bytes for the reason.
    pub reason_salt: [u8; SALT_LEN],
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record() -> Record {
        let act = Act {
            at: Timestamp(1),
            actor: &Actor::server(),
            act: "room.start",
            object: "room:b",
            was: "",
            became: "{}",
            reason: "mất điện",
        };
        Record::after(&GENESIS, 1, &act, Extra::default())
    }

    #[test]
    fn every_part_counts() {
        type Change = fn(&mut Record);
        let changes: [Change; 14] = [
            |r| r.sequence = 2,
            |r| r.at = Timestamp(2),
            |r| r.actor = Actor::command(),
            |r| r.actor.address = "::1".into(),
            |r| (r.act, r.object) = ("room.startroom:b".into(), String::new()),
            |r| r.location.organisation = "o".into(),
            |r| r.location.exam = "e".into(),
            |r| r.location.site = "s".into(),
            |r| r.location.room = "r".into(),
            |r| (r.was, r.became) = ("{}".into(), String::new()),
            |r| r.became = "{ }".into(),
            |r| r.reason_hash = None,
            |r| r.reason_hash = Some([1; 32]),
            |r| r.salt = [1; SALT_LEN],
        ];
        let good = record();
        assert_eq!(good.hash_after(&GENESIS), good.hash);
        assert_ne!(good.hash_after(&good.hash), good.hash);
        for (n, change) in changes.into_iter().enumerate() {
            let mut changed = record();
            change(&mut changed);
            assert_ne!(changed.hash_after(&GENESIS), good.hash, "{n}");
        }
    }

    #[test]
    fn the_text_of_a_reason_can_go_and_the_chain_stays_whole() {
        let mut erased = record();
        erased.reason = None;
        assert_eq!(erased.hash_after(&GENESIS), erased.hash);
        let reason = record().reason.unwrap();
        assert_eq!(Some(reason.hash()), record().reason_hash);
        let other = Reason {
            salt: [1; SALT_LEN],
            ..reason.clone()
        };
        assert_ne!(other.hash(), reason.hash(), "the salt counts");
    }
}
