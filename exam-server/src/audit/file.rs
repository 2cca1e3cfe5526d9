//! Lines of an export: header, records, signed head. Each value has one spelling; a reader refuses every other.

use super::chain::{Actor, FORMAT, Location, Reason, Record};
use super::head::Head;
use certs::signing::SigningKey;
use exam_protocol::bytes::{Bytes, Digest, Fixed};
use exam_protocol::time::Timestamp;
use ring::digest::{Context, SHA256};
use ring::rand::SecureRandom;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// The first line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// Always [`FORMAT`].
    pub format: String,
    /// SHA-256 of the exam CA's certificate.
    pub installation: Digest,
    /// First record.
    pub from: i64,
    /// Last record.
    pub to: i64,
    /// Hash of the record before the first.
    pub previous: Digest,
}

/// A record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RecordLine {
    sequence: i64,
    at: Timestamp,
    actor: String,
    address: String,
    act: String,
    object: String,
    organisation: String,
    exam: String,
    site: String,
    room: String,
    was: String,
    became: String,
    reason_hash: Option<Digest>,
    reason: Option<ReasonLine>,
    salt: Fixed<16>,
    hash: Digest,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReasonLine {
    salt: Fixed<16>,
    text: String,
}

/// The last line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeadLine {
    /// [`Head`] in a COSE_Sign1.
    pub head: Bytes,
    /// The receipt key's certificate and that of the issuing authority, DER, one after another.
    pub certificates: Bytes,
}

/// What the head's line begins with.
pub const HEAD_BEGINS: &str = "{\"head\":";

fn line(value: &impl Serialize) -> String {
    let mut text = serde_json::to_string(value).expect("maps with text keys are JSON");
    text.push('\n');
    text
}

/// Reads a line with its line feed; none unless it is spelt exactly as it would be written.
pub fn read<T: Serialize + DeserializeOwned>(text: &str) -> Option<T> {
    let value: T = serde_json::from_str(text).ok()?;
    (line(&value) == text).then_some(value)
}

/// Reads a record's line.
pub fn read_record(text: &str) -> Option<Record> {
    let line: RecordLine = read(text)?;
    Some(Record {
        sequence: line.sequence,
        at: line.at,
        actor: Actor {
            who: line.actor,
            address: line.address,
        },
        act: line.act,
        object: line.object,
        location: Location {
            organisation: line.organisation,
            exam: line.exam,
            site: line.site,
            room: line.room,
        },
        was: line.was,
        became: line.became,
        reason_hash: line.reason_hash.map(|hash| hash.0),
        reason: line.reason.map(|reason| Reason {
            salt: reason.salt.0,
            text: reason.text,
        }),
        salt: line.salt.0,
        hash: line.hash.0,
    })
}

/// A record's line with its line feed. Without `reasons` the text of its reason stays here, where it can be erased.
pub fn record_line(record: &Record, reasons: bool) -> String {
    let reason = record.reason.as_ref().filter(|_| reasons);
    line(&RecordLine {
        sequence: record.sequence,
        at: record.at,
        actor: record.actor.who.clone(),
        address: record.actor.address.clone(),
        act: record.act.clone(),
        object: record.object.clone(),
        organisation: record.location.organisation.clone(),
        exam: record.location.exam.clone(),
        site: record.location.site.clone(),
        room: record.location.room.clone(),
        was: record.was.clone(),
        became: record.became.clone(),
        reason_hash: record.reason_hash.map(Fixed),
        reason: reason.map(|reason| ReasonLine {
            salt: Fixed(reason.salt),
            text: reason.text.clone(),
        }),
        salt: Fixed(record.salt),
        hash: Fixed(record.hash),
    })
}

/// An export under way.
pub struct Export {
    header: Header,
    sequence: i64,
    hash: Digest,
    body: Context,
}

impl Export {
    /// Begins with the header's line.
    pub fn begin(installation: Digest, (from, to): (i64, i64), previous: [u8; 32]) -> (Self, String) {
        let header = Header {
            format: FORMAT.to_owned(),
            installation,
            from,
            to,
            previous: Fixed(previous),
        };
        let text = line(&header);
        let mut body = Context::new(&SHA256);
        body.update(text.as_bytes());
        let export = Self {
            sequence: from - 1,
            hash: header.previous,
            header,
            body,
        };
        (export, text)
    }

    /// Sequence of the record that comes next.
    pub fn next(&self) -> i64 {
        self.sequence + 1
    }

    /// A record's line.
    pub fn record(&mut self, record: &Record) -> String {
        let text = record_line(record, true);
        self.body.update(text.as_bytes());
        (self.sequence, self.hash) = (record.sequence, Fixed(record.hash));
        text
    }

    /// The head's line.
    ///
    /// # Errors
    /// When the generator gives no randomness.
    pub fn finish(
        self,
        at: Timestamp,
        (key, certificates): (&SigningKey, &[u8]),
        random: &dyn SecureRandom,
    ) -> Result<String, certs::Error> {
        let mut body = [0; 32];
        body.copy_from_slice(self.body.finish().as_ref());
        let head = Head {
            format: self.header.format,
            installation: self.header.installation,
            from: self.header.from,
            previous: self.header.previous,
            sequence: self.sequence,
            hash: self.hash,
            at,
            body: Fixed(body),
        };
        Ok(line(&HeadLine {
            head: Bytes(head.sign(key, random)?),
            certificates: Bytes(certificates.to_vec()),
        }))
    }
}
