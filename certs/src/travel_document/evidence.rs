//! The evidence of a check-in as an exam server keeps it: a map in deterministic CBOR (RFC 8949, section 4.2.1) with the
//! card's files, the chip's answer and all that its challenge was made from, to be judged again by anybody who has the trust
//! anchors.
//!
//! ```text
//! 1 format  2 check-in  3 sitting  4 attempt  5 station  6 nonce  7 challenge  8 challenged at  9 received at  10 access
//! 11 EF.SOD  12 EF.DG1  13 EF.DG2  14 EF.DG14  15 EF.DG15  16 hash of EF.DG13  17 answer to the challenge
//! 18 { 1 key given at  2 answered at  3 first protected command  4 response  5 proven }  19 checkpoint
//! ```
//! Times are milliseconds since 1970. Only the chip's signature can be judged again: the agreement of number 18 is the word of
//! the server, which had the key to make the answer itself.

use super::{ActiveAuthentication, DocumentFiles, Finding, Judgement, TrustAnchors, Verdict, judge, reason};
use crate::error::{Error, Kind, Result};
use crate::hash::sha256;
use crate::time::Time;
use core::fmt;
use coset::cbor;
use coset::cbor::value::{Integer, Value};

/// What the first field says.
pub const FORMAT: &str = "truong-thi card evidence 1";
/// A larger file is refused; one has the size of a card, some 20 KB.
pub const MAX_EVIDENCE: usize = 256 * 1024;
const PLACE: &str = "check-in evidence";

/// Evidence as it was kept. Its `Debug` shows nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct KeptEvidence {
    /// The check-in, 16 bytes.
    pub checkin: Vec<u8>,
    /// The sitting, 16 bytes.
    pub sitting: Vec<u8>,
    /// The attempt, 16 bytes.
    pub attempt: Vec<u8>,
    /// The station that relayed, 16 bytes.
    pub station: Vec<u8>,
    /// The check-in's random number.
    pub nonce: Vec<u8>,
    /// The challenge, if one was given.
    pub challenge: Option<Vec<u8>>,
    /// What the challenge was made after: the newest record of the server's audit, its number in eight bytes and its hash. Empty
    /// where the challenge was made without one.
    pub checkpoint: Vec<u8>,
    /// When it was given, in milliseconds since 1970.
    pub challenged_at: Option<i64>,
    /// When the evidence arrived, in milliseconds since 1970.
    pub received_at: i64,
    /// What the server says came of its chip authentication, if it was begun.
    pub agreement_proven: Option<bool>,
    sod: Vec<u8>,
    dg1: Vec<u8>,
    dg2: Vec<u8>,
    dg14: Option<Vec<u8>>,
    dg15: Option<Vec<u8>>,
    dg13_hash: Option<Vec<u8>>,
    answer: Option<Vec<u8>>,
}

impl fmt::Debug for KeptEvidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeptEvidence(personal)")
    }
}

impl KeptEvidence {
    /// Reads evidence.
    ///
    /// # Errors
    /// [`Kind::TooLarge`]; [`Kind::Malformed`]; [`Kind::NotDeterministic`] for any other encoding of the same values.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        if bytes.len() > MAX_EVIDENCE {
            return Err(Error::new(Kind::TooLarge, PLACE));
        }
        let mut fields = Fields::read(bytes)?;
        if fields.required(1)?.as_text() != Some(FORMAT) {
            return Err(malformed());
        }
        let access = fields.number(10)?;
        let evidence = Self {
            checkin: fields.bytes(2)?,
            sitting: fields.bytes(3)?,
            attempt: fields.bytes(4)?,
            station: fields.bytes(5)?,
            nonce: fields.bytes(6)?,
            challenge: fields.optional(7)?,
            checkpoint: fields.optional(19)?.unwrap_or_default(),
            challenged_at: fields.take(8).map(|value| number(&value)).transpose()?,
            received_at: fields.number(9)?,
            sod: fields.bytes(11)?,
            dg1: fields.bytes(12)?,
            dg2: fields.bytes(13)?,
            dg14: fields.optional(14)?,
            dg15: fields.optional(15)?,
            dg13_hash: fields.optional(16)?,
            answer: fields.optional(17)?,
            agreement_proven: fields.take(18).map(agreement).transpose()?,
        };
        if !(0..=2).contains(&access) || !fields.0.is_empty() {
            return Err(malformed());
        }
        Ok(evidence)
    }

    /// The challenge that follows from what it was made for: the first eight bytes of SHA-256 over nonce, checkpoint, sitting,
    /// attempt and station, each after its length in eight bytes.
    pub fn derived_challenge(&self) -> [u8; 8] {
        let parts = [
            &self.nonce,
            &self.checkpoint,
            &self.sitting,
            &self.attempt,
            &self.station,
        ];
        let mut input = Vec::new();
        for part in parts {
            input.extend_from_slice(&(part.len() as u64).to_be_bytes());
            input.extend_from_slice(part);
        }
        let mut head = [0; 8];
        head.copy_from_slice(&sha256(&input)[..8]);
        head
    }

    /// Judges again, as of the moment when the evidence arrived unless another is given. The chip's signature counts only over
    /// the challenge that follows from what it was made for.
    pub fn judge(&self, anchors: &TrustAnchors, at: Option<Time>) -> Judgement {
        let files = DocumentFiles {
            sod: &self.sod,
            dg1: &self.dg1,
            dg2: &self.dg2,
            dg14: self.dg14.as_deref(),
            dg15: self.dg15.as_deref(),
            dg13_hash: self.dg13_hash.as_deref(),
        };
        let challenge = self.derived_challenge();
        let answer = self
            .answer
            .clone()
            .map(|response| ActiveAuthentication { challenge, response });
        let at = at.unwrap_or(Time(self.received_at.div_euclid(1000)));
        let mut judgement = judge(&files, answer.as_ref(), anchors, at);
        let other = self
            .challenge
            .as_ref()
            .is_some_and(|given| given[..] != challenge);
        if other || (self.answer.is_some() && self.challenge.is_none()) {
            judgement.chip = Finding::new(Verdict::Invalid, reason::CHALLENGE_DIFFERS);
        }
        judgement
    }
}

fn malformed() -> Error {
    Error::new(Kind::Malformed, PLACE)
}

fn number(value: &Value) -> Result<i64> {
    let number = value.as_integer().ok_or_else(malformed)?;
    number.try_into().map_err(|_| malformed())
}

/// Whether the server says that chip authentication proved the chip.
fn agreement(value: Value) -> Result<bool> {
    let mut fields = Fields::of(value)?;
    for time in [1, 2] {
        fields.number(time)?;
    }
    fields.bytes(3)?;
    fields.optional(4)?;
    let proven = fields.required(5)?.as_bool().ok_or_else(malformed)?;
    if fields.0.is_empty() {
        Ok(proven)
    } else {
        Err(malformed())
    }
}

/// A map with rising whole numbers as keys.
struct Fields(Vec<(i64, Value)>);

impl Fields {
    fn read(bytes: &[u8]) -> Result<Self> {
        let value: Value = cbor::de::from_reader(bytes).map_err(|_| malformed())?;
        let mut again = Vec::new();
        cbor::ser::into_writer(&value, &mut again).map_err(|_| malformed())?;
        if again != bytes {
            return Err(Error::new(Kind::NotDeterministic, PLACE));
        }
        Self::of(value)
    }

    fn of(value: Value) -> Result<Self> {
        let key = |key: Value| -> Result<i64> {
            let key: Integer = key.as_integer().ok_or_else(malformed)?;
            key.try_into().map_err(|_| malformed())
        };
        let entries = value.into_map().map_err(|_| malformed())?;
        let fields: Result<Vec<_>> = entries
            .into_iter()
            .map(|(name, value)| Ok((key(name)?, value)))
            .collect();
        let fields = fields?;
        if fields
            .iter()
            .zip(fields.iter().skip(1))
            .all(|(one, next)| one.0 < next.0)
        {
            Ok(Self(fields))
        } else {
            Err(Error::new(Kind::NotDeterministic, PLACE))
        }
    }

    fn take(&mut self, key: i64) -> Option<Value> {
        let at = self.0.iter().position(|(known, _)| *known == key)?;
        Some(self.0.remove(at).1)
    }

    fn required(&mut self, key: i64) -> Result<Value> {
        self.take(key).ok_or_else(malformed)
    }

    fn number(&mut self, key: i64) -> Result<i64> {
        number(&self.required(key)?)
    }

    fn bytes(&mut self, key: i64) -> Result<Vec<u8>> {
        self.required(key)?.into_bytes().map_err(|_| malformed())
    }

    fn optional(&mut self, key: i64) -> Result<Option<Vec<u8>>> {
        let value = self.take(key).map(Value::into_bytes).transpose();
        value.map_err(|_| malformed())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn entry(key: i64, value: Value) -> (Value, Value) {
        (Value::from(key), value)
    }

    fn fields() -> Vec<(Value, Value)> {
        let mut fields = vec![entry(1, Value::from(FORMAT))];
        fields.extend((2..=5).map(|key| entry(key, Value::Bytes(vec![7; 16]))));
        fields.push(entry(6, Value::Bytes(vec![8; 32])));
        fields.push(entry(7, Value::Bytes(vec![0; 8])));
        fields.push(entry(8, Value::from(1_000)));
        fields.push(entry(9, Value::from(2_000)));
        fields.push(entry(10, Value::from(0)));
        fields.extend((11..=13).map(|key| entry(key, Value::Bytes(vec![1; 10]))));
        fields.push(entry(17, Value::Bytes(vec![1; 10])));
        fields.push(entry(19, Value::Bytes(vec![2; 40])));
        fields
    }

    fn encoded(fields: Vec<(Value, Value)>) -> Vec<u8> {
        let mut bytes = Vec::new();
        cbor::ser::into_writer(&Value::Map(fields), &mut bytes).unwrap();
        bytes
    }

    #[test]
    fn a_challenge_that_does_not_follow_counts_for_nothing() {
        let evidence = KeptEvidence::parse(&encoded(fields())).unwrap();
        let judged = evidence.judge(&TrustAnchors::empty(), None);
        assert_eq!(judged.chip.reason, reason::CHALLENGE_DIFFERS);
        assert_eq!(evidence.agreement_proven, None);
    }

    #[test]
    fn another_checkpoint_is_another_challenge() {
        let mut other = fields();
        let last = other.last_mut().unwrap();
        last.1 = Value::Bytes(vec![3; 40]);
        let [one, other] = [fields(), other].map(|fields| KeptEvidence::parse(&encoded(fields)).unwrap());
        assert_ne!(one.derived_challenge(), other.derived_challenge());
    }

    #[test]
    fn one_encoding_only() {
        let refused = |fields| KeptEvidence::parse(&encoded(fields)).unwrap_err().kind();
        let mut turned = fields();
        turned.swap(3, 4);
        assert_eq!(refused(turned), Kind::NotDeterministic);
        let mut unknown = fields();
        unknown.push(entry(99, Value::Bool(true)));
        assert_eq!(refused(unknown), Kind::Malformed);
        let mut format = fields();
        format[0].1 = Value::from("another");
        assert_eq!(refused(format), Kind::Malformed);
        let mut longer = encoded(fields());
        longer.push(0);
        assert!(KeptEvidence::parse(&longer).is_err());
        for field in 0..14 {
            let mut missing = fields();
            missing.remove(field);
            let optional = matches!(field, 6 | 7 | 13);
            assert_eq!(
                KeptEvidence::parse(&encoded(missing)).is_ok(),
                optional,
                "{field}"
            );
        }
    }

    proptest! {
        #[test]
        fn never_panics(bytes: Vec<u8>, at in 0..150_usize, mask in 1..=255_u8) {
            drop(KeptEvidence::parse(&bytes));
            let mut changed = encoded(fields());
            let at = at % changed.len();
            changed[at] ^= mask;
            if let Ok(evidence) = KeptEvidence::parse(&changed) {
                evidence.judge(&TrustAnchors::empty(), None);
            }
        }
    }
}
