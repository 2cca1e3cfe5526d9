//! The server's own judgement of a card: three verdicts from `certs`, the challenge's age, the match with the roster, and
//! the rule that follows. Pure: bytes, anchors and times are arguments.

use super::agreement::{self, Concluded};
use super::evidence::{AgreementRecord, CardRecord, Context};
use super::roster_match::{self, ALREADY_ADMITTED, Expected, NUMBER_DIFFERS};
use certs::Time;
use certs::travel_document::admission::DOCUMENT_UNREADABLE;
use certs::travel_document::date::Date;
use certs::travel_document::mrz::Td1;
use certs::travel_document::{
    self as document, ActiveAuthentication, Additions, DocumentFiles, Judgement, Portrait, Rule, TrustAnchors,
};
use exam_protocol::bytes::{Bytes, Digest, Fixed};
use exam_protocol::checkin::{AdmissionRule, Finding, Holder, Verdict, Verdicts};
use exam_protocol::console::Judged;
use exam_protocol::id::{CheckinId, RoomId};
use exam_protocol::station::CardEvidence;
use exam_protocol::time::{Millis, Timestamp};

/// The portrait format that every browser shows.
pub const JPEG: &str = "image/jpeg";

/// The chip's answer came after the challenge had run out.
const CHALLENGE_EXPIRED: &str = "challenge-expired";
/// An answer although no challenge was given.
const CHALLENGE_NOT_GIVEN: &str = "challenge-not-given";

/// What the server has to know of a reading under way.
#[derive(Clone, Debug)]
pub struct UnderWay {
    /// The room.
    pub room: RoomId,
    /// What the evidence is tied to.
    pub context: Context,
    /// Whether it still waits for evidence.
    pub open: bool,
    /// Who is expected.
    pub expected: Expected,
    /// Whether the candidate was let in before.
    pub admitted_before: bool,
}

/// What is to be judged.
#[derive(Clone, Debug)]
pub struct Case {
    /// The reading.
    pub under_way: UnderWay,
    /// What the station relayed.
    pub evidence: CardEvidence,
    /// What came of this server's chip authentication, if it was begun.
    pub agreement: Option<Concluded>,
    /// When it arrived.
    pub received_at: Timestamp,
    /// How long a challenge can be answered.
    pub challenge_life: Millis,
    /// Whether an unconfirmed issuer needs a second official.
    pub strict_issuer: bool,
}

/// What is stored.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Which check-in.
    pub checkin: CheckinId,
    /// What the desk sees.
    pub judged: Judged,
    /// The evidence, [`CardRecord`] in deterministic CBOR.
    pub evidence: Vec<u8>,
    /// Its SHA-256.
    pub evidence_hash: Digest,
    /// The chip's portrait, if data group 2 holds one.
    pub portrait: Option<Portrait>,
    /// Whether chip authentication proved the chip; none where it was not begun.
    pub chip_authentication: Option<bool>,
    /// By whom the card was signed, if its integrity is valid.
    pub signer: Option<SeenSigner>,
}

/// A document signer as a card showed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenSigner {
    /// SHA-256 of the certificate.
    pub fingerprint: Digest,
    /// X.509 in DER.
    pub certificate: Vec<u8>,
    /// Common name; empty where it has none.
    pub name: String,
    /// Common name of the issuer.
    pub issuer_name: String,
    /// The verdict on it.
    pub issuer: Finding,
}

fn seen(judgement: &Judgement) -> Option<SeenSigner> {
    let signer = judgement
        .signer
        .as_ref()
        .filter(|_| judgement.integrity.verdict == document::Verdict::Valid)?;
    Some(SeenSigner {
        fingerprint: Fixed(signer.fingerprint),
        certificate: signer.certificate.clone(),
        name: signer.name.clone().unwrap_or_default(),
        issuer_name: signer.issuer.clone().unwrap_or_default(),
        issuer: finding(judgement.issuer),
    })
}

/// Judges a card against the installed trust anchors.
pub fn judge(case: &Case, anchors: &TrustAnchors) -> Outcome {
    let mut record = CardRecord::new(&case.under_way.context, case.evidence.clone(), case.received_at);
    let at = Time(case.received_at.0.div_euclid(1000));
    let additions = Additions {
        chip_authentication: case
            .agreement
            .as_ref()
            .and_then(|concluded| concluded.proof.as_ref()),
        ..Additions::default()
    };
    let answer = answer(&record);
    let mut judgement = document::judge_with(&files(&record), answer.as_ref(), &additions, anchors, at);
    if let Some(concluded) = &case.agreement {
        agreement::lower(&mut judgement, concluded, case.challenge_life);
        let dg14 = record.dg14.as_ref().map_or(&[][..], |dg14| &dg14.0);
        let proven = agreement::stands(concluded, dg14, case.challenge_life);
        record.chip_authentication = Some(AgreementRecord::new(concluded, proven));
    }
    if let Some(reason) = untimely(&record, case.challenge_life) {
        judgement.chip = document::Finding {
            verdict: document::Verdict::Invalid,
            reason,
        };
    }
    conclude(case, &record, judgement)
}

fn files(record: &CardRecord) -> DocumentFiles<'_> {
    fn optional(part: Option<&Bytes>) -> Option<&[u8]> {
        part.map(|bytes| bytes.0.as_slice())
    }
    DocumentFiles {
        sod: &record.sod.0,
        dg1: &record.dg1.0,
        dg2: &record.dg2.0,
        dg14: optional(record.dg14.as_ref()),
        dg15: optional(record.dg15.as_ref()),
        dg13_hash: optional(record.dg13_hash.as_ref()),
    }
}

fn answer(record: &CardRecord) -> Option<ActiveAuthentication> {
    let response = record.active_authentication.as_ref()?.0.clone();
    Some(ActiveAuthentication {
        challenge: record.challenge?.0,
        response,
    })
}

/// What is wrong with the time of the chip's answer, whatever its signature is worth.
fn untimely(record: &CardRecord, life: Millis) -> Option<&'static str> {
    record.active_authentication.as_ref()?;
    match record.challenged_at {
        None => Some(CHALLENGE_NOT_GIVEN),
        Some(at) if record.received_at - at > life => Some(CHALLENGE_EXPIRED),
        Some(_) => None,
    }
}

fn conclude(case: &Case, record: &CardRecord, judgement: Judgement) -> Outcome {
    let (evidence, evidence_hash) = record.seal();
    let signer = seen(&judgement);
    let found = found(judgement);
    Outcome {
        checkin: case.under_way.context.checkin,
        judged: weigh(case, &found),
        evidence,
        evidence_hash,
        portrait: found.portrait,
        chip_authentication: record
            .chip_authentication
            .as_ref()
            .map(|agreement| agreement.proven),
        signer,
    }
}

/// A judgement in terms of the wire.
#[derive(Clone, Debug)]
struct Found {
    verdicts: Verdicts,
    /// The verdict table's row, or the reason of the refusal.
    row: Result<Rule, &'static str>,
    holder: Option<Holder>,
    portrait: Option<Portrait>,
}

fn found(judgement: Judgement) -> Found {
    Found {
        verdicts: Verdicts {
            integrity: finding(judgement.integrity),
            issuer: finding(judgement.issuer),
            chip: finding(judgement.chip),
        },
        holder: judgement.document.as_ref().map(|document| holder(&document.mrz)),
        portrait: judgement
            .document
            .as_ref()
            .and_then(|document| document.portrait.clone()),
        row: judgement
            .admission()
            .map(|card| card.rule)
            .map_err(|refused| refused.reason),
    }
}

fn weigh(case: &Case, found: &Found) -> Judged {
    let mut remarks = remarks(case, found.holder.as_ref());
    if found.row == Err(DOCUMENT_UNREADABLE) {
        remarks.insert(0, DOCUMENT_UNREADABLE);
    }
    let rule = match found.row {
        Ok(row) if !remarks.contains(&NUMBER_DIFFERS) => rule(row, case.strict_issuer),
        _ => AdmissionRule::Refused,
    };
    Judged {
        verdicts: found.verdicts.clone(),
        rule,
        holder: found.holder.clone(),
        portrait: found
            .portrait
            .as_ref()
            .is_some_and(|portrait| portrait.content_type == JPEG),
        remarks: remarks.into_iter().map(str::to_owned).collect(),
    }
}

/// The verdict table's row, made stricter by the setting.
fn rule(row: Rule, strict_issuer: bool) -> AdmissionRule {
    match row {
        Rule::Proctor => AdmissionRule::Proctor,
        Rule::ProctorIssuerUnconfirmed if strict_issuer => AdmissionRule::TwoOfficials,
        Rule::ProctorIssuerUnconfirmed => AdmissionRule::ProctorIssuerUnconfirmed,
        Rule::TwoOfficials => AdmissionRule::TwoOfficials,
    }
}

fn remarks(case: &Case, holder: Option<&Holder>) -> Vec<&'static str> {
    let today = day_in_vietnam(case.received_at)
        .map(|day| day.to_string())
        .unwrap_or_default();
    let mut remarks = holder
        .map(|holder| roster_match::remarks(&case.under_way.expected, holder, &today))
        .unwrap_or_default();
    if case.under_way.admitted_before {
        remarks.push(ALREADY_ADMITTED);
    }
    remarks
}

fn finding(finding: document::Finding) -> Finding {
    let verdict = match finding.verdict {
        document::Verdict::Valid => Verdict::Valid,
        document::Verdict::Invalid => Verdict::Invalid,
        document::Verdict::Unknown => Verdict::Unknown,
        document::Verdict::NotPresent => Verdict::NotPresent,
    };
    Finding {
        verdict,
        reason: finding.reason.to_owned(),
    }
}

fn holder(mrz: &Td1) -> Holder {
    let text = |date: Option<Date>| date.map(|date| date.to_string()).unwrap_or_default();
    Holder {
        citizen_number: mrz.citizen_number().unwrap_or_default().to_owned(),
        name: mrz.name(),
        birth_date: text(mrz.birth_date()),
        sex: mrz.sex.to_string(),
        expiry_date: text(mrz.expiry_date()),
    }
}

/// The calendar day in Vietnam (UTC+7 all year).
pub fn day_in_vietnam(at: Timestamp) -> Option<Date> {
    let seconds = (at + Millis::minutes(7 * 60)).0.div_euclid(1000);
    let day = time::OffsetDateTime::from_unix_timestamp(seconds).ok()?.date();
    Date::new(u16::try_from(day.year()).ok()?, day.month().into(), day.day())
}

#[cfg(test)]
mod tests;
