//! The moves of one attempt: hand-in, re-opening, voiding, credits, accommodation. The only place that says which are
//! possible; stores write what came of them. Plain rules.
//!
//! An attempt is ready, running or paused with its room, and ends by a hand-in, by its deadline, with its room, or by being
//! voided. What has ended opens again only by a decision of two people; what was voided, never.

use super::{Lateness, Refused, Stage, Standing};
use exam_protocol::problem::ProblemCode;
use exam_protocol::time::{Millis, Timestamp};

/// Most time beyond the duration by right, in per cent of it.
const MOST_PERCENT: u8 = 100;

/// Most time beyond the duration by right, in minutes.
const MOST_MINUTES: u16 = 180;

/// Why an attempt does not move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stays {
    /// The room's state does not allow it.
    Room(Refused),
    /// It was voided.
    Voided,
    /// It was handed in.
    HandedIn,
    /// It still runs: there is nothing to open.
    StillWorking,
    /// More time by right than may be given, none, or less than was given while the clock runs.
    TimeOutOfRange,
}

impl From<Refused> for Stays {
    fn from(refused: Refused) -> Self {
        Self::Room(refused)
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

impl Standing {
    /// The attempt handed in, and whether that was late.
    ///
    /// # Errors
    /// As [`Standing::may_hand_in`].
    pub fn hand_in(self, now: Timestamp, grace: Millis) -> Result<(Self, Lateness), ProblemCode> {
        let lateness = self.may_hand_in(now, grace)?;
        let moved = Self {
            handed_in: true,
            ..self.moved()
        };
        Ok((moved, lateness))
    }

    /// The attempt out of marking, for ever.
    ///
    /// # Errors
    /// [`Stays::Voided`] when it is already.
    pub fn void(self) -> Result<Self, Stays> {
        if self.voided {
            return Err(Stays::Voided);
        }
        Ok(Self {
            voided: true,
            ..self.moved()
        })
    }

    /// How the attempt can be opened again with this much time.
    ///
    /// # Errors
    /// [`Stays`] says why it can't.
    pub fn reopening(&self, time: Millis, now: Timestamp) -> Result<Reopening, Stays> {
        if self.voided {
            return Err(Stays::Voided);
        }
        match self.room.stage {
            Stage::Running { .. } | Stage::Paused { .. } => {
                let left = self.remaining(now);
                if !self.handed_in && left > Millis(0) {
                    return Err(Stays::StillWorking);
                }
                Ok(Reopening::Credit(self.credit + time - left))
            }
            Stage::Ended { .. }
                if !self.handed_in && self.reopened_until.is_some_and(|until| now < until) =>
            {
                Err(Stays::StillWorking)
            }
            Stage::Ended { .. } => Ok(Reopening::Until(now + time)),
            _ => Err(Refused(self.room.state()).into()),
        }
    }

    /// The attempt opened again.
    #[must_use]
    pub fn reopened(self, how: Reopening) -> Self {
        let (credit, reopened_until) = match how {
            Reopening::Credit(credit) => (credit, None),
            Reopening::Until(until) => (self.credit, Some(until)),
        };
        Self {
            credit,
            reopened_until,
            handed_in: false,
            ..self.moved()
        }
    }

    /// The attempt with more time.
    ///
    /// # Errors
    /// [`Stays`] before the room is open and after its end, and for what is over for good.
    pub fn credited(self, time: Millis) -> Result<Self, Stays> {
        self.room.may_add_time()?;
        self.must_be_open()?;
        Ok(Self {
            credit: self.credit + time,
            ..self.moved()
        })
    }

    /// The attempt with this much time beyond the duration by right, instead of what it had. Before the start anything up to
    /// the limit; while the clock runs never less than it was.
    ///
    /// # Errors
    /// [`Stays`] says why not.
    pub fn accommodated(self, percent: u8, minutes: u16) -> Result<Self, Stays> {
        self.must_be_open()?;
        if percent > MOST_PERCENT || minutes > MOST_MINUTES {
            return Err(Stays::TimeOutOfRange);
        }
        let part = Millis(self.duration.0 / 100 * i64::from(percent));
        let extra = part + Millis::minutes(minutes.into());
        match self.room.stage {
            Stage::Planned | Stage::Open => {}
            Stage::Running { .. } | Stage::Paused { .. } if extra >= self.extra => {}
            Stage::Running { .. } | Stage::Paused { .. } => return Err(Stays::TimeOutOfRange),
            _ => return Err(Refused(self.room.state()).into()),
        }
        if extra == self.extra {
            return Err(Stays::TimeOutOfRange);
        }
        Ok(Self {
            extra,
            ..self.moved()
        })
    }

    fn must_be_open(&self) -> Result<(), Stays> {
        match (self.voided, self.handed_in) {
            (true, _) => Err(Stays::Voided),
            (false, true) => Err(Stays::HandedIn),
            (false, false) => Ok(()),
        }
    }

    fn moved(self) -> Self {
        Self {
            version: self.version + 1,
            ..self
        }
    }
}

/// Whether somebody may still be let in for the first time: so long after the start that is over.
pub fn is_too_late_to_enter(room: &super::Room, late_after: Millis, now: Timestamp) -> bool {
    room.elapsed(now) > late_after
}

#[cfg(test)]
mod tests;
