//! Who changed the control of an account, and what follows for acts that need two people. Plain rules.
//!
//! Two people are two only while neither could have acted as the other. Whoever makes an account, gives its password, takes
//! its factors out of force or ties a login at a provider to it may act with it; so may whoever holds the account of that
//! person, and so on back in time ([`hands`](History::hands)). Every such change is on record for good; those within a
//! configured time, and all since the proposal was made, count:
//!
//! * a decider whose account may have come into other hands since the proposal, or decides with another right or for another
//!   organisation, decides nothing about it;
//! * whoever changed the account of one of the two, themself or through accounts that they had in hands, is not the other;
//! * no third person has had both accounts in hands;
//! * neither moved to another organisation, where two organisations are asked for;
//! * an account for emergencies is anybody's: whose account was changed with it, or through accounts that were changed with
//!   it, is nobody's second person.
//!
//! Control does not pass to the holder by a new password or factor: whoever gave the start password could have set those.
//! It passes with time, or when the machine's administrator, who can do everything anyway, says at the server's terminal
//! that the holder alone has the account ([`Kind::Confirmed`]); that is how an installation works on its first day. What
//! remains: whoever plans further ahead than the configured time. Such a person leaves records in the audit, and each holder
//! is told at the next login who changed the account ([`store::told`]).

pub mod store;
#[cfg(test)]
mod tests;

use crate::staff::rights::{self, Place, Verdict, permissions};
use exam_protocol::id::{OrganisationId, StaffId};
use exam_protocol::right::{Grant, Permission, Role};
use exam_protocol::time::{Millis, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

pub use exam_protocol::staff::ControlKind as Kind;

/// One change of an account's control.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ControlChange {
    /// Whose account.
    pub staff: StaffId,
    /// When.
    pub at: Timestamp,
    /// What.
    pub kind: Kind,
    /// Who, if it was a member of staff: none for the server's terminal and for providers of single sign-on.
    pub by: Option<StaffId>,
    /// Whether an account for emergencies did it: anybody may have opened its envelope.
    pub emergency: bool,
    /// For a move: from which organisation to which, where that is on record.
    pub moved: Option<Move>,
}

/// A move to another organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Move {
    /// From.
    pub was: OrganisationId,
    /// To.
    pub became: OrganisationId,
}

/// Whether a change puts the account into the hands of whoever made it.
const fn gives_hold(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Created | Kind::Password | Kind::Factors | Kind::Linked
    )
}

/// Whether a change after a proposal makes its decider another one: the account may be in other hands, or decides with
/// another right or for another organisation. Nothing else counts: nobody is kept from deciding by what changes neither.
const fn changes_decider(kind: Kind) -> bool {
    gives_hold(kind) || matches!(kind, Kind::OwnFactors | Kind::Organisation | Kind::Roles)
}

/// What giving or taking a role is for acts of two people; `others` are the other roles of its holder, `place` is the role's.
pub fn of_role(role: Role, others: &[Grant], place: &Place) -> Kind {
    let new = |right: &Permission| {
        permissions(role).contains(right) && rights::decide(others, *right, place) != Verdict::Allowed
    };
    if [Permission::Propose, Permission::Decide].iter().any(new) {
        Kind::Roles
    } else {
        Kind::OtherRoles
    }
}

/// Two people about to act together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair {
    /// Who proposed.
    pub proposer: StaffId,
    /// When.
    pub proposed_at: Timestamp,
    /// Who decides.
    pub decider: StaffId,
}

/// Proof that two accounts stand for two people: only [`History::two_people`] makes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TwoPeople {
    first: StaffId,
    second: StaffId,
}

impl TwoPeople {
    /// Who proposed, or acts first.
    pub fn first(self) -> StaffId {
        self.first
    }

    /// Who decides, or confirms.
    pub fn second(self) -> StaffId {
        self.second
    }
}

/// Why two accounts do not stand for two people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotTwo {
    /// The decider's account was changed since the proposal was made.
    ChangedSince,
    /// One of the two changed the control of the other's account.
    Touched {
        /// When that no longer counts.
        until: Timestamp,
    },
    /// Somebody has had both accounts in hands.
    OneHand {
        /// When that no longer counts.
        until: Timestamp,
    },
    /// The account of one of the two was changed with an account for emergencies.
    Emergency {
        /// When that no longer counts.
        until: Timestamp,
    },
    /// One of the two was moved to another organisation.
    Moved {
        /// When that no longer counts.
        until: Timestamp,
    },
}

/// The changes that are remembered, with the time for which they count.
#[derive(Clone, Copy, Debug)]
pub struct History<'a> {
    /// All changes since [`since`] at least, in any order.
    pub changes: &'a [ControlChange],
    /// For how long a change counts.
    pub window: Millis,
    /// Whether the two have to work for two organisations.
    pub two_organisations: bool,
}

/// From when on changes matter for a decision now.
pub fn since(proposed_at: Timestamp, window: Millis, now: Timestamp) -> Timestamp {
    proposed_at.min(Timestamp(now.0 - window.0))
}

impl History<'_> {
    /// Whether the accounts stand for two people.
    ///
    /// # Errors
    /// Why not.
    pub fn two_people(&self, pair: Pair, now: Timestamp) -> Result<TwoPeople, NotTwo> {
        if self.changed_since(pair) {
            return Err(NotTwo::ChangedSince);
        }
        let case = Case {
            history: self,
            proposed_at: pair.proposed_at,
            since: since(pair.proposed_at, self.window, now),
        };
        let until = Timestamp(case.newest(pair).0 + self.window.0);
        let (proposer, decider) = (pair.proposer, pair.decider);
        if case.touched_by(decider, now).contains(&proposer)
            || case.touched_by(proposer, now).contains(&decider)
        {
            return Err(NotTwo::Touched { until });
        }
        if case.is_anybodys(proposer, now) || case.is_anybodys(decider, now) {
            return Err(NotTwo::Emergency { until });
        }
        let other = case.hands(decider, now);
        if case
            .hands(proposer, now)
            .keys()
            .any(|one| other.contains_key(one))
        {
            return Err(NotTwo::OneHand { until });
        }
        if self.two_organisations && (case.moved(proposer) || case.moved(decider)) {
            return Err(NotTwo::Moved { until });
        }
        Ok(TwoPeople {
            first: proposer,
            second: decider,
        })
    }

    fn changed_since(&self, pair: Pair) -> bool {
        self.changes
            .iter()
            .any(|one| one.staff == pair.decider && changes_decider(one.kind) && one.at >= pair.proposed_at)
    }
}

/// One decision's look at the changes.
struct Case<'a> {
    history: &'a History<'a>,
    proposed_at: Timestamp,
    since: Timestamp,
}

impl Case<'_> {
    /// What counts of an account's changes: those within the time and after the account was last confirmed. A confirmation
    /// that came after the proposal lifts nothing.
    fn changes(&self, of: StaffId) -> impl Iterator<Item = &ControlChange> {
        let own = move |one: &&ControlChange| one.staff == of;
        let confirmed = |one: &&ControlChange| one.kind == Kind::Confirmed && one.at < self.proposed_at;
        let all = self.history.changes.iter();
        let confirmed = all.clone().filter(own).filter(confirmed).map(|one| one.at).max();
        all.filter(own).filter(move |one| {
            one.at > self.since && one.kind != Kind::Confirmed && confirmed.is_none_or(|at| one.at > at)
        })
    }

    /// Everybody who may have acted with this account until then: its holder, whoever took hold of it, whoever had taken
    /// hold of their accounts before that. With the time until which their own accounts matter.
    fn hands(&self, of: StaffId, until: Timestamp) -> BTreeMap<StaffId, Timestamp> {
        let mut hands = BTreeMap::from([(of, until)]);
        let mut new = vec![(of, until)];
        while let Some((account, until)) = new.pop() {
            for change in self
                .changes(account)
                .filter(|one| gives_hold(one.kind) && one.at <= until)
            {
                let Some(by) = change.by else { continue };
                if hands.get(&by).is_none_or(|known| *known < change.at) {
                    hands.insert(by, change.at);
                    new.push((by, change.at));
                }
            }
        }
        hands
    }

    /// Everybody who changed an account's control in any way, themself or through accounts in their hands.
    fn touched_by(&self, account: StaffId, now: Timestamp) -> BTreeSet<StaffId> {
        let mut touched: BTreeSet<StaffId> = self.hands(account, now).into_keys().collect();
        for change in self.changes(account) {
            if let Some(by) = change.by.filter(|by| *by != account) {
                touched.extend(self.hands(by, change.at).into_keys());
            }
        }
        touched.remove(&account);
        touched
    }

    /// Whether somebody who could be anybody changed this account's control in any way: an account for emergencies, or one
    /// that was in the hands of such an account before.
    fn is_anybodys(&self, account: StaffId, now: Timestamp) -> bool {
        let through_held = |(held, until): (&StaffId, &Timestamp)| {
            self.changes(*held)
                .any(|one| one.emergency && gives_hold(one.kind) && one.at <= *until)
        };
        self.hands(account, now).iter().any(through_held)
            || self.changes(account).any(|one| {
                let by = one.by.filter(|by| *by != account);
                one.emergency || by.is_some_and(|by| self.hands(by, one.at).iter().any(through_held))
            })
    }

    /// Whether somebody is elsewhere than before all moves that count, now or when it was proposed. Whoever was moved back
    /// was not moved; where the moves don't join up, they count.
    fn moved(&self, account: StaffId) -> bool {
        let by_somebody = |one: &&ControlChange| one.kind == Kind::Organisation && one.by.is_some();
        let mut moves: Vec<&ControlChange> = self.changes(account).filter(by_somebody).collect();
        moves.sort_by_key(|one| one.at);
        let then = moves.partition_point(|one| one.at <= self.proposed_at);
        !(leads_back(&moves) && leads_back(&moves[..then]))
    }

    fn newest(&self, pair: Pair) -> Timestamp {
        let of = |account| self.changes(account).map(|one| one.at).max();
        of(pair.proposer)
            .max(of(pair.decider))
            .unwrap_or(self.proposed_at)
    }
}

fn leads_back(moves: &[&ControlChange]) -> bool {
    let known: Option<Vec<Move>> = moves.iter().map(|one| one.moved).collect();
    let Some(known) = known else { return false };
    let joined = known.windows(2).all(|two| two[0].became == two[1].was);
    let ends = known.first().zip(known.last());
    joined && ends.is_none_or(|(first, last)| first.was == last.became)
}
