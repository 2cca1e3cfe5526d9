//! The state machine of a room and the arithmetic of an attempt's time. Plain rules: no clock, no database.
//!
//! A state moves only by methods that consume it; the one other way to get a [`Room`] is [`Room::from_stored`], which the
//! loader from the database uses.

use exam_protocol::console::RoomState;
use exam_protocol::id::{RoomId, SittingId};
use exam_protocol::time::{Millis, Timestamp};

/// The room is in a state in which this can't be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not possible while the room is {0:?}")]
pub struct Refused(pub RoomState);

/// A row of the database does not make sense as a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("table room: state and times do not fit together")]
pub struct Inconsistent;

/// Where the room's clock stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Planned,
    Open,
    Running { since: Timestamp },
    Paused { stopped_at: Timestamp },
    Ended { stopped_at: Timestamp },
    Closed { stopped_at: Timestamp },
}

/// A room of a sitting: its state, its clock, the time given to all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Room {
    /// Which room.
    pub id: RoomId,
    /// Of which sitting.
    pub sitting: SittingId,
    stage: Stage,
    elapsed: Millis,
    credit: Millis,
    version: u64,
}

/// A room as its columns say; see `migrations/0001_one_exam_day.sql`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredRoom {
    /// Which room.
    pub id: RoomId,
    /// Of which sitting.
    pub sitting: SittingId,
    /// `planned`, `open`, `running`, `paused`, `ended`, `closed`.
    pub state: String,
    /// Since when the clock runs.
    pub running_since: Option<Timestamp>,
    /// When it was stopped the last time.
    pub stopped_at: Option<Timestamp>,
    /// Time that ran before `running_since`.
    pub elapsed: Millis,
    /// Time given to all.
    pub credit: Millis,
    /// Rises with each change.
    pub version: u64,
}

impl Room {
    /// A room from its row.
    ///
    /// # Errors
    /// [`Inconsistent`] when the columns contradict each other.
    pub fn from_stored(row: &StoredRoom) -> Result<Self, Inconsistent> {
        let stage = match (row.state.as_str(), row.running_since, row.stopped_at) {
            ("planned", None, _) => Stage::Planned,
            ("open", None, _) => Stage::Open,
            ("running", Some(since), _) => Stage::Running { since },
            ("paused", None, Some(stopped_at)) => Stage::Paused { stopped_at },
            ("ended", None, Some(stopped_at)) => Stage::Ended { stopped_at },
            ("closed", None, Some(stopped_at)) => Stage::Closed { stopped_at },
            _ => return Err(Inconsistent),
        };
        Ok(Self {
            id: row.id,
            sitting: row.sitting,
            stage,
            elapsed: row.elapsed,
            credit: row.credit,
            version: row.version,
        })
    }

    /// The columns of this room.
    pub fn to_stored(&self) -> StoredRoom {
        let (running_since, stopped_at) = match self.stage {
            Stage::Planned | Stage::Open => (None, None),
            Stage::Running { since } => (Some(since), None),
            Stage::Paused { stopped_at } | Stage::Ended { stopped_at } | Stage::Closed { stopped_at } => {
                (None, Some(stopped_at))
            }
        };
        StoredRoom {
            id: self.id,
            sitting: self.sitting,
            state: state_name(self.state()).to_owned(),
            running_since,
            stopped_at,
            elapsed: self.elapsed,
            credit: self.credit,
            version: self.version,
        }
    }

    /// The state.
    pub fn state(&self) -> RoomState {
        match self.stage {
            Stage::Planned => RoomState::Planned,
            Stage::Open => RoomState::Open,
            Stage::Running { .. } => RoomState::Running,
            Stage::Paused { .. } => RoomState::Paused,
            Stage::Ended { .. } => RoomState::Ended,
            Stage::Closed { .. } => RoomState::Closed,
        }
    }

    /// Rises with each change.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// Time given to all.
    pub fn credit(&self) -> Millis {
        self.credit
    }

    /// Time that the room's clock has run; never negative, even after the PC's clock was set back.
    pub fn elapsed(&self, now: Timestamp) -> Millis {
        match self.stage {
            Stage::Running { since } => self.elapsed + (now - since).max(Millis(0)),
            _ => self.elapsed,
        }
    }

    /// planned → open.
    ///
    /// # Errors
    /// [`Refused`] in any other state.
    pub fn open(self) -> Result<Self, Refused> {
        match self.stage {
            Stage::Planned => Ok(self.moved(Stage::Open)),
            _ => Err(Refused(self.state())),
        }
    }

    /// open → running.
    ///
    /// # Errors
    /// [`Refused`] in any other state.
    pub fn start(self, now: Timestamp) -> Result<Self, Refused> {
        match self.stage {
            Stage::Open => Ok(self.moved(Stage::Running { since: now })),
            _ => Err(Refused(self.state())),
        }
    }

    /// running → paused.
    ///
    /// # Errors
    /// [`Refused`] in any other state.
    pub fn pause(self, now: Timestamp) -> Result<Self, Refused> {
        match self.stage {
            Stage::Running { .. } => Ok(self.stopped(now).moved(Stage::Paused { stopped_at: now })),
            _ => Err(Refused(self.state())),
        }
    }

    /// running → paused since a moment that may lie behind: the time after it was not measured, because the clock can't be
    /// trusted. Only a proctor goes on.
    ///
    /// # Errors
    /// [`Refused`] in any other state.
    pub fn freeze(self, trusted: Timestamp) -> Result<Self, Refused> {
        self.pause(trusted)
    }

    /// paused → running.
    ///
    /// # Errors
    /// [`Refused`] in any other state.
    pub fn resume(self, now: Timestamp) -> Result<Self, Refused> {
        match self.stage {
            Stage::Paused { .. } => Ok(self.moved(Stage::Running { since: now })),
            _ => Err(Refused(self.state())),
        }
    }

    /// More time for all.
    ///
    /// # Errors
    /// [`Refused`] before the room is open and after its end.
    pub fn add_time(self, time: Millis) -> Result<Self, Refused> {
        self.may_add_time()?;
        let stage = self.stage;
        Ok(Self {
            credit: self.credit + time,
            ..self
        }
        .moved(stage))
    }

    /// Whether time can be given, to all or to one.
    ///
    /// # Errors
    /// [`Refused`] before the room is open and after its end.
    pub fn may_add_time(&self) -> Result<(), Refused> {
        match self.stage {
            Stage::Open | Stage::Running { .. } | Stage::Paused { .. } => Ok(()),
            _ => Err(Refused(self.state())),
        }
    }

    /// running or paused → ended.
    ///
    /// # Errors
    /// [`Refused`] in any other state.
    pub fn end(self, now: Timestamp) -> Result<Self, Refused> {
        match self.stage {
            Stage::Running { .. } => Ok(self.stopped(now).moved(Stage::Ended { stopped_at: now })),
            Stage::Paused { stopped_at } => Ok(self.moved(Stage::Ended { stopped_at })),
            _ => Err(Refused(self.state())),
        }
    }

    /// ended → closed.
    ///
    /// # Errors
    /// [`Refused`] in any other state.
    pub fn close(self) -> Result<Self, Refused> {
        match self.stage {
            Stage::Ended { stopped_at } => Ok(self.moved(Stage::Closed { stopped_at })),
            _ => Err(Refused(self.state())),
        }
    }

    /// Whether time and grace of everybody in the room are over, so that it can end by itself. `longest` is the duration
    /// with the largest own credit in the room.
    pub fn is_over(&self, longest: Millis, grace: Millis, now: Timestamp) -> bool {
        matches!(self.stage, Stage::Running { .. }) && self.elapsed(now) > longest + self.credit + grace
    }

    fn moved(self, stage: Stage) -> Self {
        Self {
            stage,
            version: self.version + 1,
            ..self
        }
    }

    fn stopped(self, now: Timestamp) -> Self {
        Self {
            elapsed: self.elapsed(now),
            ..self
        }
    }
}

/// A state as the database writes it.
pub fn state_name(state: RoomState) -> &'static str {
    match state {
        RoomState::Planned => "planned",
        RoomState::Open => "open",
        RoomState::Running => "running",
        RoomState::Paused => "paused",
        RoomState::Ended => "ended",
        RoomState::Closed => "closed",
    }
}

pub mod life;
mod standing;

pub use standing::{Lateness, Standing};

#[cfg(test)]
mod tests;
