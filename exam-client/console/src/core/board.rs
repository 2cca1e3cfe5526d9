//! What the table of candidates shows: order, filters, search, connection.
//!
//! It must not change a board: the server's word is shown as it came.

use crate::core::fold::fold;
use core::cmp::Ordering;
use exam_protocol::console::{Board, CandidateRow, Progress, RoomState, RoomSummary};
use exam_protocol::right::Permission;
use exam_protocol::time::{Millis, Timestamp};

/// Silence after which a seat with an open socket is shown as silent: the page beats every 10 s at least.
pub const SILENT_AFTER: Millis = Millis::seconds(25);

/// Which candidates the table shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Filter {
    /// Everybody.
    #[default]
    All,
    /// Not let in yet.
    Absent,
    /// Let in, but neither answering nor handed in.
    NotWorking,
    /// At a seat that can't be heard.
    Offline,
}

impl Filter {
    /// All filters, in the order of the buttons.
    pub const ALL: [Filter; 4] = [Filter::All, Filter::Absent, Filter::NotWorking, Filter::Offline];

    /// Whether the filter shows this candidate.
    pub fn shows(self, row: &CandidateRow, now: Timestamp) -> bool {
        match self {
            Self::All => true,
            Self::Absent => row.progress == Progress::Absent,
            Self::NotWorking => matches!(row.progress, Progress::Admitted | Progress::Seated),
            Self::Offline => link(row, now).is_trouble(),
        }
    }
}

/// What is known of a seat's connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// No seat claimed, or the work is over: nothing to hear.
    None,
    /// Heard just now.
    Live,
    /// The socket is open, but the seat is silent for this long.
    Silent(Millis),
    /// The socket is closed; last heard so long ago, if ever.
    Lost(Option<Millis>),
}

impl Link {
    /// Whether the proctor should look at that seat.
    pub fn is_trouble(self) -> bool {
        matches!(self, Self::Silent(_) | Self::Lost(_))
    }
}

/// The connection of a candidate's seat at the server's time `now`.
pub fn link(row: &CandidateRow, now: Timestamp) -> Link {
    let age = row.last_seen.map(|seen| (now - seen).max(Millis(0)));
    match (row.progress, row.connected, age) {
        (Progress::Seated | Progress::Working, false, age) => Link::Lost(age),
        (_, false, _) => Link::None,
        (_, true, Some(age)) if age > SILENT_AFTER => Link::Silent(age),
        (_, true, _) => Link::Live,
    }
}

/// The rows to show, by seat.
pub fn visible<'a>(board: &'a Board, filter: Filter, search: &str, now: Timestamp) -> Vec<&'a CandidateRow> {
    let wanted = fold(search.trim());
    let mut rows: Vec<_> = board
        .candidates
        .iter()
        .filter(|row| filter.shows(row, now) && is_found(row, &wanted))
        .collect();
    rows.sort_by(|a, b| by_label(&a.seat, &b.seat).then_with(|| a.candidate_number.cmp(&b.candidate_number)));
    rows
}

/// Whether a folded search text is in the name, the end of the candidate number, or the seat. Proctors say the last
/// digits; numbers of one room begin alike.
fn is_found(row: &CandidateRow, wanted: &str) -> bool {
    wanted.is_empty()
        || fold(&row.name).contains(wanted)
        || row.candidate_number.ends_with(wanted)
        || fold(&row.seat) == wanted
}

/// Seat labels as people count: "A2" before "A10".
pub fn by_label(a: &str, b: &str) -> Ordering {
    label_key(a).cmp(&label_key(b))
}

/// Text and numbers of a label in turn. Digits come first at each place, as in "1" before "A".
fn label_key(label: &str) -> Vec<(bool, u64, String)> {
    let mut parts: Vec<(bool, u64, String)> = Vec::new();
    for letter in label.chars() {
        let number = letter.to_digit(10).map(u64::from);
        match (parts.last_mut(), number) {
            (Some((false, value, _)), Some(digit)) => *value = value.saturating_mul(10).saturating_add(digit),
            (Some((true, _, text)), None) => text.extend(letter.to_lowercase()),
            (_, Some(digit)) => parts.push((false, digit, String::new())),
            (_, None) => parts.push((true, 0, letter.to_lowercase().collect())),
        }
    }
    parts
}

/// Whether those who have not come may still come: until the room has ended nobody is absent.
pub fn may_still_come(state: RoomState) -> bool {
    !matches!(state, RoomState::Ended | RoomState::Closed)
}

/// How many candidates are how far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// On the roster.
    pub total: usize,
    /// Not let in yet.
    pub absent: usize,
    /// Let in, seat not claimed.
    pub admitted: usize,
    /// At the seat, not answering yet.
    pub seated: usize,
    /// Answering.
    pub working: usize,
    /// Handed in.
    pub handed_in: usize,
    /// Time over without a signed hand-in.
    pub timed_out: usize,
}

impl Tally {
    /// Counts a board.
    pub fn of(board: &Board) -> Self {
        let mut tally = Tally {
            total: board.candidates.len(),
            ..Tally::default()
        };
        for row in &board.candidates {
            *match row.progress {
                Progress::Absent => &mut tally.absent,
                Progress::Admitted => &mut tally.admitted,
                Progress::Seated => &mut tally.seated,
                Progress::Working => &mut tally.working,
                Progress::HandedIn => &mut tally.handed_in,
                Progress::TimedOut => &mut tally.timed_out,
            } += 1;
        }
        tally
    }

    /// At a seat, whether answering or waiting.
    pub fn at_seats(self) -> usize {
        self.seated + self.working
    }
}

/// What can be done for one candidate now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CandidateAct {
    /// Route without a card.
    AdmitWithoutCard,
    /// A new ticket for another PC.
    TakeOver,
    /// More time for this one.
    AddTime,
    /// The receipt on paper.
    Receipt,
    /// The submission file.
    Submission,
    /// Out of marking; two people.
    Void,
    /// Once more; two people.
    Reopen,
}

/// The acts that make sense for a candidate in a room of this state, in the order of the buttons.
/// The server decides; this only keeps what can't work off the page.
pub fn candidate_acts(state: RoomState, progress: Progress) -> Vec<CandidateAct> {
    use CandidateAct::{AddTime, AdmitWithoutCard, Receipt, Submission, TakeOver};
    let live = matches!(state, RoomState::Open | RoomState::Running | RoomState::Paused);
    let on_the_clock = matches!(state, RoomState::Running | RoomState::Paused);
    match progress {
        Progress::Absent if live => vec![AdmitWithoutCard],
        Progress::Admitted | Progress::Seated | Progress::Working | Progress::TimedOut if on_the_clock => {
            vec![TakeOver, AddTime]
        }
        Progress::Admitted | Progress::Seated | Progress::Working if live => vec![TakeOver],
        Progress::HandedIn => vec![Receipt, Submission],
        _ => Vec::new(),
    }
}

/// The acts for a candidate that only two people can do.
pub fn acts_of_two(state: RoomState, progress: Progress) -> Vec<CandidateAct> {
    match (progress, state) {
        (Progress::Absent, _) | (_, RoomState::Planned | RoomState::Open) => Vec::new(),
        (
            Progress::HandedIn | Progress::TimedOut,
            RoomState::Running | RoomState::Paused | RoomState::Ended,
        ) => {
            vec![CandidateAct::Reopen, CandidateAct::Void]
        }
        _ => vec![CandidateAct::Void],
    }
}

/// Those of [`candidate_acts`] and [`acts_of_two`] that this person may do in the room.
pub fn permitted_acts(room: &RoomSummary, progress: Progress) -> Vec<CandidateAct> {
    let mut acts = candidate_acts(room.state, progress);
    acts.extend(acts_of_two(room.state, progress));
    acts.retain(|act| {
        room.may.contains(match act {
            CandidateAct::AdmitWithoutCard | CandidateAct::TakeOver => &Permission::CheckIn,
            CandidateAct::Receipt => &Permission::SeeRoom,
            CandidateAct::AddTime => &Permission::RunRoom,
            CandidateAct::Submission => &Permission::ReadSubmission,
            CandidateAct::Void | CandidateAct::Reopen => &Permission::Propose,
        })
    });
    acts
}

#[cfg(test)]
pub mod sample;
#[cfg(test)]
mod tests;
