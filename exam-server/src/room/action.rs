//! What a proctor may do to a room, and when a reason is needed. Plain rules over [`Room`].

use crate::sitting::state::{Refused, Room};
use exam_protocol::console::{RoomAction, RoomActionRequest, RoomState};
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
    facts: Facts,
    now: Timestamp,
) -> Result<Option<Room>, NotDone> {
    let reasoned = || check_reason(&request.reason);
    match &request.action {
        RoomAction::Open => Ok(Some(room.open()?)),
        RoomAction::Start => {
            let started = room.start(now)?;
            if facts.without_form > 0 {
                return Err(NotDone::FormsMissing(facts.without_form));
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
            if !(1..=MOST_MINUTES).contains(minutes) {
                return Err(NotDone::MinutesOutOfRange);
            }
            room.may_add_time()?;
            reasoned()?;
            match attempt {
                Some(_) => Ok(None),
                None => Ok(Some(room.add_time(Millis::minutes((*minutes).into()))?)),
            }
        }
        RoomAction::End => {
            let ended = room.end(now)?;
            if facts.longest_left > Millis(0) {
                reasoned()?;
            }
            Ok(Some(ended))
        }
        RoomAction::Close => Ok(Some(room.close()?)),
    }
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
    use exam_protocol::id::{AttemptId, RoomId, SittingId};
    use proptest::prelude::*;

    const NOW: Timestamp = Timestamp(1_000_000);
    const FINE: Facts = Facts {
        without_form: 0,
        longest_left: Millis(0),
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
        let moved = apply(room(state), &request(action.clone(), "mất điện"), FINE, NOW);
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
        let started = apply(room("open"), &request(RoomAction::Start, ""), missing, NOW);
        assert_eq!(started, Err(NotDone::FormsMissing(2)));
        let early = Facts {
            longest_left: Millis(1),
            ..FINE
        };
        assert_eq!(
            apply(room("running"), &request(RoomAction::End, " a "), early, NOW),
            Err(NotDone::ReasonNeeded)
        );
        assert!(apply(room("running"), &request(RoomAction::End, "báo cháy"), early, NOW).is_ok());
        assert!(apply(room("running"), &request(RoomAction::End, ""), FINE, NOW).is_ok());
        assert_eq!(
            apply(room("running"), &request(RoomAction::Pause, ""), FINE, NOW),
            Err(NotDone::ReasonNeeded)
        );
        let add = RoomAction::AddTime {
            minutes: 5,
            attempt: None,
        };
        assert_eq!(
            apply(room("running"), &request(add, ""), FINE, NOW),
            Err(NotDone::ReasonNeeded)
        );
    }

    proptest! {
        #[test]
        fn time_given_is_time_had(minutes in 1u16..=120) {
            let add = RoomAction::AddTime { minutes, attempt: None };
            let moved = apply(room("running"), &request(add, "mất điện"), FINE, NOW).unwrap().unwrap();
            prop_assert_eq!(moved.credit(), Millis::minutes(minutes.into()));
        }
    }
}
