//! The check-in desk: what is shown after a scan, and what Enter does next.
//!
//! A state machine without a browser. It must never let a candidate in by itself: [`Step::Admit`] comes only from an
//! Enter pressed after the result was on the screen for [`LOOK_FIRST`], and the server judges again.

use exam_browser::fetch::Failure;
use exam_protocol::checkin::AdmissionRule;
use exam_protocol::console::{Board, CheckinStatus, CheckinView, Judged, RoomState, StationView, TicketView};
use exam_protocol::station::{ReadFailure, ReadStep};
use exam_protocol::time::Millis;

/// How long a result must have been on the screen before Enter confirms the face. Scanners that send two line ends, and
/// fingers that are too fast, must not let anybody in.
pub const LOOK_FIRST: Millis = Millis(800);

/// Where the desk stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Phase {
    /// Waits for a scan.
    #[default]
    Ready,
    /// The scan is on its way to the server.
    Starting,
    /// The station reads, has failed, or the server has judged.
    Following(CheckinView),
    /// The proctor has said that this is not the person on the portrait.
    TurnedAway(CheckinView),
    /// Let in: hand out the ticket.
    Ticket {
        /// Whose.
        name: String,
        /// Candidate number.
        candidate_number: String,
        /// The ticket.
        ticket: TicketView,
    },
}

/// The desk.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Desk {
    /// Where it stands.
    pub phase: Phase,
    /// What the server refused last.
    pub problem: Option<Failure>,
    /// Whether an admission is on its way.
    pub admitting: bool,
    /// The last scan, for another try with the same card. Only ever in memory.
    scanned: Option<String>,
    /// Since when the judgement is on the screen.
    judged_at: Option<Millis>,
}

/// What the page has to do next.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// Nothing.
    Nothing,
    /// Start a check-in with what was scanned.
    Start(String),
    /// Let this candidate in: the proctor confirms the face.
    Admit(CheckinView),
    /// Go to the second official's form.
    AskSecond,
}

impl Desk {
    /// Enter in the scan field with `text` in it. Any text is a scan; none means "go on".
    pub fn enter(&mut self, text: &str, now: Millis) -> Step {
        if text.trim().is_empty() {
            self.go_on(now)
        } else {
            self.scan(text.trim())
        }
    }

    /// A scan starts a check-in, whatever stands on the screen: one that waits for a decision stays on the server's list.
    /// The text goes out as it came: what an input method did to its letters does not matter, the server reads the digits.
    fn scan(&mut self, text: &str) -> Step {
        if self.phase == Phase::Starting || self.admitting {
            return Step::Nothing;
        }
        *self = Desk {
            phase: Phase::Starting,
            scanned: Some(text.to_owned()),
            ..Desk::default()
        };
        Step::Start(text.to_owned())
    }

    /// What "go on" means here.
    fn go_on(&mut self, now: Millis) -> Step {
        if self.admitting {
            return Step::Nothing;
        }
        match &self.phase {
            Phase::Following(view) => match &view.status {
                CheckinStatus::Judged(judged) => self.confirm(view, judged, now),
                CheckinStatus::Failed(failure) if may_repeat(*failure) => self.again(),
                CheckinStatus::Failed(_) | CheckinStatus::Admitted => self.clear(),
                CheckinStatus::Reading(_) => Step::Nothing,
            },
            Phase::Starting => Step::Nothing,
            Phase::Ready | Phase::TurnedAway(_) | Phase::Ticket { .. } => self.clear(),
        }
    }

    /// The face was confirmed, if the result could have been seen and the rule lets one official do it.
    fn confirm(&self, view: &CheckinView, judged: &Judged, now: Millis) -> Step {
        let seen = self.judged_at.is_some_and(|at| now - at >= LOOK_FIRST);
        match judged.rule {
            AdmissionRule::Proctor | AdmissionRule::ProctorIssuerUnconfirmed if seen => {
                Step::Admit(view.clone())
            }
            AdmissionRule::TwoOfficials if seen => Step::AskSecond,
            _ => Step::Nothing,
        }
    }

    /// The same card once more.
    pub fn again(&mut self) -> Step {
        match self.scanned.clone() {
            Some(text) => self.scan(&text),
            None => self.clear(),
        }
    }

    /// Back to waiting for a scan.
    pub fn clear(&mut self) -> Step {
        *self = Desk::default();
        Step::Nothing
    }

    /// The server's word about a check-in that this desk started or was asked to show.
    pub fn follow(&mut self, view: CheckinView, now: Millis) {
        self.judged_at = matches!(view.status, CheckinStatus::Judged(_)).then_some(now);
        self.problem = None;
        self.phase = Phase::Following(view);
    }

    /// News about some check-in; counts only for the one that is followed, and only forward.
    pub fn news(&mut self, view: &CheckinView, now: Millis) {
        let Phase::Following(followed) = &self.phase else {
            return;
        };
        if followed.id != view.id || rank(&view.status) < rank(&followed.status) {
            return;
        }
        if rank(&view.status) > rank(&followed.status) {
            self.judged_at = matches!(view.status, CheckinStatus::Judged(_)).then_some(now);
        }
        if followed != view {
            self.phase = Phase::Following(view.clone());
        }
    }

    /// All the news that a board brings; a desk that waits takes up what its own station is doing (after a reload).
    pub fn board(&mut self, board: &Board, station: Option<&str>, now: Millis) {
        for view in &board.checkins {
            self.news(view, now);
        }
        if self.phase == Phase::Ready && self.problem.is_none() {
            let reading = |view: &&CheckinView| matches!(view.status, CheckinStatus::Reading(_));
            let own = board
                .checkins
                .iter()
                .filter(reading)
                .find(|view| Some(view.station.as_str()) == station);
            if let Some(view) = own {
                self.follow(view.clone(), now);
            }
        }
    }

    /// The server refused the scan or the admission.
    pub fn refused(&mut self, problem: Failure) {
        self.admitting = false;
        self.problem = Some(problem);
        if self.phase == Phase::Starting {
            self.phase = Phase::Ready;
        }
    }

    /// The candidate is in: shows the ticket.
    pub fn admitted(&mut self, name: String, candidate_number: String, ticket: TicketView) {
        *self = Desk {
            phase: Phase::Ticket {
                name,
                candidate_number,
                ticket,
            },
            ..Desk::default()
        };
    }

    /// The proctor says that this is another person.
    pub fn turned_away(&mut self, view: CheckinView) {
        *self = Desk {
            phase: Phase::TurnedAway(view),
            ..Desk::default()
        };
    }

    /// Whether the station is at work for this desk, so that the page must not rely on the live line alone.
    pub fn reading(&self) -> Option<&CheckinView> {
        match &self.phase {
            Phase::Following(view) if matches!(view.status, CheckinStatus::Reading(_)) => Some(view),
            _ => None,
        }
    }
}

/// The order in which a check-in goes on; a late message about an earlier state never takes the screen back.
fn rank(status: &CheckinStatus) -> u8 {
    match status {
        CheckinStatus::Reading(step) => stage(*step),
        CheckinStatus::Failed(_) | CheckinStatus::Judged(_) => 10,
        CheckinStatus::Admitted => 11,
    }
}

/// The steps of a reading as the desk shows them, from 0.
pub fn stage(step: ReadStep) -> u8 {
    match step {
        ReadStep::WaitingForCard => 0,
        ReadStep::Access => 1,
        ReadStep::Reading(_) => 2,
        ReadStep::ChipProof => 3,
    }
}

/// Whether the same scan may be tried again at once: not after a wrong key, since the card counts wrong tries.
pub fn may_repeat(failure: ReadFailure) -> bool {
    !matches!(failure, ReadFailure::WrongAccessKey)
}

/// Whether a text can only be a scan or a typed citizen number: it begins with twelve digits. For scans that land in
/// another field of the page.
pub fn looks_scanned(text: &str) -> bool {
    text.trim_start().bytes().take_while(u8::is_ascii_digit).count() >= 12
}

/// What keeps a scan from working.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hindrance {
    /// The room is not open yet.
    NotOpen,
    /// The room takes nobody in any more.
    Over,
    /// No station reads for this desk.
    NoStation,
    /// The station has no reader.
    NoReader,
}

/// What keeps a scan from working in a room of this state.
pub fn hindrance(state: RoomState, station: Option<&StationView>) -> Option<Hindrance> {
    match state {
        RoomState::Planned => Some(Hindrance::NotOpen),
        RoomState::Ended | RoomState::Closed => Some(Hindrance::Over),
        RoomState::Open | RoomState::Running | RoomState::Paused => match station {
            None => Some(Hindrance::NoStation),
            Some(station) if station.readers.is_empty() => Some(Hindrance::NoReader),
            Some(_) => None,
        },
    }
}

/// Check-ins of the room that wait for a decision and are not on this desk's screen.
pub fn waiting<'a>(board: &'a Board, desk: &Desk) -> Vec<&'a CheckinView> {
    let shown = match &desk.phase {
        Phase::Following(view) | Phase::TurnedAway(view) => Some(view.id),
        _ => None,
    };
    let is_waiting =
        |view: &&CheckinView| matches!(view.status, CheckinStatus::Judged(_)) && Some(view.id) != shown;
    board.checkins.iter().filter(is_waiting).collect()
}

#[cfg(test)]
mod tests;
