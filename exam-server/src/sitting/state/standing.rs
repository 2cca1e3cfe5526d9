//! Where one attempt stands: its time and what its seat may do. Plain rules: no clock, no database.

use super::{Room, Stage};
use exam_protocol::problem::ProblemCode;
use exam_protocol::seat::{AttemptState, Phase};
use exam_protocol::time::{Millis, Timestamp};

/// All that decides what an attempt may do now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The room and its clock.
    pub room: Room,
    /// Time allowed without credits.
    pub duration: Millis,
    /// Time beyond it by right (accommodation).
    pub extra: Millis,
    /// After which part of the own time a hand-in is taken, in per cent.
    pub earliest_hand_in: u8,
    /// Own credit.
    pub credit: Millis,
    /// Version of the attempt's own row.
    pub version: u64,
    /// Whether the server holds a hand-in.
    pub handed_in: bool,
    /// Whether two people took the attempt out of marking: it is over for ever.
    pub voided: bool,
    /// Until when this attempt runs although its room has ended: it was opened again by two people.
    pub reopened_until: Option<Timestamp>,
}

impl Standing {
    /// Time left: duration and credits less the time that has run; negative where time has run over.
    pub fn remaining(&self, now: Timestamp) -> Millis {
        if let Some(until) = self.own_end() {
            return until - now;
        }
        self.allowed() - self.room.elapsed(now)
    }

    /// All the time that rules and credits give.
    pub fn allowed(&self) -> Millis {
        self.duration + self.extra + self.room.credit + self.credit
    }

    /// Whether the earliest hand-in rule lets this one hand in: so much of the own time has run, or is over.
    fn may_leave(&self, now: Timestamp) -> bool {
        let ran = self.room.elapsed(now).0;
        let own = (self.duration + self.extra).0;
        ran.saturating_mul(100) >= own.saturating_mul(i64::from(self.earliest_hand_in))
    }

    /// When a re-opened attempt ends whose room has ended. Closing the room ends it at once.
    fn own_end(&self) -> Option<Timestamp> {
        match self.room.stage {
            Stage::Ended { .. } => self.reopened_until,
            _ => None,
        }
    }

    /// Phase as the candidate knows it.
    pub fn phase(&self, now: Timestamp) -> Phase {
        match self.room.stage {
            _ if self.handed_in => Phase::HandedIn,
            _ if self.voided => Phase::Ended,
            Stage::Planned | Stage::Open => Phase::Waiting,
            Stage::Ended { .. } if self.own_end().is_some_and(|until| now < until) => Phase::Running,
            Stage::Ended { .. } | Stage::Closed { .. } => Phase::Ended,
            _ if self.remaining(now) <= Millis(0) => Phase::Ended,
            Stage::Running { .. } => Phase::Running,
            Stage::Paused { .. } => Phase::Paused,
        }
    }

    /// What the page is told.
    pub fn state(&self, now: Timestamp) -> AttemptState {
        AttemptState {
            version: self.room.version + self.version,
            phase: self.phase(now),
            remaining: self.remaining(now).max(Millis(0)),
            credits: self.room.credit + self.credit,
            now,
        }
    }

    /// How long ago this attempt's time stopped: by its deadline, by a pause or by the room's end, whichever came first.
    /// None while its clock runs or has not begun.
    fn stopped_for(&self, now: Timestamp) -> Option<Millis> {
        let over = (Millis(0) - self.remaining(now)).max(Millis(0));
        if self.own_end().is_some() {
            return (over > Millis(0)).then_some(over);
        }
        match self.room.stage {
            Stage::Planned | Stage::Open => None,
            Stage::Running { .. } => (over > Millis(0)).then_some(over),
            Stage::Paused { stopped_at } | Stage::Ended { stopped_at } | Stage::Closed { stopped_at } => {
                Some((now - stopped_at).max(Millis(0)) + over)
            }
        }
    }

    /// Whether an answer that arrives now counts: the clock runs, or stopped no longer ago than the grace.
    ///
    /// # Errors
    /// [`ProblemCode::WrongState`] before the start, in a pause and after the hand-in; [`ProblemCode::TooLate`] after the
    /// deadline and its grace.
    pub fn may_answer(&self, now: Timestamp, grace: Millis) -> Result<(), ProblemCode> {
        if self.voided {
            return Err(ProblemCode::WrongState);
        }
        match (self.phase(now), self.stopped_for(now)) {
            (Phase::Waiting | Phase::HandedIn, _) => Err(ProblemCode::WrongState),
            (_, None) => Ok(()),
            (_, Some(_)) if matches!(self.room.stage, Stage::Closed { .. }) => Err(ProblemCode::TooLate),
            (_, Some(stopped)) if stopped <= grace => Ok(()),
            (Phase::Paused, _) => Err(ProblemCode::WrongState),
            _ => Err(ProblemCode::TooLate),
        }
    }

    /// Whether a hand-in can be taken now, and whether it is late.
    ///
    /// # Errors
    /// [`ProblemCode::WrongState`] before the start and after a hand-in; [`ProblemCode::TooEarly`] before the sitting's rule
    /// allows it; [`ProblemCode::TooLate`] once the room is closed.
    pub fn may_hand_in(&self, now: Timestamp, grace: Millis) -> Result<Lateness, ProblemCode> {
        match self.room.stage {
            _ if self.handed_in || self.voided => Err(ProblemCode::WrongState),
            Stage::Planned | Stage::Open => Err(ProblemCode::WrongState),
            Stage::Closed { .. } => Err(ProblemCode::TooLate),
            Stage::Running { .. } | Stage::Paused { .. } if !self.may_leave(now) => {
                Err(ProblemCode::TooEarly)
            }
            Stage::Paused { .. } if self.remaining(now) > Millis(0) => Ok(Lateness::InTime),
            _ => Ok(match self.stopped_for(now) {
                Some(stopped) if stopped > grace => Lateness::Late,
                _ => Lateness::InTime,
            }),
        }
    }
}

/// Whether a hand-in counts by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lateness {
    /// Before deadline and grace were over.
    InTime,
    /// After that: kept and flagged, counts only by decision of two officials.
    Late,
}
