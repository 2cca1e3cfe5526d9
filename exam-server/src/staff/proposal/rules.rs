//! Who may decide what, and when: the rules of two people. Plain rules.

use super::act::Approved;
use crate::staff::control::{History, NotTwo, Pair};
use exam_protocol::bytes::Digest;
use exam_protocol::id::{OrganisationId, StaffId};
use exam_protocol::proposal::{CriticalAct, MayDecide, ProposalContent, ProposalState, Verdict};
use exam_protocol::time::Timestamp;

/// Fewest and most characters of a reason.
const SHORTEST_REASON: usize = 5;
const LONGEST_REASON: usize = 500;

/// A proposal that waits, as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Open {
    /// What was proposed.
    pub content: ProposalContent,
    /// SHA-256 of its bytes.
    pub hash: Digest,
}

/// Somebody who decides, or wants to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Person {
    /// Who.
    pub id: StaffId,
    /// For whom this person works.
    pub organisation: OrganisationId,
}

/// A decision as it was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision<'a> {
    /// Yes or no.
    pub verdict: Verdict,
    /// Hash of what was shown.
    pub hash: Digest,
    /// Why.
    pub reason: &'a str,
}

/// What came of a decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Two people want it.
    Approved(Approved<CriticalAct>),
    /// It is not done.
    Rejected,
}

/// Why a decision does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The proposer decides nothing about the own proposal.
    Own,
    /// Both work for one organisation.
    SameOrganisation,
    /// The two accounts may be in one hand.
    NotTwo(NotTwo),
    /// Something else was shown than what was proposed.
    OtherContent,
    /// Nobody decided in time.
    Expired,
    /// A rejection needs a reason.
    ReasonNeeded,
}

/// Whether a text will do as a reason.
pub fn is_reason(text: &str) -> bool {
    (SHORTEST_REASON..=LONGEST_REASON).contains(&text.trim().chars().count())
}

/// Where a stored state stands now: what nobody decided in time has expired.
pub fn state_at(stored: ProposalState, expires_at: Timestamp, now: Timestamp) -> ProposalState {
    match stored {
        ProposalState::Open if expires_at <= now => ProposalState::Expired,
        state => state,
    }
}

/// Whether somebody could decide: what the page shows.
pub fn may_decide(
    open: &Open,
    state: ProposalState,
    person: Person,
    (allowed, history): (bool, &History<'_>),
    now: Timestamp,
) -> MayDecide {
    match open.stranger(person, history, now) {
        _ if state != ProposalState::Open => MayDecide::Over,
        Err(Refusal::Own) => MayDecide::Own,
        _ if !allowed => MayDecide::NotAllowed,
        Err(Refusal::NotTwo(why)) => match why {
            NotTwo::ChangedSince => MayDecide::ChangedSince,
            NotTwo::Touched { until } => MayDecide::Touched { until },
            NotTwo::Emergency { until } => MayDecide::Emergency { until },
            NotTwo::OneHand { until } => MayDecide::OneHand { until },
            NotTwo::Moved { until } => MayDecide::Moved { until },
        },
        Err(_) => MayDecide::SameOrganisation,
        Ok(()) => MayDecide::Yes,
    }
}

impl Open {
    fn stranger(&self, person: Person, history: &History<'_>, now: Timestamp) -> Result<(), Refusal> {
        if person.id == self.content.proposer {
            return Err(Refusal::Own);
        }
        if history.two_organisations && person.organisation == self.content.organisation {
            return Err(Refusal::SameOrganisation);
        }
        let pair = Pair {
            proposer: self.content.proposer,
            proposed_at: self.content.proposed_at,
            decider: person.id,
        };
        history.two_people(pair, now).map(|_| ()).map_err(Refusal::NotTwo)
    }

    /// Decides. This is the only way to an [`Approved`] act.
    ///
    /// # Errors
    /// [`Refusal`] says why the decision does not count; the proposal stays open then.
    pub fn decide(
        self,
        by: Person,
        decision: &Decision<'_>,
        history: &History<'_>,
        now: Timestamp,
    ) -> Result<Outcome, Refusal> {
        if self.content.expires_at <= now {
            return Err(Refusal::Expired);
        }
        self.stranger(by, history, now)?;
        if decision.hash != self.hash {
            return Err(Refusal::OtherContent);
        }
        if decision.verdict == Verdict::Reject {
            return if is_reason(decision.reason) {
                Ok(Outcome::Rejected)
            } else {
                Err(Refusal::ReasonNeeded)
            };
        }
        let ProposalContent {
            id,
            act,
            reason,
            proposer,
            ..
        } = self.content;
        Ok(Outcome::Approved(Approved::new(
            act,
            id,
            (proposer, by.id),
            reason,
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use exam_protocol::bytes::Fixed;
    use exam_protocol::id::{ProposalId, RoomId};
    use proptest::prelude::*;

    const NOW: Timestamp = Timestamp(1_000);

    fn person(id: u8, organisation: u8) -> Person {
        Person {
            id: StaffId::from_random([id; 16]),
            organisation: OrganisationId::from_random([organisation; 16]),
        }
    }

    /// Nobody touched anybody's account.
    fn strangers(two_organisations: bool) -> History<'static> {
        History {
            changes: &[],
            window: exam_protocol::time::Millis::minutes(60),
            two_organisations,
        }
    }

    fn open(by: Person, number: u8, expires_at: Timestamp) -> Open {
        let content = ProposalContent {
            id: ProposalId::from_random([number; 16]),
            act: CriticalAct::StartRoom {
                room: RoomId::from_random([number; 16]),
            },
            object: "Phòng 01".into(),
            reason: "mất điện".into(),
            proposer: by.id,
            proposer_name: "A".into(),
            organisation: by.organisation,
            organisation_name: "Trường A".into(),
            proposed_at: Timestamp(0),
            expires_at,
        };
        let hash = Fixed(certs::hash::sha256(&content.to_bytes()));
        Open { content, hash }
    }

    fn approve(hash: Digest) -> Decision<'static> {
        Decision {
            verdict: Verdict::Approve,
            hash,
            reason: "",
        }
    }

    #[test]
    fn each_refusal_has_its_cause() {
        let one = open(person(1, 1), 7, Timestamp(2_000));
        let check = |by, decision: &Decision<'_>, now, expected| {
            assert_eq!(
                one.clone().decide(by, decision, &strangers(true), now),
                Err(expected)
            );
        };
        check(person(1, 2), &approve(one.hash), NOW, Refusal::Own);
        check(person(2, 1), &approve(one.hash), NOW, Refusal::SameOrganisation);
        check(person(2, 2), &approve(Fixed([0; 32])), NOW, Refusal::OtherContent);
        check(
            person(2, 2),
            &approve(one.hash),
            Timestamp(2_000),
            Refusal::Expired,
        );
        let no = Decision {
            verdict: Verdict::Reject,
            ..approve(one.hash)
        };
        check(person(2, 2), &no, NOW, Refusal::ReasonNeeded);
        let no = Decision {
            reason: "sai phòng",
            ..no
        };
        assert_eq!(
            one.clone().decide(person(2, 2), &no, &strangers(true), NOW),
            Ok(Outcome::Rejected)
        );
        let same = one
            .clone()
            .decide(person(2, 1), &approve(one.hash), &strangers(false), NOW);
        assert!(matches!(same, Ok(Outcome::Approved(_))));
        assert_eq!(
            one.clone()
                .decide(person(1, 1), &approve(one.hash), &strangers(false), NOW),
            Err(Refusal::Own)
        );
    }

    /// What somebody tries in a run of the property test.
    #[derive(Clone, Debug)]
    struct Try {
        proposer: (u8, u8),
        decider: (u8, u8),
        hash_of: u8,
        now: i64,
    }

    fn tries() -> impl Strategy<Value = Vec<Try>> {
        let people = || (0u8..4, 0u8..3);
        let one = (people(), people(), 0u8..6, 0i64..40).prop_map(|(proposer, decider, hash_of, now)| Try {
            proposer,
            decider,
            hash_of,
            now,
        });
        prop::collection::vec(one, 1..40)
    }

    proptest! {
        #[test]
        fn no_run_of_proposals_and_decisions_lets_one_person_or_one_organisation_act(tries in tries()) {
            let mut proposed: Vec<Open> = Vec::new();
            for (number, one) in (0u8..).zip(&tries) {
                let proposer = person(one.proposer.0, one.proposer.1);
                proposed.push(open(proposer, number, Timestamp(20)));
                let shown = usize::from(one.hash_of) % proposed.len();
                let decider = person(one.decider.0, one.decider.1);
                for target in proposed.clone() {
                    let decided = target.clone().decide(decider, &approve(proposed[shown].hash), &strangers(true), Timestamp(one.now));
                    if let Ok(Outcome::Approved(approved)) = decided {
                        prop_assert_ne!(approved.proposer(), approved.decider());
                        prop_assert_eq!(approved.proposer(), target.content.proposer);
                        prop_assert_eq!(approved.decider(), decider.id);
                        prop_assert_ne!(target.content.organisation, decider.organisation);
                        prop_assert_eq!(approved.act(), &proposed[shown].content.act);
                        prop_assert!(one.now < 20);
                    }
                }
            }
        }

        #[test]
        fn the_page_offers_exactly_what_counts(proposer in (0u8..3, 0u8..3), decider in (0u8..3, 0u8..3), two: bool) {
            let one = open(person(proposer.0, proposer.1), 1, Timestamp(2_000));
            let by = person(decider.0, decider.1);
            let offered = may_decide(&one, ProposalState::Open, by, (true, &strangers(two)), NOW);
            let counts = one.clone().decide(by, &approve(one.hash), &strangers(two), NOW).is_ok();
            prop_assert_eq!(offered == MayDecide::Yes, counts);
        }
    }

    #[test]
    fn what_is_over_stays_over() {
        use ProposalState::{Done, Expired, Open as Waiting};
        assert_eq!(state_at(Waiting, NOW, NOW), Expired);
        assert_eq!(state_at(Waiting, Timestamp(1_001), NOW), Waiting);
        assert_eq!(state_at(Done, NOW, NOW), Done);
        let one = open(person(1, 1), 1, NOW);
        assert_eq!(
            may_decide(&one, Done, person(2, 2), (true, &strangers(true)), NOW),
            MayDecide::Over
        );
        assert_eq!(
            may_decide(&one, Waiting, person(2, 2), (false, &strangers(true)), NOW),
            MayDecide::NotAllowed
        );
    }
}
