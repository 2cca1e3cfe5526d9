//! What an act that needs two people depends on, and why it can't be done any more. Plain rules.

pub mod store;

use super::action::NotDone;
use crate::sitting::state::Standing;
use exam_protocol::console::RoomState;
use exam_protocol::time::{Millis, Timestamp};

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

/// How a re-opened attempt gets its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reopening {
    /// The room's clock runs or will again: this own credit leaves the decided minutes.
    Credit(Millis),
    /// The room has ended: it runs alone, until then.
    Until(Timestamp),
}

/// Whether an attempt can be opened again now, and how.
///
/// # Errors
/// [`Overtaken`] says why not.
pub fn reopening(
    standing: &Standing,
    (admitted, voided): (bool, bool),
    minutes: u16,
    now: Timestamp,
) -> Result<Reopening, Overtaken> {
    if !(1..=MOST_MINUTES).contains(&minutes) {
        return Err(Overtaken::MinutesOutOfRange);
    }
    if voided {
        return Err(Overtaken::Voided);
    }
    if !admitted {
        return Err(Overtaken::NotAdmitted);
    }
    let time = Millis::minutes(minutes.into());
    match standing.room.state() {
        RoomState::Running | RoomState::Paused => {
            let left = standing.remaining(now);
            if !standing.handed_in && left > Millis(0) {
                return Err(Overtaken::StillWorking);
            }
            Ok(Reopening::Credit(standing.credit + time - left))
        }
        RoomState::Ended
            if !standing.handed_in && standing.reopened_until.is_some_and(|until| now < until) =>
        {
            Err(Overtaken::StillWorking)
        }
        RoomState::Ended => Ok(Reopening::Until(now + time)),
        state => Err(NotDone::WrongState(state).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sitting::state::{Room, StoredRoom};
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
            credit: Millis(0),
            version: 1,
            handed_in,
            reopened_until: None,
        }
    }

    fn check(state: &str, handed_in: bool, elapsed: i64, expected: Overtaken) {
        let one = standing(state, elapsed, handed_in);
        assert_eq!(
            reopening(&one, (true, false), 10, Timestamp(0)),
            Err(expected),
            "{state}"
        );
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
            reopening(&one, (true, true), 10, Timestamp(0)),
            Err(Overtaken::Voided)
        );
        assert_eq!(
            reopening(&one, (false, false), 10, Timestamp(0)),
            Err(Overtaken::NotAdmitted)
        );
        assert_eq!(
            reopening(&one, (true, false), 181, Timestamp(0)),
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
            match reopening(&one, (true, false), minutes, Timestamp(0)).unwrap() {
                Reopening::Credit(credit) => one.credit = credit,
                Reopening::Until(until) => one.reopened_until = Some(until),
            }
            one.handed_in = false;
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
