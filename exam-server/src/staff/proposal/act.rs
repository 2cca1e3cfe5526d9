//! The acts as types of their own, and the proof that two people wanted one. Plain values.

use exam_protocol::id::{AttemptId, ProposalId, RoomId, SittingId, StaffId};
use exam_protocol::proposal::{CriticalAct, KeyCorrection, Masked};

/// Start of a room outside its window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StartRoom {
    /// The room.
    pub room: RoomId,
}

/// More time than one proctor may give.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AddTime {
    /// The room.
    pub room: RoomId,
    /// One attempt, or all.
    pub attempt: Option<AttemptId>,
    /// Whole minutes.
    pub minutes: u16,
}

/// An attempt out of marking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VoidAttempt {
    /// The attempt.
    pub attempt: AttemptId,
}

/// An attempt opened again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReopenAttempt {
    /// The attempt.
    pub attempt: AttemptId,
    /// Minutes that it then has.
    pub minutes: u16,
}

/// One reading of sealed personal data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unmask {
    /// Whose.
    pub attempt: AttemptId,
    /// What.
    pub what: Masked,
}

/// A corrected answer key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CorrectKey {
    /// The sitting.
    pub sitting: SittingId,
    /// Position of the item in the paper's source.
    pub item: u16,
    /// How.
    pub correction: KeyCorrection,
}

/// More time for all open rooms of a sitting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AddSittingTime {
    /// The sitting.
    pub sitting: SittingId,
    /// Whole minutes.
    pub minutes: u16,
}

/// Time by right for one candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accommodate {
    /// The attempt.
    pub attempt: AttemptId,
    /// Part of the duration, in per cent.
    pub percent: u8,
    /// Whole minutes beside it.
    pub minutes: u16,
}

/// Late lines that count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CountLate {
    /// The attempt.
    pub attempt: AttemptId,
    /// The last line that counts.
    pub last: u64,
}

/// Proof that one person proposed this act and another approved it. Its fields are read, never written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approved<T> {
    act: T,
    proposal: ProposalId,
    proposer: StaffId,
    decider: StaffId,
    reason: String,
}

impl<T> Approved<T> {
    /// The act.
    pub fn act(&self) -> &T {
        &self.act
    }

    /// Which proposal it was.
    pub fn proposal(&self) -> ProposalId {
        self.proposal
    }

    /// Who proposed it.
    pub fn proposer(&self) -> StaffId {
        self.proposer
    }

    /// Who approved it.
    pub fn decider(&self) -> StaffId {
        self.decider
    }

    /// Why it was proposed.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    pub(super) fn holding<U>(self, act: U) -> Approved<U> {
        Approved {
            act,
            proposal: self.proposal,
            proposer: self.proposer,
            decider: self.decider,
            reason: self.reason,
        }
    }
}

impl Approved<CriticalAct> {
    pub(super) fn new(
        act: CriticalAct,
        proposal: ProposalId,
        (proposer, decider): (StaffId, StaffId),
        reason: String,
    ) -> Self {
        Self {
            act,
            proposal,
            proposer,
            decider,
            reason,
        }
    }

    /// The act by its kind.
    pub fn sorted(self) -> ApprovedAct {
        match self.act.clone() {
            CriticalAct::StartRoom { room } => ApprovedAct::StartRoom(self.holding(StartRoom { room })),
            CriticalAct::AddTime {
                room,
                attempt,
                minutes,
            } => ApprovedAct::AddTime(self.holding(AddTime {
                room,
                attempt,
                minutes,
            })),
            CriticalAct::VoidAttempt { attempt } => {
                ApprovedAct::VoidAttempt(self.holding(VoidAttempt { attempt }))
            }
            CriticalAct::ReopenAttempt { attempt, minutes } => {
                ApprovedAct::ReopenAttempt(self.holding(ReopenAttempt { attempt, minutes }))
            }
            CriticalAct::Unmask { attempt, what } => {
                ApprovedAct::Unmask(self.holding(Unmask { attempt, what }))
            }
            CriticalAct::CountLate { attempt, last } => {
                ApprovedAct::CountLate(self.holding(CountLate { attempt, last }))
            }
            CriticalAct::AddSittingTime { sitting, minutes } => {
                ApprovedAct::AddSittingTime(self.holding(AddSittingTime { sitting, minutes }))
            }
            CriticalAct::Accommodate {
                attempt,
                percent,
                minutes,
            } => ApprovedAct::Accommodate(self.holding(Accommodate {
                attempt,
                percent,
                minutes,
            })),
            CriticalAct::CorrectKey {
                sitting,
                item,
                correction,
            } => ApprovedAct::CorrectKey(self.holding(CorrectKey {
                sitting,
                item,
                correction,
            })),
        }
    }
}

/// An approved act of each kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ApprovedAct {
    /// Start of a room.
    StartRoom(Approved<StartRoom>),
    /// More time.
    AddTime(Approved<AddTime>),
    /// Out of marking.
    VoidAttempt(Approved<VoidAttempt>),
    /// Open again.
    ReopenAttempt(Approved<ReopenAttempt>),
    /// One reading.
    Unmask(Approved<Unmask>),
    /// A corrected key.
    CorrectKey(Approved<CorrectKey>),
    /// More time for a sitting.
    AddSittingTime(Approved<AddSittingTime>),
    /// Late lines count.
    CountLate(Approved<CountLate>),
    /// Time by right.
    Accommodate(Approved<Accommodate>),
}
