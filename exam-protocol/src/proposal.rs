//! Acts that need two people of two organisations: what one proposes, and what the other sees and decides.
//!
//! What was proposed is a [`ProposalContent`]; its deterministic CBOR is stored and hashed when it is made and never again
//! made from anything else. The second person sends back the hash of what was shown, so that nobody can approve one thing
//! and have another done.

use crate::bytes::Digest;
use crate::canonical;
use crate::id::{AttemptId, OrganisationId, ProposalId, RoomId, SittingId, StaffId};
use crate::time::Timestamp;
use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

/// An act that one person alone can't do, with everything that it depends on.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum CriticalAct {
    /// Starts a room outside the window around its planned start: releases the paper's keys.
    #[n(0)]
    StartRoom {
        /// The room.
        #[n(0)]
        room: RoomId,
    },
    /// Gives more time than one proctor may.
    #[n(1)]
    AddTime {
        /// The room.
        #[n(0)]
        room: RoomId,
        /// One attempt, or all.
        #[n(1)]
        attempt: Option<AttemptId>,
        /// Whole minutes, 1 to 120.
        #[n(2)]
        minutes: u16,
    },
    /// Takes an attempt out of marking; it stays on record, and on lists with the reason.
    #[n(2)]
    VoidAttempt {
        /// The attempt.
        #[n(0)]
        attempt: AttemptId,
    },
    /// Opens an attempt again that was handed in or whose time is over, while its room is not closed.
    #[n(3)]
    ReopenAttempt {
        /// The attempt.
        #[n(0)]
        attempt: AttemptId,
        /// Time that it then has, in whole minutes, 1 to 180.
        #[n(1)]
        minutes: u16,
    },
    /// Lets the proposer read sealed personal data of one candidate for ten minutes.
    #[n(4)]
    Unmask {
        /// Whose.
        #[n(0)]
        attempt: AttemptId,
        /// What.
        #[n(1)]
        what: Masked,
    },
    /// Corrects the answer key of one question after closing; all closed rooms of the sitting are marked again.
    #[n(5)]
    CorrectKey {
        /// The sitting.
        #[n(0)]
        sitting: SittingId,
        /// Position of the item in the paper's source, from 0: the same in every form.
        #[n(1)]
        item: u16,
        /// How.
        #[n(2)]
        correction: KeyCorrection,
    },
    /// Gives more time to every room of a sitting that is open or running.
    #[n(6)]
    AddSittingTime {
        /// The sitting.
        #[n(0)]
        sitting: SittingId,
        /// Whole minutes, 1 to 120.
        #[n(1)]
        minutes: u16,
    },
    /// Gives a candidate time beyond the duration by right (accommodation), instead of what was given so before.
    #[n(7)]
    Accommodate {
        /// The attempt.
        #[n(0)]
        attempt: AttemptId,
        /// Part of the duration in per cent, 0 to 100.
        #[n(1)]
        percent: u8,
        /// Whole minutes beside it, 0 to 180.
        #[n(2)]
        minutes: u16,
    },
    /// Lets lines count that came after the deadline and its grace; a closed room is marked again.
    #[n(8)]
    CountLate {
        /// The attempt.
        #[n(0)]
        attempt: AttemptId,
        /// The last line that counts: what was there when it was proposed.
        #[n(1)]
        last: u64,
    },
}

/// Personal data that is stored sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Encode, Decode, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
#[cbor(index_only)]
pub enum Masked {
    /// The portrait of the chip.
    #[n(0)]
    Portrait,
    /// The whole evidence of the check-in.
    #[n(1)]
    Evidence,
}

/// How the key of one question is corrected.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case", tag = "how")]
pub enum KeyCorrection {
    /// Everybody gets all marks of the question.
    #[n(0)]
    FullMarks,
    /// For a question with one right option: this one is right too.
    #[n(1)]
    AcceptOption {
        /// Position in the paper's source, from 0: the same in every form.
        #[n(0)]
        option: u8,
    },
    /// For a typed answer: this text or number is right too.
    #[n(2)]
    AcceptText {
        /// As a candidate would type it, at most 100 characters.
        #[n(0)]
        text: String,
    },
}

impl CriticalAct {
    /// The stable name of its kind, as sent and audited.
    pub fn name(&self) -> &'static str {
        match self {
            Self::StartRoom { .. } => "start_room",
            Self::AddTime { .. } => "add_time",
            Self::VoidAttempt { .. } => "void_attempt",
            Self::ReopenAttempt { .. } => "reopen_attempt",
            Self::Unmask { .. } => "unmask",
            Self::CorrectKey { .. } => "correct_key",
            Self::AddSittingTime { .. } => "add_sitting_time",
            Self::Accommodate { .. } => "accommodate",
            Self::CountLate { .. } => "count_late",
        }
    }
}

/// Exactly what was proposed. Its bytes never change.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cbor(map)]
pub struct ProposalContent {
    /// Its id.
    #[n(1)]
    pub id: ProposalId,
    /// What is to be done.
    #[n(2)]
    pub act: CriticalAct,
    /// On what, in words: "Phòng 01 · Toán · Điểm thi THPT A", for an attempt with candidate number, name and seat.
    #[n(3)]
    pub object: String,
    /// Why.
    #[n(4)]
    pub reason: String,
    /// Who proposes it.
    #[n(5)]
    pub proposer: StaffId,
    /// Name as shown.
    #[n(6)]
    pub proposer_name: String,
    /// The organisation that the proposer works for.
    #[n(7)]
    pub organisation: OrganisationId,
    /// Its name.
    #[n(8)]
    pub organisation_name: String,
    /// When.
    #[n(9)]
    pub proposed_at: Timestamp,
    /// Until when it can be decided.
    #[n(10)]
    pub expires_at: Timestamp,
}

impl ProposalContent {
    /// The bytes that are stored and hashed (SHA-256).
    pub fn to_bytes(&self) -> Vec<u8> {
        canonical::encode(self)
    }
}

/// Proposes an act.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ProposeRequest {
    /// What.
    pub act: CriticalAct,
    /// Why, 5 to 500 characters.
    pub reason: String,
}

/// Yes or no.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", schema(as = DecisionVerdict))]
pub enum Verdict {
    /// It is done now.
    Approve,
    /// It is not done.
    Reject,
}

/// The second person's decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct DecideRequest {
    /// Yes or no.
    pub verdict: Verdict,
    /// The hash of what was shown: [`ProposalView::hash`].
    pub hash: Digest,
    /// Why; needed for a rejection, 5 to 500 characters.
    #[serde(default)]
    pub reason: String,
}

/// Where a proposal stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ProposalState {
    /// Waits for a second person.
    Open,
    /// Approved and done.
    Done,
    /// Approved, but things had moved on meanwhile: not done.
    Overtaken,
    /// Rejected.
    Rejected,
    /// Taken back by its proposer.
    Withdrawn,
    /// Nobody decided in time.
    Expired,
}

/// Whether the person who looks may decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum MayDecide {
    /// Yes.
    Yes,
    /// It is this person's own proposal.
    Own,
    /// The proposer works for the same organisation.
    SameOrganisation,
    /// This person's account was changed since it was proposed: somebody else decides, or it is proposed again.
    ChangedSince,
    /// One of the two changed the control of the other's account.
    Touched {
        /// Proposals after this time are decided by both again.
        until: Timestamp,
    },
    /// The account of one of the two was changed with an account for emergencies.
    Emergency {
        /// As above.
        until: Timestamp,
    },
    /// Somebody has had both accounts in hands.
    OneHand {
        /// As above.
        until: Timestamp,
    },
    /// One of the two was moved to another organisation.
    Moved {
        /// As above.
        until: Timestamp,
    },
    /// This person's role does not allow it there.
    NotAllowed,
    /// There is nothing to decide any more.
    Over,
}

/// How a proposal ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct DecisionView {
    /// Who decided; none for a proposal that ran out.
    pub by: Option<StaffId>,
    /// Name as shown; empty for a proposal that ran out.
    pub by_name: String,
    /// Name of the organisation that the decider works for.
    pub organisation_name: String,
    /// When.
    pub at: Timestamp,
    /// Why, as typed; for an overtaken proposal what had changed.
    pub reason: String,
}

/// A proposal as both people see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ProposalView {
    /// Exactly what was proposed.
    pub content: ProposalContent,
    /// SHA-256 of its deterministic CBOR.
    pub hash: Digest,
    /// Where it stands.
    pub state: ProposalState,
    /// Whether the person who looks may decide it.
    pub may_decide: MayDecide,
    /// How it ended.
    pub decision: Option<DecisionView>,
    /// For an unmasking that was approved: until when its proposer can read.
    pub readable_until: Option<Timestamp>,
}

/// The proposals that somebody may see.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Proposals {
    /// Waiting, oldest first.
    pub open: Vec<ProposalView>,
    /// Over, newest first; the last hundred.
    pub over: Vec<ProposalView>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bytes::Fixed;

    fn content(act: CriticalAct) -> ProposalContent {
        ProposalContent {
            id: ProposalId(Fixed([1; 16])),
            act,
            object: "Phòng 01".into(),
            reason: "mất điện".into(),
            proposer: StaffId(Fixed([2; 16])),
            proposer_name: "A".into(),
            organisation: OrganisationId(Fixed([3; 16])),
            organisation_name: "Trường A".into(),
            proposed_at: Timestamp(1),
            expires_at: Timestamp(2),
        }
    }

    fn acts() -> Vec<CriticalAct> {
        let (room, attempt) = (RoomId(Fixed([4; 16])), AttemptId(Fixed([5; 16])));
        let sitting = SittingId(Fixed([6; 16]));
        let correct = |correction| CriticalAct::CorrectKey {
            sitting,
            item: 3,
            correction,
        };
        vec![
            CriticalAct::StartRoom { room },
            CriticalAct::AddTime {
                room,
                attempt: None,
                minutes: 60,
            },
            CriticalAct::AddTime {
                room,
                attempt: Some(attempt),
                minutes: 60,
            },
            CriticalAct::VoidAttempt { attempt },
            CriticalAct::ReopenAttempt { attempt, minutes: 10 },
            CriticalAct::Unmask {
                attempt,
                what: Masked::Portrait,
            },
            correct(KeyCorrection::FullMarks),
            correct(KeyCorrection::AcceptOption { option: 1 }),
            correct(KeyCorrection::AcceptText { text: "12,5".into() }),
        ]
    }

    #[test]
    fn bytes_lead_back_to_what_was_proposed_and_differ_for_different_acts() {
        let mut seen = std::collections::HashSet::new();
        for act in acts() {
            let content = content(act);
            let bytes = content.to_bytes();
            assert_eq!(
                canonical::decode::<ProposalContent>(&bytes).as_ref(),
                Ok(&content)
            );
            assert!(seen.insert(bytes));
        }
    }

    #[test]
    fn acts_are_named_in_json_as_in_the_audit() {
        for act in acts() {
            let json = serde_json::to_value(&act).unwrap();
            assert_eq!(json["kind"], act.name());
            assert_eq!(serde_json::from_value::<CriticalAct>(json).unwrap(), act);
        }
    }
}
