//! What the page knows of the room on the screen: the last board, the clock, the line, the desk. Renders nothing and
//! decides nothing: rules are in `core`.

use crate::checkin;
use crate::core::action::ActionKind;
use crate::core::board::{CandidateAct, Filter};
use crate::core::clock::ServerClock;
use crate::core::desk::{self, Desk, Hindrance};
use exam_browser::{local_store, monotonic};
use exam_protocol::console::{Board, CandidateRow, StationView};
use exam_protocol::id::{AttemptId, RoomId, StationId};
use exam_protocol::time::{Millis, Timestamp};
use leptos::html::Input;
use leptos::prelude::*;
use std::time::Duration;

/// Name of the setting that pairs this PC with a station. An id of a machine, nothing about people.
const STATION_SETTING: &str = "truong-thi.station";

/// How often ages and the countdown are shown anew.
const TICK: Duration = Duration::from_millis(500);

/// The line to the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// The board is as it is on the server.
    Live,
    /// Nothing can be heard; the board is from this time.
    Lost {
        /// The server's time when the line was lost.
        since: Timestamp,
    },
}

/// A dialog on top of the room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialog {
    /// Confirms a room action.
    Action(ActionKind),
    /// One candidate, with an act already chosen or not.
    Candidate(AttemptId, Option<CandidateAct>),
    /// Receipts to print, of one candidate or of all.
    Receipts(Option<AttemptId>),
}

/// The room on the screen; handed to its components as context.
#[derive(Clone, Copy)]
pub struct Room {
    /// Id.
    pub id: RoomId,
    /// The last board.
    pub board: RwSignal<Board>,
    /// The line to the server.
    pub line: RwSignal<Line>,
    /// The check-in desk.
    pub desk: RwSignal<Desk>,
    /// The station that this PC is paired with.
    pub station: RwSignal<Option<StationId>>,
    /// Open dialog.
    pub dialog: RwSignal<Option<Dialog>>,
    /// Which candidates the table shows.
    pub filter: RwSignal<Filter>,
    /// What is searched for.
    pub search: RwSignal<String>,
    /// The field where the scanner types.
    pub scan_field: NodeRef<Input>,
    /// The field for the second official's name at the desk.
    pub second_field: NodeRef<Input>,
    clock: RwSignal<ServerClock>,
    tick: RwSignal<Millis>,
}

impl Room {
    /// A room that was just opened; keeps its clock ticking as long as the component that calls this lives.
    pub fn open(board: Board) -> Self {
        let now = monotonic::now();
        let clock = ServerClock {
            server: board.now,
            arrived: now,
        };
        let room = Self {
            id: board.room.id,
            board: RwSignal::new(board),
            line: RwSignal::new(Line::Live),
            desk: RwSignal::new(Desk::default()),
            station: RwSignal::new(local_store::read(STATION_SETTING).and_then(|id| id.parse().ok())),
            dialog: RwSignal::new(None),
            filter: RwSignal::new(Filter::All),
            search: RwSignal::new(String::new()),
            scan_field: NodeRef::new(),
            second_field: NodeRef::new(),
            clock: RwSignal::new(clock),
            tick: RwSignal::new(now),
        };
        if let Ok(ticking) = set_interval_with_handle(move || room.tick.set(monotonic::now()), TICK) {
            on_cleanup(move || ticking.clear());
        }
        checkin::watch(room);
        room
    }

    /// The room, inside a component.
    pub fn here() -> Self {
        expect_context()
    }

    /// The server's time; tracks the tick.
    pub fn now(self) -> Timestamp {
        self.clock.get().at(self.tick.get())
    }

    /// Takes a board from the server. Older ones than the last are dropped: answers overtake each other.
    pub fn apply(self, board: Board) {
        if self.board.with_untracked(|last| board.now < last.now) {
            return;
        }
        let now = monotonic::now();
        self.clock.set(ServerClock {
            server: board.now,
            arrived: now,
        });
        self.line.set(Line::Live);
        let station = self.station_view_in(&board).map(|station| station.name);
        self.desk
            .update(|desk| desk.board(&board, station.as_deref(), now));
        self.board.set(board);
    }

    /// Nothing can be heard any more. Told again and again, it keeps the first time.
    pub fn lost(self) {
        if self.line.get_untracked() == Line::Live {
            let since = self.board.with_untracked(|board| board.now);
            self.line.set(Line::Lost { since });
        }
    }

    /// Whether the line is there; tracks.
    pub fn is_live(self) -> bool {
        self.line.get() == Line::Live
    }

    /// A candidate's row as it is now.
    pub fn row(self, attempt: AttemptId) -> Memo<Option<CandidateRow>> {
        Memo::new(move |_| {
            self.board.with(|board| {
                board
                    .candidates
                    .iter()
                    .find(|row| row.attempt == attempt)
                    .cloned()
            })
        })
    }

    /// Pairs this PC with a station and remembers it.
    pub fn pair(self, station: Option<StationId>) {
        local_store::write(
            STATION_SETTING,
            &station.map(|id| id.to_string()).unwrap_or_default(),
        );
        self.station.set(station);
    }

    /// The station that reads for this desk, if it is connected; tracks.
    pub fn station_view(self) -> Option<StationView> {
        self.station.track();
        self.board.with(|board| self.station_view_in(board))
    }

    /// The paired station, or the only one where none was paired.
    fn station_view_in(self, board: &Board) -> Option<StationView> {
        match (self.station.get_untracked(), board.stations.as_slice()) {
            (Some(id), stations) => stations.iter().find(|station| station.id == id).cloned(),
            (None, [only]) => Some(only.clone()),
            (None, _) => None,
        }
    }

    /// Whether a station reads for this desk now; does not track.
    pub fn station_is_there(self) -> bool {
        untrack(|| self.station_view()).is_some()
    }

    /// What keeps a scan from working; tracks.
    pub fn hindrance(self) -> Option<Hindrance> {
        let state = self.board.with(|board| board.room.state);
        desk::hindrance(state, self.station_view().as_ref())
    }

    /// Closes the dialog and gives the scanner its field back.
    pub fn close_dialog(self) {
        self.dialog.set(None);
        // Nothing outside a modal dialog takes the cursor before it has left the page.
        request_animation_frame(move || self.focus_scan());
    }

    /// Puts the cursor where the scanner types.
    pub fn focus_scan(self) {
        if let Some(field) = self.scan_field.get_untracked() {
            // A field that can't take the cursor now gets it with the next key.
            let _ = field.focus();
        }
    }
}
