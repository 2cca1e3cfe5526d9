//! What is kept of a card, and for whom: the evidence is sealed to the audit key, which the server can't open; holder and
//! portrait are sealed with the node key for the desk, for as long as the judgement can be used. The database serves all
//! nodes and outlives a restart, memory would not; the rows go at admission and when the judgement is too old. Plain rules.

use super::admit::JUDGEMENT_LIFE;
use super::judgement::{JPEG, Outcome};
use certs::seal::{ContentKey, open, seal};
use certs::sealed_box::{self, AuditKeyPair, AuditPublicKey};
use exam_protocol::checkin::Holder;
use exam_protocol::id::CheckinId;
use exam_protocol::time::Timestamp;
use ring::rand::SecureRandom;

/// Purpose of the boxes that hold evidence.
const EVIDENCE: &[u8] = b"truong-thi check-in evidence 1";

/// Bytes of the nonce that stands before the ciphertext.
const NONCE: usize = 12;

/// A judgement's personal data, ready to be stored.
#[derive(Clone, Debug)]
pub struct Kept {
    /// The evidence, sealed to the audit key.
    pub evidence: Vec<u8>,
    /// The holder for the desk.
    pub holder: Option<Vec<u8>>,
    /// The portrait for the desk, where browsers can show it.
    pub portrait: Option<Vec<u8>>,
    /// When the desk's part goes.
    pub expires_at: Timestamp,
}

/// A desk's row could not be opened: another node key, or the row was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("what was kept for the desk does not open: another node key, or the row was changed")]
pub struct NotOurs;

#[derive(Clone, Copy)]
enum Part {
    Holder,
    Portrait,
}

/// Binds a sealed part to its check-in, so that rows can't be exchanged for one another.
fn bound(part: Part, checkin: CheckinId) -> Vec<u8> {
    let label: &[u8] = match part {
        Part::Holder => b"truong-thi desk holder ",
        Part::Portrait => b"truong-thi desk portrait ",
    };
    [label, checkin.0.as_slice()].concat()
}

fn wrap(
    (key, random): (&ContentKey, &dyn SecureRandom),
    part: Part,
    checkin: CheckinId,
    content: &[u8],
) -> Result<Vec<u8>, certs::Error> {
    let sealed = seal(key, random, &bound(part, checkin), content)?;
    Ok([&sealed.nonce[..], &sealed.ciphertext].concat())
}

fn unwrap(key: &ContentKey, part: Part, checkin: CheckinId, sealed: &[u8]) -> Result<Vec<u8>, NotOurs> {
    let (nonce, ciphertext) = sealed.split_first_chunk::<NONCE>().ok_or(NotOurs)?;
    open(key, nonce, &bound(part, checkin), ciphertext).map_err(|_| NotOurs)
}

impl Kept {
    /// Seals what a judgement found.
    ///
    /// # Errors
    /// When the generator gives no randomness.
    pub fn seal(
        outcome: &Outcome,
        audit: &AuditPublicKey,
        node: (&ContentKey, &dyn SecureRandom),
        now: Timestamp,
    ) -> Result<Self, certs::Error> {
        let checkin = outcome.checkin;
        let holder = outcome.judged.holder.as_ref().map(|holder| {
            let text = serde_json::to_vec(holder).expect("texts are JSON");
            wrap(node, Part::Holder, checkin, &text)
        });
        let shown = outcome
            .portrait
            .as_ref()
            .filter(|portrait| portrait.content_type == JPEG);
        let portrait = shown.map(|portrait| wrap(node, Part::Portrait, checkin, &portrait.bytes));
        Ok(Self {
            evidence: sealed_box::seal(audit, node.1, EVIDENCE, checkin.0.as_slice(), &outcome.evidence)?,
            holder: holder.transpose()?,
            portrait: portrait.transpose()?,
            expires_at: now + JUDGEMENT_LIFE,
        })
    }
}

/// The holder for the desk.
///
/// # Errors
/// [`NotOurs`].
pub fn holder(node: &ContentKey, checkin: CheckinId, sealed: &[u8]) -> Result<Holder, NotOurs> {
    let text = unwrap(node, Part::Holder, checkin, sealed)?;
    serde_json::from_slice(&text).map_err(|_| NotOurs)
}

/// The portrait for the desk, JPEG.
///
/// # Errors
/// [`NotOurs`].
pub fn portrait(node: &ContentKey, checkin: CheckinId, sealed: &[u8]) -> Result<Vec<u8>, NotOurs> {
    unwrap(node, Part::Portrait, checkin, sealed)
}

/// The evidence, for the holder of the audit key: [`super::evidence::CardRecord`] in deterministic CBOR.
///
/// # Errors
/// When the key is another, or the box another check-in's.
pub fn evidence(pair: &AuditKeyPair, checkin: CheckinId, sealed: &[u8]) -> Result<Vec<u8>, certs::Error> {
    sealed_box::open(pair, EVIDENCE, checkin.0.as_slice(), sealed)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use certs::travel_document::Portrait;
    use exam_protocol::bytes::Fixed;
    use exam_protocol::checkin::{AdmissionRule, Finding, Verdict, Verdicts};
    use exam_protocol::console::Judged;
    use ring::rand::SystemRandom;

    /// A portrait as it is kept for the desk.
    pub fn sealed_portrait(node: &ContentKey, checkin: CheckinId, bytes: &[u8]) -> Vec<u8> {
        wrap((node, &SystemRandom::new()), Part::Portrait, checkin, bytes).unwrap()
    }

    fn outcome(content_type: &'static str) -> Outcome {
        let finding = || Finding {
            verdict: Verdict::Valid,
            reason: "ok".into(),
        };
        Outcome {
            checkin: CheckinId::from_random([1; 16]),
            judged: Judged {
                verdicts: Verdicts {
                    integrity: finding(),
                    issuer: finding(),
                    chip: finding(),
                },
                rule: AdmissionRule::Proctor,
                holder: Some(Holder {
                    citizen_number: "001308000001".into(),
                    name: "NGUYEN".into(),
                    birth_date: String::new(),
                    sex: "F".into(),
                    expiry_date: String::new(),
                }),
                portrait: true,
                remarks: vec![],
            },
            evidence: b"the record".to_vec(),
            evidence_hash: Fixed([0; 32]),
            portrait: Some(Portrait {
                content_type,
                bytes: vec![0xff, 0xd8],
            }),
            chip_authentication: None,
            signer: None,
        }
    }

    #[test]
    fn the_desk_sees_its_part_and_only_the_audit_key_the_evidence() {
        let random = SystemRandom::new();
        let (pair, node) = (
            AuditKeyPair::generate(&random).unwrap(),
            ContentKey::from_bytes([7; 32]),
        );
        let seal = |content_type| {
            let outcome = outcome(content_type);
            Kept::seal(&outcome, pair.public(), (&node, &random), Timestamp(0)).unwrap()
        };
        let (kept, id) = (seal(JPEG), CheckinId::from_random([1; 16]));
        let other = CheckinId::from_random([2; 16]);
        let (sealed, face) = (kept.holder.unwrap(), kept.portrait.unwrap());
        assert_eq!(holder(&node, id, &sealed).unwrap().name, "NGUYEN");
        assert_eq!(portrait(&node, id, &face), Ok(vec![0xff, 0xd8]));
        assert_eq!(holder(&node, other, &sealed).unwrap_err(), NotOurs);
        assert_eq!(
            portrait(&node, id, &sealed),
            Err(NotOurs),
            "a part is not another"
        );
        assert_eq!(evidence(&pair, id, &kept.evidence).unwrap(), b"the record");
        assert!(evidence(&pair, other, &kept.evidence).is_err());
        let stranger = AuditKeyPair::generate(&random).unwrap();
        assert!(evidence(&stranger, id, &kept.evidence).is_err());
        assert_eq!(
            seal("image/jp2").portrait,
            None,
            "what no browser shows is not kept for the desk"
        );
    }
}
