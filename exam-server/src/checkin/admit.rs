//! Letting somebody in: proof in, record out.
//!
//! An [`AdmissionRecord`] is the only thing that the store writes, and there are three ways to make one: from an
//! [`Admissible`] check-in, which only a stored judgement of the server yields, by two officials without a card, or for an
//! [`Invented`] candidate of a rehearsal.
//! A card that was refused or never judged can't be admitted because there is no value to pass.

use super::evidence::ManualRecord;
use crate::exam::rehearsal::Invented;
use crate::staff::control::TwoPeople;
use crate::staff::store::Member;
use exam_protocol::bytes::Digest;
use exam_protocol::checkin::{AdmissionRule, Verdicts};
use exam_protocol::console::{CheckinStatus, Judged};
use exam_protocol::id::{AttemptId, CheckinId, StaffId};
use exam_protocol::time::{Millis, Timestamp};

/// How long a judgement can be used: the person at the desk is still the one whose card was read.
pub(super) const JUDGEMENT_LIFE: Millis = Millis::minutes(30);

/// Shortest and longest reason, in characters.
const SHORTEST_REASON: usize = 5;
const LONGEST_REASON: usize = 500;

/// The reason of every admission of a rehearsal.
const REHEARSED: &str = "diễn tập / rehearsal";

/// Why nobody is let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotAdmitted {
    /// The reading is under way or has failed: there is no judgement.
    NotJudged,
    /// The judgement refuses the card.
    CardRefused,
    /// The judgement is too old.
    TooOld,
    /// This check-in has let somebody in already.
    AlreadyUsed,
    /// The proctor has not confirmed the face.
    FaceNotConfirmed,
    /// A second official has to confirm.
    SecondOfficialNeeded,
    /// The second official is the first one, or has no right to this room.
    SecondOfficialUnsuitable,
    /// A reason is needed, of sensible length.
    ReasonNeeded,
}

/// A reason that somebody gave: trimmed, neither empty nor endless.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason(String);

impl Reason {
    /// Takes a reason.
    ///
    /// # Errors
    /// [`NotAdmitted::ReasonNeeded`] when it is too short or too long.
    pub fn new(text: &str) -> Result<Self, NotAdmitted> {
        let text = text.trim();
        if (SHORTEST_REASON..=LONGEST_REASON).contains(&text.chars().count()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(NotAdmitted::ReasonNeeded)
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A second official who has just proven who they are, is another person beside whom nobody has both accounts in hands, and
/// has the right to this room.
#[derive(Clone, Debug)]
pub struct SecondOfficial(StaffId);

impl SecondOfficial {
    /// Takes a member whose password was checked a moment ago, with the proof that the two are two people; `may_enter` says
    /// whether the room is open to them.
    ///
    /// # Errors
    /// [`NotAdmitted::SecondOfficialUnsuitable`], also when the proof is about others.
    pub fn new(
        first: &Member,
        checked: &Member,
        two: TwoPeople,
        may_enter: bool,
    ) -> Result<Self, NotAdmitted> {
        let about_these = two.first() == first.id && two.second() == checked.id;
        if checked.id == first.id || !about_these || !may_enter {
            return Err(NotAdmitted::SecondOfficialUnsuitable);
        }
        Ok(Self(checked.id))
    }
}

/// A check-in as stored.
#[derive(Clone, Debug)]
pub struct StoredCheckin {
    /// Id.
    pub checkin: CheckinId,
    /// Attempt.
    pub attempt: AttemptId,
    /// How far it is.
    pub status: CheckinStatus,
    /// Hash of the stored evidence, once there is any.
    pub evidence: Option<Digest>,
    /// When it was judged.
    pub finished_at: Option<Timestamp>,
    /// Whether it has let somebody in.
    pub used: bool,
}

/// A check-in whose stored judgement allows admission.
#[derive(Clone, Debug)]
pub struct Admissible {
    checkin: CheckinId,
    attempt: AttemptId,
    rule: AdmissionRule,
    verdicts: Verdicts,
    evidence: Digest,
}

impl Admissible {
    /// Only the loader of this slice calls this, with what the database holds.
    pub(super) fn from_stored(stored: StoredCheckin, now: Timestamp) -> Result<Self, NotAdmitted> {
        if stored.used {
            return Err(NotAdmitted::AlreadyUsed);
        }
        let (CheckinStatus::Judged(judged), Some(evidence), Some(at)) =
            (stored.status, stored.evidence, stored.finished_at)
        else {
            return Err(NotAdmitted::NotJudged);
        };
        if now - at > JUDGEMENT_LIFE {
            return Err(NotAdmitted::TooOld);
        }
        let Judged { verdicts, rule, .. } = judged;
        if rule == AdmissionRule::Refused {
            return Err(NotAdmitted::CardRefused);
        }
        Ok(Self {
            checkin: stored.checkin,
            attempt: stored.attempt,
            rule,
            verdicts,
            evidence,
        })
    }

    /// The attempt.
    pub fn attempt(&self) -> AttemptId {
        self.attempt
    }

    /// Whether two officials are needed.
    pub fn needs_second(&self) -> bool {
        self.rule == AdmissionRule::TwoOfficials
    }

    /// Lets the candidate in.
    ///
    /// # Errors
    /// What the rule of this check-in still wants.
    pub fn admit(
        self,
        first: &Member,
        face_confirmed: bool,
        second: Option<(SecondOfficial, Reason)>,
        at: Timestamp,
    ) -> Result<AdmissionRecord, NotAdmitted> {
        if !face_confirmed {
            return Err(NotAdmitted::FaceNotConfirmed);
        }
        if self.needs_second() && second.is_none() {
            return Err(NotAdmitted::SecondOfficialNeeded);
        }
        let (second, reason) = second.map_or((None, String::new()), |(s, reason)| (Some(s.0), reason.0));
        let card = Some(ByCard {
            checkin: self.checkin,
            rule: self.rule,
            verdicts: self.verdicts,
        });
        let evidence = self.evidence;
        Ok(AdmissionRecord {
            attempt: self.attempt,
            at,
            card,
            first: first.id,
            second,
            reason,
            evidence,
        })
    }
}

/// What a card contributed to an admission.
#[derive(Clone, Debug)]
pub struct ByCard {
    /// The check-in.
    pub checkin: CheckinId,
    /// The rule that held.
    pub rule: AdmissionRule,
    /// The verdicts.
    pub verdicts: Verdicts,
}

/// An admission, ready to be written. Its fields can be read; only this file makes one.
#[derive(Clone, Debug)]
pub struct AdmissionRecord {
    attempt: AttemptId,
    at: Timestamp,
    card: Option<ByCard>,
    first: StaffId,
    second: Option<StaffId>,
    reason: String,
    evidence: Digest,
}

impl AdmissionRecord {
    /// Lets somebody in without a card: two officials and a reason, marked as such for ever.
    pub fn without_card(
        attempt: AttemptId,
        first: &Member,
        second: &SecondOfficial,
        reason: Reason,
        at: Timestamp,
    ) -> Self {
        let statement = ManualRecord {
            format: ManualRecord::FORMAT.to_owned(),
            attempt,
            at,
            first: first.id.to_string(),
            second: second.0.to_string(),
            reason: reason.0.clone(),
        };
        let evidence = statement.hash();
        Self {
            attempt,
            at,
            card: None,
            first: first.id,
            second: Some(second.0),
            reason: reason.0,
            evidence,
        }
    }

    /// Lets an invented candidate of a rehearsal in, in the name of the member who set it up.
    pub fn rehearsed(invented: &Invented, official: StaffId, at: Timestamp) -> Self {
        let attempt = invented.attempt();
        let statement = ManualRecord {
            format: ManualRecord::FORMAT.to_owned(),
            attempt,
            at,
            first: official.to_string(),
            second: String::new(),
            reason: REHEARSED.to_owned(),
        };
        Self {
            attempt,
            at,
            card: None,
            first: official,
            second: None,
            evidence: statement.hash(),
            reason: statement.reason,
        }
    }

    /// Who is let in.
    pub fn attempt(&self) -> AttemptId {
        self.attempt
    }

    /// When.
    pub fn at(&self) -> Timestamp {
        self.at
    }

    /// By which card; none without one.
    pub fn card(&self) -> Option<&ByCard> {
        self.card.as_ref()
    }

    /// First official.
    pub fn first(&self) -> StaffId {
        self.first
    }

    /// Second official.
    pub fn second(&self) -> Option<StaffId> {
        self.second
    }

    /// Reason; empty where none was needed.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// Hash of the evidence, for the seat's certificate.
    pub fn evidence(&self) -> Digest {
        self.evidence
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::staff::control::{History, Pair};
    use exam_protocol::bytes::Fixed;
    use exam_protocol::checkin::{Finding, Verdict};
    use exam_protocol::id::OrganisationId;
    use exam_protocol::station::{ReadFailure, ReadStep};

    fn member(id: u8) -> Member {
        Member {
            id: StaffId::from_random([id; 16]),
            name: id.to_string(),
            display_name: id.to_string(),
            organisation: OrganisationId::from_random([9; 16]),
        }
    }

    fn judged(rule: AdmissionRule) -> CheckinStatus {
        let finding = || Finding {
            verdict: Verdict::Valid,
            reason: "ok".into(),
        };
        let verdicts = Verdicts {
            integrity: finding(),
            issuer: finding(),
            chip: finding(),
        };
        CheckinStatus::Judged(Judged {
            verdicts,
            rule,
            holder: None,
            portrait: false,
            remarks: vec![],
        })
    }

    fn stored(status: CheckinStatus) -> StoredCheckin {
        StoredCheckin {
            checkin: CheckinId::from_random([1; 16]),
            attempt: AttemptId::from_random([2; 16]),
            status,
            evidence: Some(Fixed([3; 32])),
            finished_at: Some(Timestamp(0)),
            used: false,
        }
    }

    /// Two strangers: nobody ever changed either account.
    fn two(first: u8, second: u8) -> TwoPeople {
        let history = History {
            changes: &[],
            window: Millis::minutes(1),
            two_organisations: false,
        };
        let pair = Pair {
            proposer: member(first).id,
            proposed_at: Timestamp(1),
            decider: member(second).id,
        };
        history.two_people(pair, Timestamp(1)).unwrap()
    }

    fn second() -> (SecondOfficial, Reason) {
        (
            SecondOfficial::new(&member(1), &member(2), two(1, 2), true).unwrap(),
            Reason::new("đủ lý do").unwrap(),
        )
    }

    #[test]
    fn only_a_stored_judgement_that_does_not_refuse_yields_the_proof() {
        let check = |stored: StoredCheckin, now, expected: Result<(), NotAdmitted>| {
            assert_eq!(
                Admissible::from_stored(stored, Timestamp(now)).map(|_| ()),
                expected
            );
        };
        check(stored(judged(AdmissionRule::Proctor)), 1, Ok(()));
        check(stored(judged(AdmissionRule::TwoOfficials)), 1, Ok(()));
        check(
            stored(judged(AdmissionRule::Refused)),
            1,
            Err(NotAdmitted::CardRefused),
        );
        check(
            stored(CheckinStatus::Reading(ReadStep::Access)),
            1,
            Err(NotAdmitted::NotJudged),
        );
        check(
            stored(CheckinStatus::Failed(ReadFailure::CardRemoved)),
            1,
            Err(NotAdmitted::NotJudged),
        );
        let without = StoredCheckin {
            evidence: None,
            ..stored(judged(AdmissionRule::Proctor))
        };
        check(without, 1, Err(NotAdmitted::NotJudged));
        let used = StoredCheckin {
            used: true,
            ..stored(judged(AdmissionRule::Proctor))
        };
        check(used, 1, Err(NotAdmitted::AlreadyUsed));
        check(stored(judged(AdmissionRule::Proctor)), JUDGEMENT_LIFE.0, Ok(()));
        check(
            stored(judged(AdmissionRule::Proctor)),
            JUDGEMENT_LIFE.0 + 1,
            Err(NotAdmitted::TooOld),
        );
    }

    #[test]
    fn each_rule_gets_what_it_wants_and_no_less() {
        let admit = |rule, face, second| {
            let admissible = Admissible::from_stored(stored(judged(rule)), Timestamp(1)).unwrap();
            admissible
                .admit(&member(1), face, second, Timestamp(2))
                .map(|record| record.second().is_some())
        };
        assert_eq!(admit(AdmissionRule::Proctor, true, None), Ok(false));
        assert_eq!(
            admit(AdmissionRule::Proctor, false, None),
            Err(NotAdmitted::FaceNotConfirmed)
        );
        assert_eq!(
            admit(AdmissionRule::ProctorIssuerUnconfirmed, true, None),
            Ok(false)
        );
        assert_eq!(
            admit(AdmissionRule::TwoOfficials, true, None),
            Err(NotAdmitted::SecondOfficialNeeded)
        );
        assert_eq!(
            admit(AdmissionRule::TwoOfficials, false, Some(second())),
            Err(NotAdmitted::FaceNotConfirmed)
        );
        assert_eq!(admit(AdmissionRule::TwoOfficials, true, Some(second())), Ok(true));
    }

    #[test]
    fn the_second_official_is_another_person_with_a_right_to_the_room() {
        let new = |id, of, may_enter| {
            SecondOfficial::new(&member(1), &member(id), two(of, 2), may_enter).map(|_| ())
        };
        assert_eq!(new(2, 1, true), Ok(()));
        for (id, of, may_enter) in [(1, 1, true), (2, 1, false), (2, 3, true), (3, 1, true)] {
            assert_eq!(new(id, of, may_enter), Err(NotAdmitted::SecondOfficialUnsuitable));
        }
    }

    #[test]
    fn reasons_say_something() {
        assert!(Reason::new("Thẻ gãy").is_ok());
        for bad in ["", "    ", " a   ", &"x".repeat(501)] {
            assert_eq!(Reason::new(bad), Err(NotAdmitted::ReasonNeeded));
        }
    }

    #[test]
    fn a_manual_admission_commits_to_who_and_why() {
        let record = |second: u8, reason| {
            let second = SecondOfficial::new(&member(1), &member(second), two(1, second), true).unwrap();
            let reason = Reason::new(reason).unwrap();
            AdmissionRecord::without_card(
                AttemptId::from_random([2; 16]),
                &member(1),
                &second,
                reason,
                Timestamp(2),
            )
        };
        assert!(record(2, "quên thẻ").card().is_none());
        assert_ne!(record(2, "quên thẻ").evidence(), record(3, "quên thẻ").evidence());
        assert_ne!(record(2, "quên thẻ").evidence(), record(2, "thẻ hỏng").evidence());
    }
}
