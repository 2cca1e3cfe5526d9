//! What an act that needs two people depends on, and why it can't be done any more. Plain rules.

pub mod store;

use super::action::NotDone;
use crate::sitting::state::Standing;
use crate::sitting::state::life::Stays;
use exam_protocol::time::{Millis, Timestamp};

pub use crate::sitting::state::life::Reopening;

/// Most minutes that a re-opened attempt gets.
const MOST_MINUTES: u16 = 180;

/// Why an act can't be done, or can't be done any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overtaken {
    /// The room's state or the candidates' forms do not allow it.
    Room(NotDone),
    /// The attempt is out of marking already.
    Voided,
    /// Nobody was let in for this attempt.
    NotAdmitted,
    /// The attempt still runs: there is nothing to open.
    StillWorking,
    /// Minutes outside 1 to 180.
    MinutesOutOfRange,
    /// The attempt was handed in.
    HandedIn,
    /// Time by right is at most 100 per cent and 180 minutes, not nothing, and never less while the clock runs.
    ExtraOutOfRange,
    /// No late lines continue the journal through this one, or they were decided about.
    NothingLate,
    /// No room of the sitting is open or running.
    NoRoomOpen,
    /// No room of the sitting is closed: there are no marks yet.
    NothingMarked,
    /// The paper has no such question, or the correction is not for its kind.
    CorrectionDoesNotFit,
}

impl From<NotDone> for Overtaken {
    fn from(not_done: NotDone) -> Self {
        Self::Room(not_done)
    }
}

impl From<Stays> for Overtaken {
    fn from(stays: Stays) -> Self {
        match stays {
            Stays::Room(refused) => NotDone::from(refused).into(),
            Stays::Voided => Self::Voided,
            Stays::HandedIn => Self::HandedIn,
            Stays::StillWorking => Self::StillWorking,
            Stays::TimeOutOfRange => Self::ExtraOutOfRange,
        }
    }
}

/// Whether an attempt can be opened again now, and how.
///
/// # Errors
/// [`Overtaken`] says why not.
pub fn reopening(
    standing: &Standing,
    admitted: bool,
    minutes: u16,
    now: Timestamp,
) -> Result<Reopening, Overtaken> {
    if !(1..=MOST_MINUTES).contains(&minutes) {
        return Err(Overtaken::MinutesOutOfRange);
    }
    if !admitted && !standing.voided {
        return Err(Overtaken::NotAdmitted);
    }
    Ok(standing.reopening(Millis::minutes(minutes.into()), now)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sitting::state::{Room, StoredRoom};
    use exam_protocol::console::RoomState;
    use exam_protocol::id::{RoomId, SittingId};
    use exam_protocol::seat::Phase;
    use proptest::prelude::*;

    const DURATION: Millis = Millis::minutes(45);

    fn standing(state: &str, elapsed: i64, handed_in: bool) -> Standing {
        let stopped = matches!(state, "paused" | "ended" | "closed");
        let room = Room::from_stored(&StoredRoom {
            id: RoomId::from_random([1; 16]),
            sitting: SittingId::from_random([2; 16]),
            state: state.to_owned(),
            running_since: (state == "running").then_some(Timestamp(0)),
            stopped_at: stopped.then_some(Timestamp(0)),
            elapsed: Millis::minutes(elapsed),
            credit: Millis(0),
            version: 1,
        });
        Standing {
            room: room.unwrap(),
            duration: DURATION,
            extra: Millis(0),
            earliest_hand_in: 0,
            credit: Millis(0),
            version: 1,
            handed_in,
            voided: false,
            reopened_until: None,
        }
    }

    fn check(state: &str, handed_in: bool, elapsed: i64, expected: Overtaken) {
        let one = standing(state, elapsed, handed_in);
        assert_eq!(reopening(&one, true, 10, Timestamp(0)), Err(expected), "{state}");
    }

    #[test]
    fn only_what_is_over_in_a_room_that_is_not_closed_is_opened() {
        check(
            "planned",
            false,
            0,
            NotDone::WrongState(RoomState::Planned).into(),
        );
        check("open", false, 0, NotDone::WrongState(RoomState::Open).into());
        check("closed", true, 45, NotDone::WrongState(RoomState::Closed).into());
        check("running", false, 10, Overtaken::StillWorking);
        let one = standing("running", 10, true);
        assert_eq!(
            reopening(&one.clone().void().unwrap(), true, 10, Timestamp(0)),
            Err(Overtaken::Voided)
        );
        assert_eq!(
            reopening(&one, false, 10, Timestamp(0)),
            Err(Overtaken::NotAdmitted)
        );
        assert_eq!(
            reopening(&one, true, 181, Timestamp(0)),
            Err(Overtaken::MinutesOutOfRange)
        );
    }

    proptest! {
        #[test]
        fn it_then_has_exactly_the_minutes_that_were_decided(
            minutes in 1u16..=180, elapsed in 0i64..90, state in 0usize..3
        ) {
            let state = ["running", "paused", "ended"][state];
            let mut one = standing(state, elapsed, true);
            let how = reopening(&one, true, minutes, Timestamp(0)).unwrap();
            one = one.reopened(how);
            prop_assert_eq!(one.remaining(Timestamp(0)), Millis::minutes(minutes.into()));
            let expected = if state == "paused" { Phase::Paused } else { Phase::Running };
            prop_assert_eq!(one.phase(Timestamp(0)), expected);
            if state == "ended" {
                let end = Timestamp(0) + Millis::minutes(minutes.into());
                prop_assert_eq!(one.phase(end), Phase::Ended);
                prop_assert!(one.may_answer(end + Millis(1_000), Millis(1_000)).is_ok());
                prop_assert!(one.may_answer(end + Millis(1_001), Millis(1_000)).is_err());
            }
        }
    }
}
