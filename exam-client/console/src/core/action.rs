//! What a proctor can do to the room: when it is offered, what it does to how many, and whether it needs a reason.
//!
//! The server decides. This only keeps acts that can't work off the page and says beforehand what will happen.

use crate::core::board::Tally;
use exam_protocol::console::{RoomAction, RoomState, RoomSummary};
use exam_protocol::id::RoomId;
use exam_protocol::proposal::CriticalAct;
use exam_protocol::right::Permission;
use exam_protocol::time::{Millis, Timestamp};

/// A room action without its arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActionKind {
    /// planned → open.
    Open,
    /// open → running.
    Start,
    /// running → paused.
    Pause,
    /// paused → running.
    Resume,
    /// More time for all.
    AddTime,
    /// running or paused → ended.
    End,
    /// ended → closed.
    Close,
}

impl ActionKind {
    /// The action to send; `minutes` counts for [`ActionKind::AddTime`] alone.
    pub fn action(self, minutes: u16) -> RoomAction {
        match self {
            Self::Open => RoomAction::Open,
            Self::Start => RoomAction::Start,
            Self::Pause => RoomAction::Pause,
            Self::Resume => RoomAction::Resume,
            Self::AddTime => RoomAction::AddTime {
                minutes,
                attempt: None,
            },
            Self::End => RoomAction::End,
            Self::Close => RoomAction::Close,
        }
    }

    /// The same act as one that two people do, where there is such.
    pub fn critical(self, room: RoomId, minutes: u16) -> Option<CriticalAct> {
        match self {
            Self::Start => Some(CriticalAct::StartRoom { room }),
            Self::AddTime => Some(CriticalAct::AddTime {
                room,
                attempt: None,
                minutes,
            }),
            Self::Open | Self::Pause | Self::Resume | Self::End | Self::Close => None,
        }
    }

    /// The name in element ids and tests.
    pub fn slug(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Start => "start",
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::AddTime => "add-time",
            Self::End => "end",
            Self::Close => "close",
        }
    }

    /// Whether a reason must be written: for pause and time always, for the end only before time.
    pub fn wants_reason(self, remaining: Millis) -> bool {
        match self {
            Self::Pause | Self::AddTime => true,
            Self::End => remaining > Millis(0),
            Self::Open | Self::Start | Self::Resume | Self::Close => false,
        }
    }

    /// Whether it can't be taken back, so that its button looks like a warning.
    pub fn is_final(self) -> bool {
        matches!(self, Self::End | Self::Close)
    }
}

/// A reason as the server takes it: trimmed, 5 to 500 characters.
pub fn reason(typed: &str) -> Option<String> {
    let typed = typed.trim();
    (5..=500)
        .contains(&typed.chars().count())
        .then(|| typed.to_owned())
}

/// How far from the planned start a room may be opened without a warning.
const USUAL: Millis = Millis::minutes(30);

/// How far the planned start is from now, where that is unusual for opening a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OffPlan {
    /// So long before it.
    Early(Millis),
    /// So long after it.
    Late(Millis),
}

/// Whether opening now is far from the plan.
pub fn off_plan(starts_at: Timestamp, now: Timestamp) -> Option<OffPlan> {
    let ahead = starts_at - now;
    if ahead > USUAL {
        Some(OffPlan::Early(ahead))
    } else if now - starts_at > USUAL {
        Some(OffPlan::Late(now - starts_at))
    } else {
        None
    }
}

/// The actions that a room in this state offers, the usual next step first.
pub fn offered(state: RoomState) -> &'static [ActionKind] {
    use ActionKind::{AddTime, Close, End, Open, Pause, Resume, Start};
    match state {
        RoomState::Planned => &[Open],
        RoomState::Open => &[Start],
        RoomState::Running => &[Pause, AddTime, End],
        RoomState::Paused => &[Resume, AddTime, End],
        RoomState::Ended => &[Close],
        RoomState::Closed => &[],
    }
}

/// The actions that this person may take here: only those who run rooms have any.
pub fn permitted(room: &RoomSummary) -> &'static [ActionKind] {
    if room.may.contains(&Permission::RunRoom) {
        offered(room.state)
    } else {
        &[]
    }
}

/// Whether the marks can be fetched.
pub fn has_results(room: &RoomSummary) -> bool {
    matches!(room.state, RoomState::Closed) && room.may.contains(&Permission::ReadMarks)
}

/// Candidates whom an action concerns, and those whom it leaves behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Concerned {
    /// For how many something changes.
    pub concerned: usize,
    /// For how many the proctor should stop and think: absent at the start, still writing at the end.
    pub beware: usize,
}

/// Whom an action concerns in a room that stands like this.
pub fn concerned(kind: ActionKind, tally: Tally) -> Concerned {
    let unsigned = tally.timed_out + tally.at_seats() + tally.admitted;
    let (concerned, beware) = match kind {
        ActionKind::Open => (tally.total, 0),
        ActionKind::Start => (tally.at_seats(), tally.total - tally.at_seats()),
        ActionKind::Pause | ActionKind::Resume | ActionKind::AddTime => (tally.at_seats(), 0),
        ActionKind::End => (tally.at_seats(), tally.at_seats()),
        ActionKind::Close => (tally.handed_in + unsigned, unsigned),
    };
    Concerned { concerned, beware }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::board::sample::board;

    #[test]
    fn each_state_offers_what_the_protocol_allows() {
        use ActionKind::{AddTime, Close, End, Open, Pause, Resume, Start};
        assert_eq!(offered(RoomState::Planned), [Open]);
        assert_eq!(offered(RoomState::Open), [Start]);
        assert_eq!(offered(RoomState::Running), [Pause, AddTime, End]);
        assert_eq!(offered(RoomState::Paused), [Resume, AddTime, End]);
        assert_eq!(offered(RoomState::Ended), [Close]);
        assert!(offered(RoomState::Closed).is_empty());
    }

    #[test]
    fn opening_far_from_the_plan_is_noticed() {
        let planned = Timestamp(100 * 60_000);
        let at = |minute: i64| off_plan(planned, Timestamp(minute * 60_000));
        assert_eq!(at(70), None);
        assert_eq!(at(130), None);
        assert_eq!(at(69), Some(OffPlan::Early(Millis::minutes(31))));
        assert_eq!(at(131), Some(OffPlan::Late(Millis::minutes(31))));
    }

    #[test]
    fn ending_early_needs_a_reason_ending_in_time_does_not() {
        assert!(ActionKind::End.wants_reason(Millis(1)));
        assert!(!ActionKind::End.wants_reason(Millis(0)));
        assert!(ActionKind::Pause.wants_reason(Millis(0)));
        assert!(!ActionKind::Start.wants_reason(Millis::minutes(90)));
    }

    #[test]
    fn reasons_are_neither_empty_nor_endless() {
        assert_eq!(reason("  mất điện 5 phút "), Some("mất điện 5 phút".to_owned()));
        assert_eq!(reason("điện"), None);
        assert_eq!(reason(&"ắ".repeat(501)), None);
        assert!(reason(&"ắ".repeat(500)).is_some());
    }

    #[test]
    fn closing_tells_hand_ins_from_what_is_only_stored() {
        let tally = Tally {
            total: 6,
            handed_in: 3,
            timed_out: 1,
            admitted: 1,
            absent: 1,
            ..Tally::default()
        };
        assert_eq!(
            concerned(ActionKind::Close, tally),
            Concerned {
                concerned: 5,
                beware: 2
            }
        );
    }

    #[test]
    fn the_start_names_those_who_are_not_seated() {
        let start = concerned(ActionKind::Start, Tally::of(&board()));
        assert_eq!(
            start,
            Concerned {
                concerned: 2,
                beware: 2
            }
        );
    }
}
