//! What a proctor may do to a room, and when a reason is needed. Plain rules over [`Room`].

use crate::config::FourEyes;
use crate::sitting::state::{Refused, Room};
use crate::staff::proposal::act::{AddTime, Approved, StartRoom};
use exam_protocol::console::{RoomAction, RoomActionRequest, RoomState};
use exam_protocol::id::AttemptId;
use exam_protocol::time::{Millis, Timestamp};

/// Fewest and most characters of a reason.
const SHORTEST_REASON: usize = 5;
const LONGEST_REASON: usize = 500;

/// Most minutes that one action gives.
const MOST_MINUTES: u16 = 120;

/// What the action depends on beside the room itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    /// Candidates who were let in and have no form.
    pub without_form: u32,
    /// The longest time that a candidate who was let in and has not handed in still has.
    pub longest_left: Millis,
    /// Planned start.
    pub starts_at: Timestamp,
    /// What the one attempt was given alone; for an action on all, the most that any was given, those that two people
    /// opened again left out.
    pub own_credit: Millis,
    /// The latest end of an attempt that was opened again and is not handed in.
    pub reopened_until: Option<Timestamp>,
}

/// What one proctor may do alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// So long before the planned start a room may be started.
    pub start_early: Millis,
    /// So long after it.
    pub start_late: Millis,
    /// Time given to anybody, by the room's credit and the own one together.
    pub credit: Millis,
}

impl From<&FourEyes> for Limits {
    fn from(settings: &FourEyes) -> Self {
        let minutes = |number: u32| Millis::minutes(i64::from(number));
        Self {
            start_early: minutes(settings.start_early_minutes),
            start_late: minutes(settings.start_late_minutes),
            credit: minutes(settings.credit_minutes),
        }
    }
}

/// What one proctor can't do alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TwoPeople {
    /// Start outside the window around the planned start.
    StartOutsidePlan,
    /// More time than the limit.
    MuchTime,
}

/// Why an action is not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotDone {
    /// The room is in another state.
    WrongState(RoomState),
    /// So many candidates have no form yet.
    FormsMissing(u32),
    /// A reason is needed, of sensible length.
    ReasonNeeded,
    /// Minutes outside 1 to 120.
    MinutesOutOfRange,
    /// Two people have to want it.
    TwoPeopleNeeded(TwoPeople),
    /// An attempt that was opened again still runs.
    StillWorking,
}

impl From<Refused> for NotDone {
    fn from(refused: Refused) -> Self {
        Self::WrongState(refused.0)
    }
}

/// Moves the room by one action. Time for a single candidate leaves the room as it is, if the room allows it now: `None`.
///
/// # Errors
/// [`NotDone`] says why not.
pub fn apply(
    room: Room,
    request: &RoomActionRequest,
    (facts, limits): (Facts, Limits),
    now: Timestamp,
) -> Result<Option<Room>, NotDone> {
    let reasoned = || check_reason(&request.reason);
    match &request.action {
        RoomAction::Open => Ok(Some(room.open()?)),
        RoomAction::Start => {
            let started = started(room, facts, now)?;
            let (first, last) = (
                facts.starts_at.0 - limits.start_early.0,
                facts.starts_at.0 + limits.start_late.0,
            );
            if !(first..=last).contains(&now.0) {
                return Err(NotDone::TwoPeopleNeeded(TwoPeople::StartOutsidePlan));
            }
            Ok(Some(started))
        }
        RoomAction::Pause => {
            let paused = room.pause(now)?;
            reasoned()?;
            Ok(Some(paused))
        }
        RoomAction::Resume => Ok(Some(room.resume(now)?)),
        RoomAction::AddTime { minutes, attempt } => {
            let credit = room.credit() + facts.own_credit + Millis::minutes((*minutes).into());
            let given = given(room, *attempt, *minutes)?;
            reasoned()?;
            if credit > limits.credit {
                return Err(NotDone::TwoPeopleNeeded(TwoPeople::MuchTime));
            }
            Ok(given)
        }
        RoomAction::End => {
            let ended = room.end(now)?;
            if facts.longest_left > Millis(0) {
                reasoned()?;
            }
            Ok(Some(ended))
        }
        RoomAction::Close => {
            let closed = room.close()?;
            if facts.reopened_until.is_some_and(|until| now < until) {
                return Err(NotDone::StillWorking);
            }
            Ok(Some(closed))
        }
    }
}

fn started(room: Room, facts: Facts, now: Timestamp) -> Result<Room, NotDone> {
    let started = room.start(now)?;
    if facts.without_form > 0 {
        return Err(NotDone::FormsMissing(facts.without_form));
    }
    Ok(started)
}

fn given(room: Room, attempt: Option<AttemptId>, minutes: u16) -> Result<Option<Room>, NotDone> {
    if !(1..=MOST_MINUTES).contains(&minutes) {
        return Err(NotDone::MinutesOutOfRange);
    }
    room.may_add_time()?;
    match attempt {
        Some(_) => Ok(None),
        None => Ok(Some(room.add_time(Millis::minutes(minutes.into()))?)),
    }
}

/// Whether the room could be started now if two people wanted it.
///
/// # Errors
/// [`NotDone`] says why not.
pub fn could_start(room: &Room, facts: Facts, now: Timestamp) -> Result<(), NotDone> {
    started(room.clone(), facts, now).map(|_| ())
}

/// Starts a room whatever the plan says: two people wanted it.
///
/// # Errors
/// [`NotDone`] says why not.
pub fn start_approved(
    room: Room,
    facts: Facts,
    _: &Approved<StartRoom>,
    now: Timestamp,
) -> Result<Room, NotDone> {
    started(room, facts, now)
}

/// Whether this time could be given now if two people wanted it.
///
/// # Errors
/// [`NotDone`] says why not.
pub fn could_give(room: &Room, attempt: Option<AttemptId>, minutes: u16) -> Result<(), NotDone> {
    given(room.clone(), attempt, minutes).map(|_| ())
}

/// Gives time above the limit of one proctor: two people wanted it. `None` for a single candidate, as in [`apply`].
///
/// # Errors
/// [`NotDone`] says why not.
pub fn add_time_approved(room: Room, approved: &Approved<AddTime>) -> Result<Option<Room>, NotDone> {
    given(room, approved.act().attempt, approved.act().minutes)
}

fn check_reason(reason: &str) -> Result<(), NotDone> {
    let length = reason.trim().chars().count();
    if (SHORTEST_REASON..=LONGEST_REASON).contains(&length) {
        Ok(())
    } else {
        Err(NotDone::ReasonNeeded)
    }
}

/// Name of an action in the audit.
pub fn name(action: &RoomAction) -> &'static str {
    match action {
        RoomAction::Open => "room.open",
        RoomAction::Start => "room.start",
        RoomAction::Pause => "room.pause",
        RoomAction::Resume => "room.resume",
        RoomAction::AddTime { .. } => "room.add-time",
        RoomAction::End => "room.end",
        RoomAction::Close => "room.close",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sitting::state::StoredRoom;
    use exam_protocol::id::{RoomId, SittingId};
    use proptest::prelude::*;

    const NOW: Timestamp = Timestamp(1_000_000);
    const FINE: Facts = Facts {
        without_form: 0,
        longest_left: Millis(0),
        starts_at: NOW,
        own_credit: Millis(0),
        reopened_until: None,
    };
    const WIDE: Limits = Limits {
        start_early: Millis(0),
        start_late: Millis(0),
        credit: Millis::minutes(120),
    };

    fn room(state: &str) -> Room {
        let stopped = matches!(state, "paused" | "ended" | "closed");
        Room::from_stored(&StoredRoom {
            id: RoomId::from_random([1; 16]),
            sitting: SittingId::from_random([2; 16]),
            state: state.to_owned(),
            running_since: (state == "running").then_some(Timestamp(0)),
            stopped_at: stopped.then_some(Timestamp(0)),
            elapsed: Millis(0),
            credit: Millis(0),
            version: 1,
        })
        .unwrap()
    }

    fn request(action: RoomAction, reason: &str) -> RoomActionRequest {
        RoomActionRequest {
            action,
            reason: reason.to_owned(),
        }
    }

    fn check(state: &str, action: &RoomAction, expected: Result<RoomState, NotDone>) {
        let moved = apply(
            room(state),
            &request(action.clone(), "mất điện"),
            (FINE, WIDE),
            NOW,
        );
        assert_eq!(
            moved.map(|room| room.map_or(RoomState::Planned, |room| room.state())),
            expected,
            "{state} {action:?}"
        );
    }

    #[test]
    fn each_action_fits_to_its_states() {
        use RoomState::{Closed, Ended, Open, Paused, Planned, Running};
        check("planned", &RoomAction::Open, Ok(Open));
        check("open", &RoomAction::Open, Err(NotDone::WrongState(Open)));
        check("open", &RoomAction::Start, Ok(Running));
        check("planned", &RoomAction::Start, Err(NotDone::WrongState(Planned)));
        check("running", &RoomAction::Pause, Ok(Paused));
        check("paused", &RoomAction::Resume, Ok(Running));
        check("paused", &RoomAction::End, Ok(Ended));
        check("running", &RoomAction::End, Ok(Ended));
        check("running", &RoomAction::Close, Err(NotDone::WrongState(Running)));
        check("ended", &RoomAction::Close, Ok(Closed));
        check("closed", &RoomAction::End, Err(NotDone::WrongState(Closed)));
        check(
            "running",
            &RoomAction::AddTime {
                minutes: 5,
                attempt: None,
            },
            Ok(Running),
        );
        check(
            "ended",
            &RoomAction::AddTime {
                minutes: 5,
                attempt: None,
            },
            Err(NotDone::WrongState(Ended)),
        );
        let one = Some(AttemptId::from_random([3; 16]));
        check(
            "ended",
            &RoomAction::AddTime {
                minutes: 5,
                attempt: one,
            },
            Err(NotDone::WrongState(Ended)),
        );
        check(
            "running",
            &RoomAction::AddTime {
                minutes: 0,
                attempt: None,
            },
            Err(NotDone::MinutesOutOfRange),
        );
        check(
            "running",
            &RoomAction::AddTime {
                minutes: 121,
                attempt: one,
            },
            Err(NotDone::MinutesOutOfRange),
        );
    }

    #[test]
    fn nobody_starts_without_a_form_and_nobody_is_cut_off_without_a_reason() {
        let missing = Facts {
            without_form: 2,
            ..FINE
        };
        let started = apply(
            room("open"),
            &request(RoomAction::Start, ""),
            (missing, WIDE),
            NOW,
        );
        assert_eq!(started, Err(NotDone::FormsMissing(2)));
        let early = Facts {
            longest_left: Millis(1),
            ..FINE
        };
        assert_eq!(
            apply(
                room("running"),
                &request(RoomAction::End, " a "),
                (early, WIDE),
                NOW
            ),
            Err(NotDone::ReasonNeeded)
        );
        assert!(
            apply(
                room("running"),
                &request(RoomAction::End, "báo cháy"),
                (early, WIDE),
                NOW
            )
            .is_ok()
        );
        assert!(apply(room("running"), &request(RoomAction::End, ""), (FINE, WIDE), NOW).is_ok());
        assert_eq!(
            apply(
                room("running"),
                &request(RoomAction::Pause, ""),
                (FINE, WIDE),
                NOW
            ),
            Err(NotDone::ReasonNeeded)
        );
        let add = RoomAction::AddTime {
            minutes: 5,
            attempt: None,
        };
        assert_eq!(
            apply(room("running"), &request(add, ""), (FINE, WIDE), NOW),
            Err(NotDone::ReasonNeeded)
        );
    }

    proptest! {
        #[test]
        fn time_given_is_time_had(minutes in 1u16..=120) {
            let add = RoomAction::AddTime { minutes, attempt: None };
            let moved = apply(room("running"), &request(add, "mất điện"), (FINE, WIDE), NOW).unwrap().unwrap();
            prop_assert_eq!(moved.credit(), Millis::minutes(minutes.into()));
        }

        #[test]
        fn one_proctor_starts_in_the_window_only(early in 0i64..100, late in 0i64..100, at in -200i64..200) {
            let limits = Limits { start_early: Millis(early), start_late: Millis(late), ..WIDE };
            let now = Timestamp(NOW.0 + at);
            let moved = apply(room("open"), &request(RoomAction::Start, ""), (FINE, limits), now);
            prop_assert_eq!(moved.is_ok(), (-early..=late).contains(&at));
        }

        #[test]
        fn no_run_of_one_proctors_gifts_exceeds_the_limit(gifts in prop::collection::vec((1u16..=60, any::<bool>()), 1..20)) {
            let limits = Limits { credit: Millis::minutes(30), ..WIDE };
            let (mut all, mut own) = (room("running"), Millis(0));
            for (minutes, one) in gifts {
                let attempt = one.then(|| AttemptId::from_random([3; 16]));
                let facts = Facts { own_credit: own, ..FINE };
                let add = request(RoomAction::AddTime { minutes, attempt }, "mất điện");
                match apply(all.clone(), &add, (facts, limits), NOW) {
                    Ok(Some(moved)) => all = moved,
                    Ok(None) => own = own + Millis::minutes(minutes.into()),
                    Err(refused) => prop_assert_eq!(refused, NotDone::TwoPeopleNeeded(TwoPeople::MuchTime)),
                }
                prop_assert!(all.credit() + own <= limits.credit);
            }
        }
    }
}
